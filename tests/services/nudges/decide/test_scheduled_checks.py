"""The moments at which days are checked, as stored."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta

import asyncpg
import pytest

from services.nudges.decide.scheduled_checks import (
    DueCheck,
    DueDigest,
    ManagerClock,
    add_checks,
    add_checks_of_team,
    is_check_due,
    list_due_checks,
    list_due_digests,
    list_managers_without_digest,
    mark_check_done,
)
from services.nudges.domain.moments import Moment
from shared.events import ManagerId, Nudge, NudgeId, PersonId, RepId
from tests.services.nudges.builders.days import MONDAY, TUESDAY, at
from tests.services.nudges.builders.nudges import make_nudge
from tests.services.nudges.builders.people import ANA, BEN, MARA
from tests.services.nudges.builders.reports import CALLS
from tests.services.nudges.builders.rows import Rows

NINE, TEN, NOON = (at(MONDAY, local) for local in ("09:00", "10:00", "12:00"))
SECOND = timedelta(seconds=1)
JON_ID = ManagerId(PersonId("jon"))
Check = tuple[str, str, datetime, bool]
"""Person, moment, when it is due, and whether it is done."""


async def _stored(pool: asyncpg.Pool) -> list[Check]:
    rows = await pool.fetch("SELECT person_id, moment, due_at, is_done FROM scheduled_check ORDER BY person_id, day, moment")
    return [(row["person_id"], row["moment"], row["due_at"], row["is_done"]) for row in rows]


async def _mark_done(
    pool: asyncpg.Pool,
    person_id: PersonId = ANA.id,
    *,
    day: date = MONDAY,
    moment: Moment = Moment.MORNING,
    now: datetime = NINE,
) -> bool:
    async with pool.acquire() as connection:
        return await mark_check_done(connection, person_id, day, moment, {CALLS: 3}, now=now)


async def _is_due(pool: asyncpg.Pool, rep_id: RepId, day: date, moment: Moment, *, now: datetime) -> bool:
    async with pool.acquire() as connection:
        return await is_check_due(connection, rep_id, day, moment, now=now)


async def test_each_moment_is_scheduled_once_and_moves_with_the_day(pool: asyncpg.Pool) -> None:
    await add_checks(pool, ANA.id, MONDAY, {Moment.MORNING: NINE, Moment.MIDDAY: NOON})
    await add_checks(pool, ANA.id, MONDAY, {Moment.MORNING: TEN, Moment.MIDDAY: NOON})

    assert await _stored(pool) == [("ana", "midday", NOON, False), ("ana", "morning", TEN, False)]


async def test_a_moment_that_was_checked_does_not_move(pool: asyncpg.Pool) -> None:
    await add_checks(pool, ANA.id, MONDAY, {Moment.MORNING: NINE})
    await _mark_done(pool)

    await add_checks(pool, ANA.id, MONDAY, {Moment.MORNING: TEN})

    assert await _stored(pool) == [("ana", "morning", NINE, True)]


async def test_the_same_moment_again_writes_nothing(pool: asyncpg.Pool) -> None:
    await add_checks(pool, ANA.id, MONDAY, {Moment.MORNING: NINE})
    version = await pool.fetchval("SELECT xmin::text FROM scheduled_check")

    await add_checks(pool, ANA.id, MONDAY, {Moment.MORNING: NINE})

    assert await pool.fetchval("SELECT xmin::text FROM scheduled_check") == version


async def test_due_checks_are_listed_in_the_order_in_which_they_have_waited(pool: asyncpg.Pool) -> None:
    await add_checks(pool, BEN.id, MONDAY, {Moment.MORNING: NINE, Moment.MIDDAY: NINE})
    await add_checks(pool, ANA.id, MONDAY, {Moment.MORNING: NINE, Moment.MIDDAY: NINE - SECOND})
    await add_checks(pool, ANA.id, TUESDAY, {Moment.MORNING: NINE + SECOND})
    await add_checks(pool, MARA.id, MONDAY, {Moment.TEAM_MORNING: NINE})

    due = await list_due_checks(pool, checks_max=10, now=NINE)

    first, *others = [
        DueCheck(rep_id=ANA.id, day=MONDAY, moment=Moment.MIDDAY),
        DueCheck(rep_id=ANA.id, day=MONDAY, moment=Moment.MORNING),
        DueCheck(rep_id=BEN.id, day=MONDAY, moment=Moment.MIDDAY),
        DueCheck(rep_id=BEN.id, day=MONDAY, moment=Moment.MORNING),
    ]
    assert due == [first, *others]
    assert await list_due_checks(pool, checks_max=1, now=NINE) == [first]
    await _mark_done(pool, moment=Moment.MIDDAY)
    assert await list_due_checks(pool, checks_max=10, now=NINE) == others


@pytest.mark.parametrize(
    ("rep_id", "day", "moment", "now", "is_due"),
    [
        (ANA.id, MONDAY, Moment.MORNING, NINE, True),
        (ANA.id, MONDAY, Moment.MORNING, NINE - SECOND, False),
        (BEN.id, MONDAY, Moment.MORNING, NINE, False),
        (ANA.id, TUESDAY, Moment.MORNING, NINE, False),
        (ANA.id, MONDAY, Moment.MIDDAY, NINE, False),
    ],
    ids=["due", "a second too early", "another rep", "another day", "another moment"],
)
async def test_one_check_is_due_from_its_time_on(
    pool: asyncpg.Pool, rep_id: RepId, day: date, moment: Moment, now: datetime, *, is_due: bool
) -> None:
    await add_checks(pool, ANA.id, MONDAY, {Moment.MORNING: NINE})

    assert await _is_due(pool, rep_id, day, moment, now=now) is is_due
    await _mark_done(pool)
    assert not await _is_due(pool, rep_id, day, moment, now=now)


async def test_a_check_is_taken_by_exactly_one_replica(pool: asyncpg.Pool) -> None:
    await add_checks(pool, ANA.id, MONDAY, {Moment.MORNING: NINE, Moment.MIDDAY: NOON})
    await add_checks(pool, ANA.id, TUESDAY, {Moment.MORNING: NINE})
    await add_checks(pool, BEN.id, MONDAY, {Moment.MORNING: NINE})

    assert [await _mark_done(pool) for _ in range(2)] == [True, False]

    assert [is_done for *_, is_done in await _stored(pool)] == [False, True, False, False]


@pytest.mark.parametrize(("minutes_late", "counts"), [(0, '{"calls": 3}'), (15, '{"calls": 3}'), (15.02, None)])
async def test_counts_are_kept_of_a_check_that_is_at_most_15_minutes_late(
    pool: asyncpg.Pool, minutes_late: float, counts: str | None
) -> None:
    await add_checks(pool, ANA.id, MONDAY, {Moment.MIDDAY: NOON})

    await _mark_done(pool, moment=Moment.MIDDAY, now=NOON + timedelta(minutes=minutes_late))

    assert await pool.fetchval("SELECT counts::text FROM scheduled_check") == counts


async def test_a_check_of_an_unknown_day_keeps_no_counts(pool: asyncpg.Pool) -> None:
    await add_checks(pool, ANA.id, MONDAY, {Moment.MIDDAY: NOON})

    async with pool.acquire() as connection:
        assert await mark_check_done(connection, ANA.id, MONDAY, Moment.MIDDAY, None, now=NOON)

    assert await pool.fetchval("SELECT counts IS NULL FROM scheduled_check")


async def _check_team(pool: asyncpg.Pool, *, now: datetime = NINE) -> None:
    async with pool.acquire() as connection:
        await add_checks_of_team(connection, [ANA.id, BEN.id], MONDAY, ["team_day"], now=now)


async def test_a_whole_team_is_checked_now(pool: asyncpg.Pool) -> None:
    await _check_team(pool)

    assert await _stored(pool) == [("ana", "team_done", NINE, False), ("ben", "team_done", NINE, False)]


async def test_a_check_that_is_not_done_yet_is_not_put_off(pool: asyncpg.Pool) -> None:
    await _check_team(pool)
    await _mark_done(pool, moment=Moment.TEAM_DONE)

    await _check_team(pool, now=TEN)

    assert await _stored(pool) == [("ana", "team_done", TEN, False), ("ben", "team_done", NINE, False)]


def _team_day(day: date = MONDAY, *, rule: str = "team_day") -> Nudge:
    return make_nudge().model_copy(update={"id": NudgeId("team-day"), "rule": rule, "day": day})


@pytest.mark.parametrize(
    ("received", "checked"),
    [
        (_team_day(), ["ben"]),
        (_team_day(TUESDAY), ["ana", "ben"]),
        (_team_day(rule="plan_done"), ["ana", "ben"]),
    ],
    ids=["about the day", "about another day", "of another rule"],
)
async def test_reps_who_have_received_it_are_left_out(
    pool: asyncpg.Pool, rows: Rows, received: Nudge, checked: Sequence[str]
) -> None:
    await rows.add_nudge(received)

    await _check_team(pool)

    assert [person_id for person_id, *_ in await _stored(pool)] == checked


async def test_due_digests_are_listed_in_the_order_in_which_they_have_waited(pool: asyncpg.Pool) -> None:
    await add_checks(pool, MARA.id, MONDAY, {Moment.TEAM_MORNING: NINE})
    await add_checks(pool, JON_ID, MONDAY, {Moment.TEAM_MORNING: NINE})
    await add_checks(pool, MARA.id, TUESDAY, {Moment.TEAM_MORNING: NINE + SECOND})
    await add_checks(pool, ANA.id, MONDAY, {Moment.MORNING: NINE - SECOND})
    await pool.execute(
        "UPDATE scheduled_check SET due_at = due_at - interval '1 hour' WHERE person_id = 'mara' AND day = $1", MONDAY
    )

    due = await list_due_digests(pool, digests_max=10, now=NINE)

    mara, jon = DueDigest(manager_id=MARA.id, day=MONDAY), DueDigest(manager_id=JON_ID, day=MONDAY)
    assert due == [mara, jon]
    assert await list_due_digests(pool, digests_max=1, now=NINE) == [mara]
    await _mark_done(pool, MARA.id, moment=Moment.TEAM_MORNING)
    assert await list_due_digests(pool, digests_max=10, now=NINE) == [jon]


async def test_of_digests_that_are_due_at_once_the_first_by_manager_comes_first(pool: asyncpg.Pool) -> None:
    for manager_id in (MARA.id, JON_ID):
        await add_checks(pool, manager_id, MONDAY, {Moment.TEAM_MORNING: NINE})

    due = await list_due_digests(pool, digests_max=10, now=NINE)

    assert [digest.manager_id for digest in due] == [JON_ID, MARA.id]


async def _lead(pool: asyncpg.Pool, manager_id: str, rep_id: str, newest_day: date, timezone: str | None) -> None:
    insert = "INSERT INTO manager_of_rep (manager_id, rep_id, name, timezone, newest_day) VALUES ($1, $2, 'M', $3, $4)"
    await pool.execute(insert, manager_id, rep_id, timezone, newest_day)


async def test_managers_who_have_no_digest_scheduled_are_listed(pool: asyncpg.Pool) -> None:
    await _lead(pool, "mara", "ana", MONDAY, "Europe/Madrid")
    await _lead(pool, "mara", "ben", TUESDAY, "Europe/Rome")
    await _lead(pool, "jon", "cleo", MONDAY - timedelta(days=1), "Europe/Madrid")
    await _lead(pool, "kim", "dan", TUESDAY, None)
    mara = ManagerClock(manager_id=MARA.id, timezone="Europe/Rome")
    jon = ManagerClock(manager_id=JON_ID, timezone="Europe/Madrid")

    assert await list_managers_without_digest(pool, seen_since=MONDAY - timedelta(days=1)) == [jon, mara]
    assert await list_managers_without_digest(pool, seen_since=MONDAY) == [mara]

    await add_checks(pool, MARA.id, MONDAY, {Moment.MORNING: NINE})
    await add_checks(pool, JON_ID, MONDAY, {Moment.TEAM_MORNING: NINE})
    assert await list_managers_without_digest(pool, seen_since=MONDAY) == [mara]
    await add_checks(pool, MARA.id, MONDAY, {Moment.TEAM_MORNING: NINE})
    assert await list_managers_without_digest(pool, seen_since=MONDAY) == []
    await _mark_done(pool, MARA.id, moment=Moment.TEAM_MORNING)
    assert await list_managers_without_digest(pool, seen_since=MONDAY) == [mara]
