"""The days with activity of a manager's reps, on a real database."""

from datetime import date, timedelta
from decimal import Decimal

import asyncpg
import pytest

from services.nudges.context.active_days import list_active_days
from services.nudges.domain.baseline import PastDay
from shared.events import BehaviourDefinition, DayReport, Presence, RepId, VersionNumber
from tests.services.nudges.builders.announcements import VERSION_1, VERSION_2, announcement, defined
from tests.services.nudges.builders.days import FRIDAY, MONDAY, TUESDAY, WEDNESDAY, at
from tests.services.nudges.builders.people import ANA, BEN, rep
from tests.services.nudges.builders.reports import CALLS, behaviour, report
from tests.services.nudges.builders.rows import Rows

LONG_AGO = at(date(2026, 1, 2), "10:00")
DEMOS_WITHOUT_TARGET = behaviour("Demos", 9, 0)
MEETINGS = behaviour("Meetings", 2, 1)


async def _active(
    pool: asyncpg.Pool,
    *rep_ids: RepId,
    version: VersionNumber | None = VERSION_1,
    announced: VersionNumber = VERSION_1,
    since: date = MONDAY,
) -> dict[RepId, list[PastDay]]:
    """Up to Thursday, of reps to whom a version was announced long ago."""
    reps = rep_ids or (ANA.id,)
    versions, delivered_at = dict.fromkeys(reps, version), {rep_id: {announced: LONG_AGO} for rep_id in reps}
    async with pool.acquire() as connection:
        return await list_active_days(connection, versions, delivered_at, since=since, before=FRIDAY)


async def _days(pool: asyncpg.Pool) -> list[date]:
    return [active.day for active in (await _active(pool))[ANA.id]]


async def test_days_are_known_by_rep_in_order_with_what_counted_and_the_part_that_was_worked(
    pool: asyncpg.Pool, rows: Rows
) -> None:
    both = (behaviour("Calls", 4, 10), DEMOS_WITHOUT_TARGET, MEETINGS)
    await rows.ignore_indexes()
    await rows.add_day(report(TUESDAY, behaviours=both, part=Decimal("0.5")))
    await rows.add_day(report(MONDAY, count=3))
    await rows.add_day(report(MONDAY, count=7, rep=BEN))
    await rows.add_day(report(MONDAY, count=9, rep=rep("Cleo Fox")))

    active = await _active(pool, ANA.id, BEN.id)

    assert active == {
        ANA.id: [
            PastDay(day=MONDAY, counts={CALLS: 3}),
            PastDay(day=TUESDAY, counts={CALLS: 4, MEETINGS.key: 2}, part=0.5),
        ],
        BEN.id: [PastDay(day=MONDAY, counts={CALLS: 7})],
    }


async def test_a_rep_without_days_has_none(pool: asyncpg.Pool) -> None:
    assert await _active(pool) == {ANA.id: []}


async def test_a_day_that_was_stored_before_parts_were_known_is_whole(pool: asyncpg.Pool, rows: Rows) -> None:
    await rows.add_day(report(TUESDAY))
    await pool.execute("UPDATE day SET report = report - 'part'")

    assert (await _active(pool))[ANA.id] == [PastDay(day=TUESDAY, counts={CALLS: 1}, part=1.0)]


async def test_the_first_day_is_included_and_the_last_is_not(pool: asyncpg.Pool, rows: Rows) -> None:
    for number in range(-1, 5):
        await rows.add_day(report(MONDAY + timedelta(days=number)))

    assert await _days(pool) == [MONDAY + timedelta(days=number) for number in range(4)]


@pytest.mark.parametrize(
    ("tuesday", "is_known"),
    [
        (report(TUESDAY), True),
        (report(TUESDAY, state="open"), False),
        (report(TUESDAY, score=None), False),
        (report(TUESDAY, presence=Presence.ABSENT), False),
        (report(TUESDAY, count=0), False),
        (report(TUESDAY, behaviours=(behaviour("Calls", 0, 10), DEMOS_WITHOUT_TARGET)), True),
        (report(TUESDAY, playbook_version=VERSION_2), False),
    ],
    ids=["worked", "still open", "no target", "on leave", "no activity", "activity without a target", "not announced"],
)
async def test_only_worked_days_with_activity_and_an_announced_playbook_are_known(
    pool: asyncpg.Pool, rows: Rows, tuesday: DayReport, *, is_known: bool
) -> None:
    await rows.add_day(tuesday)

    assert await _days(pool) == [TUESDAY] * is_known


async def test_a_day_counts_from_the_day_after_the_announcement_on_the_reps_clock(pool: asyncpg.Pool, rows: Rows) -> None:
    """One minute before midnight on Monday in Madrid it is Tuesday in Auckland."""
    await rows.add_day(report(TUESDAY))
    await rows.add_day(report(TUESDAY, rep=BEN, timezone="Pacific/Auckland"))
    delivered_at = {VERSION_1: at(MONDAY, "23:59")}

    async with pool.acquire() as connection:
        active = await list_active_days(
            connection,
            {ANA.id: VERSION_1, BEN.id: VERSION_1},
            {ANA.id: delivered_at, BEN.id: delivered_at},
            since=MONDAY,
            before=FRIDAY,
        )

    assert [len(days) for days in active.values()] == [1, 0]


async def _add_versions(rows: Rows, calls_now: BehaviourDefinition) -> None:
    """Two versions with the same meetings, on days of the first; somebody else's version has other calls."""
    await rows.add_announcement(announcement(behaviours=(defined("Calls"), defined("Meetings"))))
    await rows.add_announcement(announcement(VERSION_2, behaviours=(calls_now, defined("Meetings"))))
    await rows.add_announcement(announcement(VERSION_1, rep=BEN, behaviours=(defined("Demos"),)))
    await rows.add_day(report(TUESDAY, behaviours=(behaviour("Calls", 4, 10), MEETINGS)))


@pytest.mark.parametrize(
    ("calls_now", "is_compared"),
    [
        (defined("Calls", "20 a day"), True),
        (defined("Calls").model_copy(update={"counts": "call of five minutes or more"}), False),
        (defined("Demos"), False),
    ],
    ids=["another target", "something else counts", "no longer part of the plan"],
)
async def test_under_another_version_only_what_counted_as_it_does_now_is_compared(
    pool: asyncpg.Pool, rows: Rows, calls_now: BehaviourDefinition, *, is_compared: bool
) -> None:
    await _add_versions(rows, calls_now)

    (day,) = (await _active(pool, version=VERSION_2))[ANA.id]

    assert day.counts == ({CALLS: 4, MEETINGS.key: 2} if is_compared else {MEETINGS.key: 2})


async def test_without_a_version_that_judges_the_rep_now_nothing_is_compared(pool: asyncpg.Pool, rows: Rows) -> None:
    await _add_versions(rows, defined("Calls"))
    await rows.add_day(report(WEDNESDAY))

    assert [day.counts for day in (await _active(pool, version=None))[ANA.id]] == [{}, {}]
