"""Days that are scored again in the background, by several replicas, while observations are recorded."""

import asyncio
from datetime import timedelta
from decimal import Decimal

import pytest

from services.scoring.days import score_days
from services.scoring.definitions.cache import DefinitionsCache
from services.scoring.rescore import rescore_days
from services.scoring.rescore.rescore_days import rescore_next_days
from services.scoring.rescore.rescore_on_request import rescore_on_request
from services.scoring.schema import SCHEMA
from shared.postgres.pool import make_pool
from shared.requests.definitions import RescoreQuery
from tests.services.scoring.conftest import ANA, MONDAY, PLAYBOOK, ROSTER, Scoring, observed
from tests.services.scoring.domain.builders import rep_id_of

TUESDAY = MONDAY + timedelta(days=1)
SOFTER = PLAYBOOK.replace("target: 2", "target: 1").replace("2026-01-01", "2026-03-03")
EXCHANGED = ROSTER.replace('"7"', '"x"').replace('"8"', '"7"').replace('"x"', '"8"')


async def test_no_wrong_count_is_reported_while_activities_are_reassigned(scoring: Scoring) -> None:
    await scoring.record(*[observed(f"a{number}") for number in range(3)])
    await scoring.pool.execute("DELETE FROM outbox")

    await scoring.apply_roster(EXCHANGED)
    await scoring.record(observed("a9"))

    assert await scoring.reports() == []
    await scoring.rescore()
    counts = [(report.rep.id, report.behaviours[0].count) for _, report in await scoring.reports()]
    newest = dict(counts)
    assert newest == {"ana": 0, "ben": 4}
    assert set(counts) == set(newest.items())
    assert await scoring.differences() == ()


async def test_the_next_process_does_what_one_left_undone(scoring: Scoring, monkeypatch: pytest.MonkeyPatch) -> None:
    await scoring.record(observed("a1"))
    await scoring.apply_roster(EXCHANGED)

    async def die(*_: object) -> None:
        raise ConnectionError

    with monkeypatch.context() as dying:
        dying.setattr(score_days, "update_days", die)
        with pytest.raises(ConnectionError):
            await scoring.rescore()
    assert await scoring.reps_pending() == 2
    await scoring.rescore()

    assert await scoring.reps_pending() == 0
    assert await scoring.differences() == ()


async def test_replicas_share_the_work_while_observations_are_recorded(scoring: Scoring) -> None:
    team = "".join(
        f'      - {{id: r{number}, name: R, timezone: Europe/Madrid, identities: [{{source: acme, user: "u{number}"}}]}}\n'
        for number in range(40)
    )
    await scoring.apply(roster=ROSTER + team)
    await scoring.record(*[observed(f"a{number}", actor=f"u{number % 40}") for number in range(400)])
    pools = [await make_pool(scoring.url, schema=SCHEMA) for _ in range(3)]
    await scoring.apply_playbook(SOFTER.replace("2026-03-03", "2026-02-01"), revise="a test")

    async def rescore(number: int) -> None:
        cache = DefinitionsCache()
        while await rescore_next_days(pools[number], cache, now=scoring.now):
            pass

    async def live() -> None:
        for number in range(40):
            await scoring.record(observed(f"live{number}", actor=f"u{number}"))

    rescored = asyncio.gather(*[rescore(number) for number in range(3)])
    await live()
    await rescored
    assert await scoring.reps_pending() == 0
    assert await scoring.differences() == ()
    day = await scoring.day(rep_id_of("r39"))
    assert (day["counts"], day["score"]) == ('{"calls": 11}', Decimal("90.00"))
    await asyncio.gather(*[pool.close() for pool in pools])


async def test_each_day_is_scored_in_one_step_only(scoring: Scoring, monkeypatch: pytest.MonkeyPatch) -> None:
    """The open day is reported whenever it is scored under changed definitions, so a second time would be seen."""
    monkeypatch.setattr(rescore_days, "DAYS_SCORED", 1)
    friday = MONDAY - timedelta(days=3)
    await scoring.record(*[observed(f"a{day}", started_at=f"{day}T12:00:00+00:00") for day in (friday, MONDAY)])
    await scoring.pool.execute("DELETE FROM outbox")

    await scoring.apply_playbook(PLAYBOOK.replace("target: 2", "target: 1"), revise="a test")
    await scoring.rescore()

    days = [report.day for _, report in await scoring.reports() if report.rep.id == "ana"]
    assert days == [friday, MONDAY]


