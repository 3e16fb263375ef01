"""The days of reps as the page reads them, on a real database."""

from decimal import Decimal

import asyncpg

from services.nudges.pages.today.team_days import WORKED_DAYS_MAX, WorkedDay, list_newest_days, list_worked_days
from shared.events import Presence
from tests.services.nudges.builders.days import MONDAY, TUESDAY, WEDNESDAY, working_days
from tests.services.nudges.builders.people import ANA, BEN
from tests.services.nudges.builders.reports import open_report, report
from tests.services.nudges.builders.rows import Rows


async def test_the_newest_day_of_each_rep_is_theirs(pool: asyncpg.Pool, rows: Rows) -> None:
    await rows.add_day(report(MONDAY))
    await rows.add_day(open_report(TUESDAY))
    await rows.add_day(report(MONDAY, rep=BEN))

    newest = await list_newest_days(pool, [ANA.id, BEN.id])

    assert {rep_id: day.day for rep_id, day in newest.items()} == {ANA.id: TUESDAY, BEN.id: MONDAY}
    assert list(await list_newest_days(pool, [BEN.id])) == [BEN.id]


async def test_worked_days_come_newest_first_with_what_was_known_when(pool: asyncpg.Pool, rows: Rows) -> None:
    await rows.add_day(report(MONDAY, score=50))
    await rows.add_day(report(TUESDAY, score=80))
    await rows.add_day(report(WEDNESDAY, presence=Presence.ABSENT))
    await rows.add_day(report(TUESDAY, rep=BEN, score=10))
    await pool.execute('UPDATE day SET score_by_quarter_hour = \'{"40": "7.5"}\' WHERE day = $1', MONDAY)

    worked = await list_worked_days(pool, {ANA.id: WEDNESDAY, BEN.id: TUESDAY})

    assert worked == {
        ANA.id: (
            WorkedDay(day=TUESDAY, score=Decimal(80), score_by_quarter_hour={}),
            WorkedDay(day=MONDAY, score=Decimal(50), score_by_quarter_hour={40: Decimal("7.5")}),
        )
    }


async def test_sixty_days_are_read_and_what_was_known_when_of_twenty(pool: asyncpg.Pool, rows: Rows) -> None:
    for day in working_days(WORKED_DAYS_MAX + 1, until=MONDAY):
        await rows.add_day(report(day))
    await pool.execute('UPDATE day SET score_by_quarter_hour = \'{"0": "0"}\'')

    worked = (await list_worked_days(pool, {ANA.id: MONDAY}))[ANA.id]

    assert len(worked) == WORKED_DAYS_MAX
    assert [bool(day.score_by_quarter_hour) for day in worked] == [True] * 20 + [False] * 40
