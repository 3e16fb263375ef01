"""Whatever happens, in whatever order: what is stored equals a recount by a small model, and the audit is clean.

`make nightly` plays 2,000 histories instead of 100.
"""

import asyncio
import json
import random
from collections.abc import Coroutine
from datetime import UTC, date, datetime, timedelta
from typing import Any, TypeVar

import asyncpg
import pytest
import yaml
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, rule, run_state_machine_as_test

from services.scoring import store
from services.scoring.days import score_days
from services.scoring.days.open_and_close_days import turn_days
from services.scoring.definitions.apply_definitions import apply_playbooks, apply_roster
from services.scoring.definitions.cache import DefinitionsCache
from services.scoring.explain.audit_scores import audit_scores
from services.scoring.record.record_activities import Observed, record_activities
from services.scoring.rescore.rescore_days import ask_for_rescore, rescore_some
from services.scoring.store import MIGRATIONS, SCHEMA
from shared.observation import Observation, observation_id
from shared.postgres.migrations import migrate
from shared.postgres.pool import make_pool
from shared.requests.client import RescoreQuery
from tests.services.scoring.announcements import compare_announcements
from tests.services.scoring.model import Days, scores

Result = TypeVar("Result")
REPORTED_DAYS = score_days.REPORTED_DAYS
BEGIN = datetime(2026, 3, 2, 6, tzinfo=UTC)
ZONES = ("Europe/Madrid", "Asia/Tokyo", "Pacific/Honolulu", "Australia/Lord_Howe")
USERS = ("7", "8", "9")
DATES = [date(2026, 3, number) for number in range(1, 9)]
CRASH_AT = ("insert_activities", "update_activities", "update_days", "enqueue_events")
EMPTY = "TRUNCATE activity, rep_day, rep_progress, roster, playbook_version, announcement, rescore, outbox"


def _of_two_days(absence: dict[str, Any]) -> dict[str, Any]:
    return absence | {"until": absence["from"] + timedelta(days=1)}


observations: st.SearchStrategy[dict[str, Any]] = st.builds(
    dict,
    activity_id=st.sampled_from([f"a{number}" for number in range(8)]),
    kind=st.sampled_from(["call", "proposal_sent"]),
    minute=st.integers(0, 30),
    deleted=st.sampled_from([None, None, None, True, False]),
    facts=st.fixed_dictionaries(
        {
            "actor": st.sampled_from([*USERS * 3, None]),
            "started_at": st.tuples(st.integers(0, 5 * 24), st.sampled_from([0, 0, 20, 50])).map(
                lambda at: (BEGIN + timedelta(hours=at[0], seconds=at[1])).isoformat()
            ),
        },
        optional={
            "duration_s": st.sampled_from([30, 60, 300, None]),
            "outcome": st.sampled_from(["connected", "busy", None]),
            "contact_key": st.sampled_from(["k", "l"]),
        },
    ),
)
behaviours = st.lists(
    st.fixed_dictionaries(
        {
            "key": st.sampled_from(["calls", "proposals"]),
            "label": st.just("A behaviour"),
            "counts": st.sampled_from(
                [
                    {"kinds": ["call"]},
                    {"kinds": ["call"], "min_duration_s": 60},
                    {"outcomes": ["connected"]},
                    {"kinds": ["proposal_sent"]},
                ]
            ),
            "target": st.sampled_from([1, 3, 7, 0]),
            "weight": st.sampled_from([1, 30]),
            "cap": st.sampled_from([1, 1.5]),
        }
    ),
    min_size=1,
    max_size=2,
    unique_by=lambda one: one["key"],
)
unverified = st.fixed_dictionaries(
    {
        "counts": st.booleans(),
        "bursts": st.builds(dict, more_than=st.integers(1, 2), within_s=st.sampled_from([20, 60])),
        "overlaps": st.builds(dict, more_than_s=st.sampled_from([0, 10])),
        "same_contact": st.builds(dict, more_than=st.integers(1, 2)),
    }
)
changes = st.lists(
    st.fixed_dictionaries(
        {"from": st.sampled_from(DATES)},
        optional={"timezone": st.sampled_from(ZONES), "team": st.sampled_from(["north", "south"])},
    ),
    max_size=2,
    unique_by=lambda one: one["from"],
).map(lambda given: sorted(given, key=lambda one: one["from"]))
absences = st.lists(
    st.fixed_dictionaries(
        {"from": st.sampled_from(DATES), "part": st.sampled_from([0.5, 1])},
    ).map(_of_two_days),
    max_size=1,
)
reps = st.fixed_dictionaries({"timezone": st.sampled_from(ZONES), "changes": changes, "absences": absences})


