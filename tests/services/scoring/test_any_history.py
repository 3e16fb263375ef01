"""Whatever happens, in whatever order: what is stored equals what the reference model computes, and the audit finds nothing.

`make nightly` plays 2,000 histories instead of 100.
"""

import asyncio
import json
import random
from collections.abc import Coroutine, Sequence
from datetime import date, timedelta
from types import ModuleType
from typing import Any, TypeVar

import asyncpg
import pytest
import yaml
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, rule, run_state_machine_as_test

from services.scoring.days import score_days
from services.scoring.days.open_and_close_days import open_and_close_days
from services.scoring.definitions.apply_definitions import apply_playbooks, apply_roster
from services.scoring.definitions.cache import DefinitionsCache
from services.scoring.explain.audit_scores import audit_scores
from services.scoring.record import record_activities as recording
from services.scoring.record.read_event import ObservedEvent
from services.scoring.record.record_activities import record_activities
from services.scoring.rescore.rescore_days import rescore_next_days
from services.scoring.rescore.rescore_on_request import rescore_on_request
from services.scoring.schema import SCHEMA
from shared.postgres.outbox import EventLeases
from shared.postgres.pool import make_pool
from shared.requests.definitions import RescoreQuery
from tests.services.scoring.announcement_checks import compare_announcements
from tests.services.scoring.conftest import ANA
from tests.services.scoring.histories import DATES, START, behaviours, event_of, observations, rosters, unverified
from tests.services.scoring.reference_model import ScoredDays, score

Result = TypeVar("Result")
REPORTED_DAYS = score_days.REPORTED_DAYS
CRASH_POINTS = [
    (recording, "insert_activities"),
    (recording, "insert_small_batch"),
    (recording, "update_activities"),
    (score_days, "update_days"),
    (score_days, "update_reported_days"),
    (score_days, "enqueue_events"),
    (EventLeases, "enqueue"),
]
EMPTY = """
TRUNCATE activity, rep_day, last_opened_day, roster, playbook_version, playbook_wording, announcement, pending_rescore, outbox
"""


class Crash(Exception):
    """The process is gone."""


