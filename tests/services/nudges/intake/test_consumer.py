"""Day reports, announcements and withdrawals over JetStream, through the pull loop."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

import asyncpg
import pytest

from deploy.local.servers.ports import find_free_ports
from services.nudges.decide.decision_context import DecisionContext
from services.nudges.decide.on_change import DayChanges
from services.nudges.domain.decision import Outcome
from services.nudges.intake.consumer import Intake
from services.nudges.intake.day_reports import take_in_day_report
from shared.event_types import DAY_CHANGED, NUDGE_DECIDED, PLAYBOOK_ANNOUNCED, PLAYBOOK_WITHDRAWN
from shared.events import DayReport, Message, PlaybookWithdrawn
from shared.jetstream.client import LeanClient
from shared.jetstream.progress import Progress
from shared.jetstream.publisher import Publisher
from shared.jetstream.streams import NUDGES_CONSUMER, SCORES, backlog
from shared.postgres.shared_connection import Querier
from shared.service.consuming import DeadLetters
from tests.services.nudges.builders.announcements import VERSION_1, announcement
from tests.services.nudges.builders.people import ANA, BEN, rep
from tests.services.nudges.builders.reports import report
from tests.services.nudges.conftest import KEY, NOON, Nudging

CLEO = rep("Cleo Fox")
TRACE_ID = "4bf92f3577b34da6a3ce929d0e0e4736"


@dataclass
class Consuming:
    """The subscriber on a server. `reasons` are those of dead letters, and `wakings` counts calls of `on_decided`."""

    nudging: Nudging
    nats: LeanClient
    reasons: list[str] = field(default_factory=list)
    wakings: int = 0

    async def publish(self, subject: str, data: bytes, headers: dict[str, str] | None = None) -> None:
        await self.nats.jetstream().publish(subject, data, headers=headers)

    async def publish_event(self, subject: str, event: Message) -> None:
        await self.publish(subject, event.model_dump_json().encode())

    async def consume_all(self) -> None:
        """Run until every message is settled."""
        async with self.running():
            while await backlog(self.nats, SCORES, NUDGES_CONSUMER):
                await asyncio.sleep(0)

    @asynccontextmanager
    async def running(self, pool: asyncpg.Pool | None = None) -> AsyncIterator[None]:
        stopping = asyncio.Event()
        async with Publisher(self.nats) as publisher, asyncio.TaskGroup() as group:
            dead_letters = DeadLetters(
                publisher=publisher, service="nudges", reason="unreadable_event", on_dead_letter=self.reasons.append
            )
            intake = Intake(
                pool=pool or self.nudging.pool,
                settings=self.nudging.settings,
                clock=self.nudging.clock(),
                metrics=self.nudging.metrics,
                erasure_key=KEY,
                dead_letters=dead_letters,
                progress=Progress("handling messages", server="Postgres"),
                on_decided=self._count_waking,
            )
            group.create_task(intake.run(self.nats, stopping))
            yield
            stopping.set()

    def count(self, name: str, outcome: str) -> float | None:
        return self.nudging.metrics.registry.get_sample_value(name, {"outcome": outcome})

    def _count_waking(self) -> None:
        self.wakings += 1


@pytest.fixture
def consuming(nudging: Nudging, nats: LeanClient) -> Consuming:
    return Consuming(nudging=nudging, nats=nats)


async def test_a_day_report_is_decided_on_once_within_its_trace(consuming: Consuming) -> None:
    done = report(score=100, state="open").model_dump_json().encode()
    for _ in range(2):
        await consuming.publish(DAY_CHANGED.name, done, {"traceparent": f"00-{TRACE_ID}-00f067aa0ba902b7-01"})

    await consuming.consume_all()

    assert await consuming.nudging.statuses() == [("plan_done", "sent")]
    (traceparent,) = await consuming.nudging.pool.fetch("SELECT traceparent FROM nudge")
    assert TRACE_ID in traceparent[0]
    assert len(await consuming.nudging.published(NUDGE_DECIDED)) == 1
    assert [consuming.count("daymark_nudges_day_reports_total", outcome) for outcome in ("new", "stale")] == [1, 1]
    assert consuming.wakings == 1
    decided = consuming.nudging.metrics.registry.get_sample_value(
        "daymark_nudges_decided_total", {"rule": "plan_done", "verdict": "sent"}
    )
    assert decided == 1


async def test_an_announcement_is_sent_and_a_withdrawal_recorded(consuming: Consuming) -> None:
    withdrawn = PlaybookWithdrawn(rep_id=ANA.id, version=VERSION_1, announcement_number=1, withdrawn_at=NOON)
    await consuming.nudging.rows.add_day(report(state="open"))
    await consuming.publish_event(PLAYBOOK_ANNOUNCED.name, announcement())
    await consuming.consume_all()
    assert await consuming.nudging.statuses() == [("playbook", "sent")]

    for _ in range(2):
        await consuming.publish_event(PLAYBOOK_WITHDRAWN.name, withdrawn)
    await consuming.consume_all()

    assert await consuming.nudging.pool.fetchval("SELECT withdrawn_at FROM announcement") == NOON
    outcomes = [consuming.count("daymark_nudges_announcements_total", outcome) for outcome in ("new", "withdrawn", "stale")]
    assert outcomes == [1, 1, 1]
    assert consuming.wakings == 1


@pytest.mark.parametrize(
    ("subject", "data"),
    [
        (DAY_CHANGED.name, b"{not json"),
        (DAY_CHANGED.name, b"{}"),
        (PLAYBOOK_ANNOUNCED.name, b"[]"),
        (PLAYBOOK_WITHDRAWN.name, b'{"rep_id": "ana"}'),
    ],
    ids=["no JSON", "no report", "no announcement", "half a withdrawal"],
)
async def test_an_unreadable_message_becomes_a_dead_letter_and_does_not_block_the_next(
    consuming: Consuming, subject: str, data: bytes
) -> None:
    await consuming.publish(subject, data)
    await consuming.publish_event(DAY_CHANGED.name, report(score=100, state="open"))

    await consuming.consume_all()

    letter = await consuming.nats.jetstream().get_last_msg("DEAD", "dead.nudges.unreadable_event")
    assert (letter.data, consuming.reasons) == (data, ["unreadable_event"])
    assert await consuming.nudging.statuses() == [("plan_done", "sent")]


async def test_a_report_at_which_the_code_fails_waits_alone(consuming: Consuming, monkeypatch: pytest.MonkeyPatch) -> None:
    async def fail_at_ben(connection: Querier, day: DayReport, changes: DayChanges, context: DecisionContext) -> list[Outcome]:
        if day.rep.id == BEN.id:
            raise LookupError("a mistake")
        return await take_in_day_report(connection, day, changes, context)

    monkeypatch.setattr("services.nudges.intake.take_in.take_in_day_report", fail_at_ben)
    async with consuming.running():
        for person in (ANA, BEN, CLEO):
            await consuming.publish_event(DAY_CHANGED.name, report(rep=person, score=100, state="open"))
        while len(await consuming.nudging.statuses()) < 2:
            await asyncio.sleep(0)

    assert await consuming.nudging.pool.fetchval("SELECT array_agg(rep_id ORDER BY rep_id) FROM day") == [ANA.id, CLEO.id]
    assert (consuming.reasons, await backlog(consuming.nats, SCORES, NUDGES_CONSUMER)) == ([], 1)


async def test_while_postgres_is_down_a_report_is_not_acknowledged(consuming: Consuming) -> None:
    await consuming.publish_event(DAY_CHANGED.name, report(score=100, state="open"))
    (port,) = find_free_ports(1)
    unreachable = f"postgresql://nudges@127.0.0.1:{port}/daymark"

    async with asyncpg.create_pool(unreachable, min_size=0) as pool, consuming.running(pool):
        await _until_delivered_again(consuming.nats)

    assert await backlog(consuming.nats, SCORES, NUDGES_CONSUMER) == 1
    await consuming.consume_all()
    assert await consuming.nudging.statuses() == [("plan_done", "sent")]


async def _until_delivered_again(nats: LeanClient) -> None:
    while not (await nats.jetstream().consumer_info(SCORES, NUDGES_CONSUMER)).num_redelivered:
        await asyncio.sleep(0)