async def test_days_long_past_are_scored_again_and_not_reported(scoring: Scoring) -> None:
    long_past, recent = MONDAY - timedelta(days=61), MONDAY - timedelta(days=60)
    older = PLAYBOOK.replace("2026-01-01", "2025-12-01")
    await scoring.apply(playbook=older)
    for number, day in enumerate((long_past, recent)):
        await scoring.record(observed(f"a{number}", started_at=f"{day}T12:00:00+00:00"))
    await scoring.pool.execute("DELETE FROM outbox")

    await scoring.apply_playbook(older.replace("target: 2", "target: 1"), revise="a test")
    await scoring.apply_playbook(PLAYBOOK.replace("target: 2", "target: 1"), revise="a test")
    await scoring.rescore()

    assert [report.day for _, report in await scoring.reports() if report.state == "closed"] == [recent]
    stored = await scoring.day(ANA, long_past)
    assert stored["score"] == Decimal("60.00")
    assert await scoring.differences() == ()


async def test_long_past_days_with_equal_counts_are_scored_by_their_own_targets(scoring: Scoring) -> None:
    week = [MONDAY - timedelta(days=70 - number) for number in range(7)]
    half_away = f"absences: [{{from: {week[1]}, until: {week[1]}, part: 0.5}}], "
    south = "  - id: south\n    name: South\n    reps:\n      - {id: cy, name: Cy Lee, timezone: UTC, identities: "
    roster = ROSTER.replace("name: Ana Ruiz, ", f"name: Ana Ruiz, {half_away}") + south + '[{source: acme, user: "9"}]}\n'
    by_weekday = PLAYBOOK.replace("2026-01-01", "2025-12-01").replace("target: 2", "target: {mon: 2, tue: 4, wed: 4, thu: 4}")
    goal = "goals:\n  - {key: month, label: Calls, counts: {kinds: [call]}, period: month, step: 30}\n"
    await scoring.apply(roster=roster, playbook=by_weekday)
    for number, day in enumerate(week):
        for actor in "789":
            noon = f"{day}T15:00:00+00:00"
            await scoring.record(observed(f"{actor}{number}", actor=actor, started_at=noon))
    await scoring.record(observed("more", started_at=f"{week[3]}T15:00:00+00:00"))
    revisions = "SELECT rep_id, day, revision FROM rep_day WHERE day < $1 ORDER BY rep_id, day"
    before = await scoring.pool.fetch(revisions, week[-1])

    with_goal = by_weekday + goal
    await scoring.apply(playbook=with_goal)
    await scoring.apply(playbook=with_goal.replace("team: north", "team: south").replace("target: 1", "target: 0"))
    await rescore_on_request(scoring.pool, scoring.cache, RescoreQuery(), now=scoring.now)
    await scoring.rescore()

    async def scores_of(rep_id: str) -> list[Decimal | None]:
        rows = await scoring.pool.fetch("SELECT score FROM rep_day WHERE rep_id = $1 ORDER BY day LIMIT 4", rep_id)
        return [row["score"] for row in rows]

    assert await scores_of("ana") == [Decimal(30), Decimal(30), Decimal(15), Decimal(30)]
    assert await scores_of("ben") == [Decimal(30), Decimal(15), Decimal(15), Decimal(15)]
    assert await scores_of("cy") == [Decimal(50), Decimal(25), Decimal(25), Decimal(25)]
    assert await scoring.pool.fetch(revisions, week[-1]) == before
    assert await scoring.differences() == ()


async def test_no_activity_stays_with_a_rep_who_was_removed_from_the_roster(scoring: Scoring) -> None:
    await scoring.record(observed("a1"))
    before = await scoring.day(ANA)

    await scoring.apply(roster="".join(line for line in ROSTER.splitlines(keepends=True) if "Ana" not in line))

    assert await scoring.pool.fetchval("SELECT count(*) FROM activity WHERE rep_id IS NOT NULL") == 0
    assert await scoring.day(ANA) == before
    await scoring.apply(roster=ROSTER)
    assert (await scoring.day(ANA))["counts"] == '{"calls": 1}'
    assert await scoring.differences() == ()


async def test_one_step_reassigns_everybody_who_has_no_activities(scoring: Scoring) -> None:
    await scoring.record(observed("a1"), observed("a2", actor="1"))
    await scoring.pool.execute("DELETE FROM pending_rescore")
    joined = "".join(
        f"      - {{id: r{number}, name: R, timezone: UTC, identities: [{{source: acme, user: {number}}}]}}\n"
        for number in range(1, 7)
    )
    await scoring.apply_roster(EXCHANGED + joined)

    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(rescore_days, "REPS_REASSIGNED", 1)
        await rescore_next_days(scoring.pool, scoring.cache, now=scoring.now)

    waiting = await scoring.pool.fetch("SELECT rep_id FROM pending_rescore WHERE needs_reassignment ORDER BY rep_id")
    assert len(waiting) == 2
    assert {row["rep_id"] for row in waiting} < {"ana", "ben", "r1"}
    await scoring.rescore()
    assert await scoring.differences() == ()