class AnyHistory(RuleBasedStateMachine):
    """Two replicas on one database."""

    pools: Sequence[asyncpg.Pool]
    runner: asyncio.Runner

    def __init__(self) -> None:
        super().__init__()
        self.run(self.pools[0].execute(EMPTY))
        self.run(self.pools[0].execute("UPDATE definitions_version SET version = version + 1"))
        self.caches = [DefinitionsCache(), DefinitionsCache()]
        self.events: list[ObservedEvent] = []
        self.undelivered: list[ObservedEvent] = []
        self.playbooks: dict[tuple[str, date], str] = {}
        self.now = START

    def run(self, work: Coroutine[Any, Any, Result]) -> Result:
        return self.runner.run(work)

    @initialize(roster=rosters(), north=behaviours, south=behaviours, reported_days=st.sampled_from([REPORTED_DAYS, 0, 2]))
    def start(self, roster: str, north: list[dict[str, Any]], south: list[dict[str, Any]], reported_days: int) -> None:
        score_days.REPORTED_DAYS = reported_days  # type: ignore[misc]  # soon, so that some days lie before
        self.the_roster_changes(roster)
        self.a_playbook_changes(north, "north", DATES[0], {})
        self.a_playbook_changes(south, "south", DATES[0], {})

    @rule(pieces=st.lists(observations, min_size=1, max_size=6), seed=st.integers(0, 99), is_delivered=st.booleans())
    def something_happens(self, pieces: list[dict[str, Any]], seed: int, is_delivered: bool) -> None:
        fresh = [event_of(piece) for piece in pieces]
        self.events += fresh
        if not is_delivered:
            self.undelivered += fresh
            return
        again = random.Random(seed).choices(self.events, k=3)
        self.run(self._record(fresh + again, seed))

    @rule(seed=st.integers(0, 99))
    def delayed_observations_arrive(self, seed: int) -> None:
        late, self.undelivered = self.undelivered, []
        if late:
            self.run(self._record(late, seed))

    async def _record(self, events: list[ObservedEvent], seed: int) -> None:
        """Both replicas at once, each with its own order, and with some of it twice."""
        orders = [events[:], events[: len(events) // 2 + 1]]
        for number, order in enumerate(orders):
            random.Random(seed + number).shuffle(order)
        await asyncio.gather(*[self._record_on_replica(number, order) for number, order in enumerate(orders)])

    async def _record_on_replica(self, number: int, events: list[ObservedEvent]) -> None:
        await record_activities(self.pools[number], self.caches[number], events, now=self.now)

    @rule(pieces=st.lists(observations, min_size=1, max_size=4), crash_point=st.sampled_from(CRASH_POINTS))
    def a_replica_dies_at_work(self, pieces: list[dict[str, Any]], crash_point: tuple[ModuleType, str]) -> None:
        fresh = [event_of(piece) for piece in pieces]
        self.events += fresh

        async def die(*_: object, **__: object) -> None:
            raise Crash

        module, function = crash_point
        original = getattr(module, function)
        setattr(module, function, die)
        try:
            self.run(self._record_on_replica(0, fresh))
        except Crash:
            self.undelivered += fresh
        finally:
            setattr(module, function, original)

    @rule(roster=rosters())
    def the_roster_changes(self, roster: str) -> None:
        self.run(apply_roster(self.pools[0], self.caches[0], roster, file="roster.yaml", now=self.now))
        self.roster = roster

    @rule(
        counts=behaviours,
        team=st.sampled_from(["north", "south"]),
        first=st.sampled_from(DATES),
        rules=st.one_of(st.just({}), st.builds(dict, unverified=unverified)),
    )
    def a_playbook_changes(self, counts: list[dict[str, Any]], team: str, first: date, rules: dict[str, Any]) -> None:
        text = yaml.safe_dump({"team": team, "effective_from": first, "behaviours": counts, **rules})
        self.run(apply_playbooks(self.pools[1], self.caches[1], text, file="p.yaml", revise="a test", now=self.now))
        self.playbooks[team, first] = text

    @rule(steps=st.integers(1, 3))
    def some_days_are_scored_again(self, steps: int) -> None:
        for number in range(steps):
            self.run(rescore_next_days(self.pools[number % 2], self.caches[number % 2], now=self.now))

    @rule()
    def a_rescore_is_requested(self) -> None:
        if "id: ana" in self.roster:
            self.run(rescore_on_request(self.pools[0], self.caches[0], RescoreQuery(rep=ANA), now=self.now))

    @rule(hours=st.integers(1, 40))
    def time_passes(self, hours: int) -> None:
        self.now += timedelta(hours=hours)
        self.run(open_and_close_days(self.pools[0], self.caches[0], now=self.now))

    def teardown(self) -> None:
        try:
            self.run(self._compare())
        finally:
            score_days.REPORTED_DAYS = REPORTED_DAYS  # type: ignore[misc]

    async def _compare(self) -> None:
        if self.undelivered:
            await self._record(self.undelivered, 0)
        while await rescore_next_days(self.pools[0], self.caches[0], now=self.now):
            pass
        known = [rep["id"] for team in yaml.safe_load(self.roster)["teams"] for rep in team["reps"]]
        rows = await self.pools[0].fetch("SELECT * FROM rep_day WHERE rep_id = ANY($1)", known)
        stored = {(row["rep_id"], row["day"]): (json.loads(row["counts"]), row["score"]) for row in rows}
        expected: ScoredDays = score(self.events, self.roster, self.playbooks)
        assert {rep_day: day for rep_day, day in stored.items() if day[0]} == expected
        assert (await audit_scores(self.pools[0], self.caches[0])).differences == ()
        await self._compare_reports(rows)
        await compare_announcements(self.pools[0], self.caches[0], now=self.now)

    async def _compare_reports(self, rows: list[asyncpg.Record]) -> None:
        """The newest report of a day has what is stored, unless the day was too long ago to be reported."""
        bodies = await self.pools[0].fetch("SELECT body FROM outbox WHERE event_type LIKE 'day.%' ORDER BY id")
        newest = {(report["rep"]["id"], report["day"]): report for report in (json.loads(row["body"]) for row in bodies)}
        for row in rows:
            report = newest.get((row["rep_id"], row["day"].isoformat()))
            if report is not None and row["day"] >= score_days.first_reported_day(self.now):
                counts = {line["key"]: line["count"] for line in report["behaviours"] if line["count"]}
                stored_score = None if row["score"] is None else str(row["score"])
                assert (counts, report["score"]) == (json.loads(row["counts"]), stored_score)


async def _open_pools(url: str) -> list[asyncpg.Pool]:
    """Of both replicas, for all histories: to connect anew for each takes an eighth of the time."""
    return [await make_pool(url, schema=SCHEMA) for _ in range(2)]


async def _close(pools: Sequence[asyncpg.Pool]) -> None:
    for pool in pools:
        await pool.close()


@pytest.mark.hypothesis
@pytest.mark.timeout(9 * settings().max_examples)
def test_any_history_ends_as_the_model_says(scoring_database_url: str) -> None:
    with asyncio.Runner() as runner:
        AnyHistory.runner, AnyHistory.pools = runner, runner.run(_open_pools(scoring_database_url))
        run_state_machine_as_test(AnyHistory)
        runner.run(_close(AnyHistory.pools))
