"""What nudges does by itself, one pass of each job, on a real database."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import asyncpg
import pytest

from services.nudges import outbox
from services.nudges.background_jobs import slow_jobs, timed_job
from services.nudges.deliver.channel_states import merge_channels
from services.nudges.deliver.deliveries import mark_restored
from services.nudges.domain.decision import Outcome
from services.nudges.experiments.rule_pauses import list_rule_pauses
from services.nudges.outbox import relay_job
from shared.clock import Clock, SteppedClock
from shared.jetstream.client import LeanClient
from shared.jetstream.publisher import Publisher
from shared.postgres.outbox import OutboxRelay
from shared.service.background import BackgroundJob
from tests.services.nudges.builders.days import MONDAY, TUESDAY, at
from tests.services.nudges.builders.reports import open_report, report
from tests.services.nudges.conftest import DIGEST_AT, Nudging
from tests.services.nudges.decide.disputes.disputing import dispute
from tests.services.nudges.deliver.recorder import Recorder
from tests.services.nudges.experiments.experiment import run_experiment
from tests.services.nudges.experiments.teams import SUNDAY, add_team, erratic


@dataclass
class Jobs:
    """The jobs on one database, and how often they said that something was decided."""

    nudging: Nudging
    wakings: list[None] = field(default_factory=list)

    async def pass_time(self, now: datetime) -> None:
        await run_once(self.make(SteppedClock(now)))

    def make(self, clock: Clock) -> BackgroundJob:
        return timed_job(
            self.nudging.pool,
            self.nudging.metrics,
            clock,
            self.nudging.settings,
            channels={self.nudging.channel.name: self.nudging.channel},
            digest_at=DIGEST_AT,
            on_decided=lambda: self.wakings.append(None),
        )


async def run_once(job: BackgroundJob) -> None:
    """Let the job do its work once."""
    stopping = asyncio.Event()
    running = asyncio.create_task(job.run(stopping))
    await asyncio.sleep(0)  # it has begun its only round
    stopping.set()
    await running


@pytest.fixture
def jobs(nudging: Nudging) -> Jobs:
    return Jobs(nudging)


def _decided(nudging: Nudging, rule: str) -> dict[str, float | None]:
    return {
        verdict: nudging.metrics.registry.get_sample_value("daymark_nudges_decided_total", {"rule": rule, "verdict": verdict})
        for verdict in ("deferred", "sent")
    }


async def test_a_deferred_nudge_is_released_counted_and_wakes_whoever_delivers(jobs: Jobs) -> None:
    jobs.nudging.now = at(MONDAY, "20:00")
    await jobs.nudging.take_in(report(score=100, state="open"), open_report(TUESDAY))

    await jobs.pass_time(at(TUESDAY, "08:59"))
    assert (await jobs.nudging.statuses(), jobs.wakings) == ([("plan_done", "deferred")], [])
    await jobs.pass_time(at(TUESDAY, "09:00"))

    assert ("plan_done", "sent") in await jobs.nudging.statuses()
    assert _decided(jobs.nudging, "plan_done")["sent"] == 1
    assert len(jobs.wakings) == 2  # the manager's digest is due, too


async def test_what_was_decided_counts_even_if_something_else_fails_afterwards(
    jobs: Jobs, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object, **__: object) -> AsyncIterator[Sequence[Outcome]]:
        raise ConnectionResetError

    jobs.nudging.now = at(MONDAY, "20:00")
    await jobs.nudging.take_in(report(score=100, state="open"), open_report(TUESDAY))
    monkeypatch.setattr("services.nudges.background_jobs.run_scheduled_checks", fail)

    with contextlib.suppress(ConnectionResetError):
        await jobs.pass_time(at(TUESDAY, "09:00"))

    assert ("plan_done", "sent") in await jobs.nudging.statuses()
    assert _decided(jobs.nudging, "plan_done")["sent"] == 1
    assert len(jobs.wakings) == 1


async def test_a_managers_digest_is_sent_at_its_time(jobs: Jobs) -> None:
    await jobs.nudging.take_in(report(score=60), open_report(TUESDAY))
    await jobs.pass_time(at(MONDAY, "23:00"))

    await jobs.pass_time(at(TUESDAY, "09:00"))

    assert ("digest", "sent") in await jobs.nudging.statuses()


async def test_what_is_queued_for_a_channel_that_is_gone_is_given_up(jobs: Jobs) -> None:
    await merge_channels(jobs.nudging.pool, {"old": Recorder(name="old")})
    await jobs.nudging.take_in(report(score=100, state="open"))
    await jobs.nudging.pool.execute("UPDATE delivery SET channel = 'old'")

    await jobs.pass_time(at(MONDAY, "12:11"))

    assert [state for state, _, _ in await jobs.nudging.deliveries()] == ["failed"]


async def _run_slow(nudging: Nudging, now: datetime) -> None:
    for job in slow_jobs(nudging.pool, nudging.metrics, SteppedClock(now)):
        await run_once(job)


async def test_a_rule_that_does_harm_is_paused(nudging: Nudging) -> None:
    await run_experiment(nudging.rows, sent_adds=-10)

    await _run_slow(nudging, at(MONDAY + timedelta(days=13), "23:00"))

    paused = {pause.rule: pause.paused_at is not None for pause in await list_rule_pauses(nudging.pool)}
    assert paused == {"plan_done": True}


async def test_teams_are_calibrated_on_sunday_and_counted_by_outcome(nudging: Nudging, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("services.nudges.experiments.calibrate_teams._JUDGED_DAYS", 20_000)
    monkeypatch.setattr("services.nudges.experiments.calibrate_teams._JUDGED_DAYS_PER_REP", 500)
    await add_team(nudging.rows, "new", [5] * 3)
    await add_team(nudging.rows, "wild", erratic(40))

    def counts(outcomes: Sequence[str] = ("changed", "unchanged", "not_known")) -> list[float | None]:
        metric = "daymark_nudges_drop_rechecks_total"
        return [nudging.metrics.registry.get_sample_value(metric, {"outcome": outcome}) for outcome in outcomes]

    await _run_slow(nudging, at(MONDAY, "12:00"))
    assert counts() == [0, 0, 0]
    await _run_slow(nudging, SUNDAY)

    assert counts() == [2, 0, 2]  # two rules of either team


async def test_nudges_notes_when_it_first_runs_on_a_restored_database(jobs: Jobs) -> None:
    pool = jobs.nudging.pool
    await mark_restored(pool, backed_up_at=at(MONDAY, "09:00"))

    await jobs.pass_time(at(MONDAY, "12:00"))
    await jobs.pass_time(at(TUESDAY, "12:00"))

    assert await pool.fetchval("SELECT resumed_at FROM restoration") == at(MONDAY, "12:00")


async def test_new_disputes_are_sent_once_an_hour(jobs: Jobs) -> None:
    nudging = jobs.nudging
    await nudging.take_in(open_report())
    clock = SteppedClock(at(MONDAY, "10:00"))
    work = jobs.make(clock)
    await run_once(work)
    await dispute(nudging.rows, now=at(MONDAY, "10:20"))
    clock.step_to(at(MONDAY, "10:59"))
    await run_once(work)
    assert "new_disputes" not in dict(await nudging.statuses())

    clock.step_to(at(MONDAY, "11:00"))
    await run_once(work)

    assert dict(await nudging.statuses())["new_disputes"] == "sent"


class _CountingRelay(OutboxRelay):
    relayed = 0
    has_relayed = asyncio.Event()

    async def relay_others(self) -> None:
        self.relayed += 1
        self.has_relayed.set()


@pytest.mark.parametrize(("rest_s", "relayed"), [(3_600, 1), (0, 2)])
async def test_the_events_of_a_while_are_relayed_together(
    rest_s: float, relayed: int, pool: asyncpg.Pool, nats: LeanClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(outbox, "_REST_S", rest_s)
    async with Publisher(nats) as publisher:
        relay, stopping = _CountingRelay(pool, publisher, source="/nudges"), asyncio.Event()
        relay.has_relayed = asyncio.Event()
        job = relay_job(relay)
        running = asyncio.create_task(job.run(stopping))
        await relay.has_relayed.wait()
        job.wake()
        for _ in range(20):
            await asyncio.sleep(0)
        stopping.set()
        await running

    assert relay.relayed == relayed
