"""What a rep had done by the middle and by the end of worked days, on a real database."""

from collections.abc import Sequence
from datetime import date, datetime

import asyncpg
import pytest

from services.nudges.context.baselines import load_middays
from services.nudges.domain.moments import Moment
from shared.events import BehaviourKey, DayReport, PersonId, Presence
from tests.services.nudges.builders.announcements import VERSION_2
from tests.services.nudges.builders.days import MONDAY, at, working_days
from tests.services.nudges.builders.people import ANA, BEN
from tests.services.nudges.builders.reports import CALLS, open_report, report
from tests.services.nudges.builders.rows import Rows

TODAY = open_report()
FRIDAY = working_days(1)[0]
DUE_AT = at(date(2026, 1, 2), "13:00")


def _worked(*counts: int) -> list[DayReport]:
    return [report(day, count=count) for day, count in zip(working_days(len(counts)), counts, strict=True)]


async def _add_check(
    pool: asyncpg.Pool,
    day: date,
    counts: str | None,
    *,
    rep_id: PersonId = ANA.id,
    moment: Moment = Moment.MIDDAY,
    due_at: datetime = DUE_AT,
) -> None:
    await pool.execute(
        "INSERT INTO scheduled_check (person_id, day, moment, due_at, is_done, counts) VALUES ($1, $2, $3, $4, true, $5)",
        rep_id,
        day,
        moment.value,
        due_at,
        counts,
    )


async def _middays(
    pool: asyncpg.Pool, today: DayReport = TODAY
) -> Sequence[tuple[dict[BehaviourKey, int], dict[BehaviourKey, int]]]:
    async with pool.acquire() as connection:
        return [(dict(day.by_midday), dict(day.by_end)) for day in await load_middays(connection, today)]


async def test_counts_by_midday_and_by_the_end_are_known_newest_first(pool: asyncpg.Pool, rows: Rows) -> None:
    for day, by_midday in zip(_worked(7, 9), (3, 5), strict=True):
        await rows.add_day(day)
        await _add_check(pool, day.day, f'{{"calls": {by_midday}}}')

    assert await _middays(pool) == [({CALLS: 5}, {CALLS: 9}), ({CALLS: 3}, {CALLS: 7})]
    assert await _middays(pool, TODAY.model_copy(update={"playbook_version": VERSION_2})) == []
    assert await _middays(pool, TODAY.model_copy(update={"playbook_version": None})) == []


async def test_sixty_middays_are_loaded(pool: asyncpg.Pool, rows: Rows) -> None:
    for number, day in enumerate(_worked(*[30] * 61)):
        await rows.add_day(day)
        await _add_check(pool, day.day, f'{{"calls": {number}}}')

    middays = await _middays(pool)

    assert [by_midday[CALLS] for by_midday, _ in middays] == list(range(60, 0, -1))


@pytest.mark.parametrize(
    ("day", "counts", "moment"),
    [
        (report(FRIDAY, rep=BEN), "{}", Moment.MIDDAY),
        (report(FRIDAY), "{}", Moment.MORNING),
        (report(MONDAY), "{}", Moment.MIDDAY),
        (report(FRIDAY), None, Moment.MIDDAY),
        (report(FRIDAY, state="open"), "{}", Moment.MIDDAY),
        (report(FRIDAY, presence=Presence.ABSENT), "{}", Moment.MIDDAY),
        (report(FRIDAY, score=None), "{}", Moment.MIDDAY),
        (report(FRIDAY, playbook_version=VERSION_2), "{}", Moment.MIDDAY),
    ],
    ids=[
        "another rep's",
        "the morning",
        "today",
        "a check that came late",
        "a day that is not over",
        "on leave",
        "without a target",
        "by another version",
    ],
)
async def test_a_midday_is_left_out(pool: asyncpg.Pool, rows: Rows, day: DayReport, counts: str | None, moment: Moment) -> None:
    await rows.add_day(day)
    await _add_check(pool, day.day, counts, rep_id=day.rep.id, moment=moment)

    assert await _middays(pool) == []


async def test_the_counts_of_a_midday_belong_to_its_own_day(pool: asyncpg.Pool, rows: Rows) -> None:
    thursday, friday = _worked(7, 9)
    for day in (thursday, friday, report(FRIDAY, count=2, rep=BEN)):
        await rows.add_day(day)
    await _add_check(pool, friday.day, '{"calls": 5}')

    assert await _middays(pool) == [({CALLS: 5}, {CALLS: 9})]


async def test_a_day_without_behaviours_had_nothing_by_its_end(pool: asyncpg.Pool, rows: Rows) -> None:
    await rows.add_day(report(FRIDAY, behaviours=()))
    await _add_check(pool, FRIDAY, "{}")

    assert await _middays(pool) == [({}, {})]