@st.composite
def rosters(draw: st.DrawFn) -> str:
    owners = {user: draw(st.sampled_from(["ana", "ben", "cy"])) for user in USERS}
    teams: dict[str, list[dict[str, Any]]] = {"north": [], "south": []}
    for rep_id in ("ana", "ben", "cy"):
        if draw(st.integers(0, 6)):
            identities = [{"source": "acme", "user": user} for user, owner in owners.items() if owner == rep_id]
            entry = {"id": rep_id, "name": rep_id.title(), "identities": identities, **draw(reps)}
            teams[draw(st.sampled_from(["north", "south"]))].append(entry)
    return yaml.safe_dump({"teams": [{"id": team, "name": team, "reps": members} for team, members in teams.items()]})


class Crash(Exception):
    """The process is gone."""


class AnyHistory(RuleBasedStateMachine):
    """Two replicas on one database."""

    url: str
    runner: asyncio.Runner

    def __init__(self) -> None:
        super().__init__()
        self.pools = [self.run(make_pool(self.url, schema=SCHEMA)) for _ in range(2)]
        self.run(self.pools[0].execute(EMPTY))
        self.run(self.pools[0].execute("UPDATE definitions_version SET version = version + 1"))
        self.caches = [DefinitionsCache(), DefinitionsCache()]
        self.said: list[Observed] = []
        self.unheard: list[Observed] = []
        self.playbooks: dict[tuple[str, date], str] = {}
        self.now = BEGIN

    def run(self, work: Coroutine[Any, Any, Result]) -> Result:
        return self.runner.run(work)

    @initialize(roster=rosters(), north=behaviours, south=behaviours, reported_days=st.sampled_from([REPORTED_DAYS, 0, 2]))
    def it_begins(self, roster: str, north: list[dict[str, Any]], south: list[dict[str, Any]], reported_days: int) -> None:
        score_days.REPORTED_DAYS = reported_days  # type: ignore[misc]  # soon, so that some days lie before
        self.the_roster_changes(roster)
        self.a_playbook_changes(north, "north", DATES[0], {})
        self.a_playbook_changes(south, "south", DATES[0], {})

    @rule(given=st.lists(observations, min_size=1, max_size=6), seed=st.integers(0, 99), is_heard=st.booleans())
    def something_happens(self, given: list[dict[str, Any]], seed: int, is_heard: bool) -> None:
        fresh = [_observed(one) for one in given]
        self.said += fresh
        if not is_heard:
            self.unheard += fresh
            return
        again = random.Random(seed).choices(self.said, k=3)
        self.run(self._record(fresh + again, seed))

    @rule(seed=st.integers(0, 99))
    def what_was_not_heard_arrives(self, seed: int) -> None:
        late, self.unheard = self.unheard, []
        if late:
            self.run(self._record(late, seed))

    async def _record(self, news: list[Observed], seed: int) -> None:
        """Both replicas at once, each with its own order, and with some of it twice."""
        orders = [news[:], news[: len(news) // 2 + 1]]
        for number, order in enumerate(orders):
            random.Random(seed + number).shuffle(order)
        await asyncio.gather(*[self._one_records(number, order) for number, order in enumerate(orders)])

    async def _one_records(self, number: int, news: list[Observed]) -> None:
        await record_activities(self.pools[number], self.caches[number], news, now=self.now)

    @rule(given=st.lists(observations, min_size=1, max_size=4), where=st.sampled_from(CRASH_AT))
    def a_replica_dies_at_work(self, given: list[dict[str, Any]], where: str) -> None:
        fresh = [_observed(one) for one in given]
        self.said += fresh

        async def die(*_: object) -> None:
            raise Crash

        whole = getattr(store, where)
        setattr(store, where, die)
        try:
            self.run(self._one_records(0, fresh))
        except Crash:
            self.unheard += fresh
        finally:
            setattr(store, where, whole)

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
    def some_days_are_scored_anew(self, steps: int) -> None:
        for number in range(steps):
            self.run(rescore_some(self.pools[number % 2], self.caches[number % 2], now=self.now))

    @rule()
    def everything_is_to_be_scored_anew(self) -> None:
        if "id: ana" in self.roster:
            self.run(ask_for_rescore(self.pools[0], self.caches[0], RescoreQuery(rep="ana"), now=self.now))

    @rule(hours=st.integers(1, 40))
    def time_passes(self, hours: int) -> None:
        self.now += timedelta(hours=hours)
        self.run(turn_days(self.pools[0], self.caches[0], now=self.now))

    def teardown(self) -> None:
        try:
            self.run(self._compare())
        finally:
            score_days.REPORTED_DAYS = REPORTED_DAYS  # type: ignore[misc]
            for pool in self.pools:
                self.run(pool.close())

    async def _compare(self) -> None:
        if self.unheard:
            await self._record(self.unheard, 0)
        while await rescore_some(self.pools[0], self.caches[0], now=self.now):
            pass
        known = [rep["id"] for team in yaml.safe_load(self.roster)["teams"] for rep in team["reps"]]
        rows = await self.pools[0].fetch("SELECT * FROM rep_day WHERE rep_id = ANY($1)", known)
        stored = {(row["rep_id"], row["day"]): (json.loads(row["counts"]), row["score"]) for row in rows}
        expected: Days = scores(self.said, self.roster, self.playbooks)
        assert {place: day for place, day in stored.items() if day[0]} == expected
        assert (await audit_scores(self.pools[0], self.caches[0])).differences == ()
        await self._compare_reports(rows)
        await compare_announcements(self.pools[0], self.caches[0], now=self.now)

    async def _compare_reports(self, rows: list[asyncpg.Record]) -> None:
        """The last that was said of a day is what is stored of it, unless it was too long ago to be told of."""
        bodies = await self.pools[0].fetch("SELECT body FROM outbox WHERE event_type LIKE 'day.%' ORDER BY id")
        newest = {(report["rep"]["id"], report["day"]): report for report in (json.loads(row["body"]) for row in bodies)}
        for row in rows:
            report = newest.get((row["rep_id"], row["day"].isoformat()))
            if report is not None and row["day"] >= score_days.first_reported_day(self.now):
                said = {line["key"]: line["count"] for line in report["behaviours"] if line["count"]}
                score = None if row["score"] is None else str(row["score"])
                assert (said, report["score"]) == (json.loads(row["counts"]), score)


def _observed(given: dict[str, Any]) -> Observed:
    observation = Observation(
        activity_id=given["activity_id"],
        kind=given["kind"],
        observed_at=BEGIN + timedelta(minutes=given["minute"]),
        deleted=given["deleted"],
        facts=given["facts"],
    )
    event_id = observation_id("acme", observation)
    return Observed(event_id=event_id, source="acme", observation=observation)


@pytest.mark.hypothesis
@pytest.mark.timeout(9 * settings().max_examples)
def test_any_history_ends_as_the_model_says(scoring_database_url: str) -> None:
    with asyncio.Runner() as runner:
        AnyHistory.url, AnyHistory.runner = scoring_database_url, runner

        async def prepare() -> None:
            pool = await make_pool(scoring_database_url, schema=SCHEMA)
            await migrate(pool, schema=SCHEMA, folder=MIGRATIONS)
            await pool.close()

        runner.run(prepare())
        run_state_machine_as_test(AnyHistory)
