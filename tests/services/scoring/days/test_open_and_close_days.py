"""Days that open and close as midnight passes in each rep's own time zone."""

import asyncio
from datetime import UTC, date, datetime, timedelta

import pytest

from services.scoring.days import open_and_close_days as open_and_close
from services.scoring.days.last_opened_days import OpenedDays
from services.scoring.days.open_and_close_days import list_reps_due, next_midnight, open_and_close_days
from services.scoring.definitions.cache import DefinitionsCache
from services.scoring.schema import SCHEMA
from shared.postgres.pool import make_pool
from tests.services.scoring.conftest import ANA, BEN, MONDAY, MONDAY_NOON, ROSTER, Scoring, observed
from tests.services.scoring.domain.builders import rep, rep_id_of

TUESDAY = MONDAY + timedelta(days=1)
MADRID_MIDNIGHT = datetime(2026, 3, 2, 23, tzinfo=UTC)
ONLY_ANA = "".join(line for line in ROSTER.splitlines(keepends=True) if "Ben" not in line)


async def _events_of_ana(scoring: Scoring) -> list[tuple[str, date]]:
    return [(event, report.day) for event, report in await scoring.reports() if report.rep.id == "ana"]


async def test_a_new_rep_begins_with_today(scoring: Scoring) -> None:
    ana, ben = await scoring.day(ANA), await scoring.day(BEN)

    assert (ana["state"], ben["state"]) == ("open", "open")


async def test_midnight_closes_one_day_and_opens_the_next_in_the_reps_own_zone(scoring: Scoring) -> None:
    before = await open_and_close_days(scoring.pool, scoring.cache, now=MADRID_MIDNIGHT - timedelta(seconds=1))
    after = await open_and_close_days(scoring.pool, scoring.cache, now=MADRID_MIDNIGHT)

    assert (before.opened, before.closed) == (0, 0)
    assert (after.opened, after.closed) == (1, 1)
    reports = [(event, report.rep.id, report.day) for event, report in await scoring.reports()]
    assert sorted(reports) == [("closed", "ana", MONDAY), ("opened", "ana", MONDAY + timedelta(days=1))]


async def test_only_the_days_of_the_wanted_reps_are_opened_and_closed(scoring: Scoring) -> None:
    long_after = MADRID_MIDNIGHT + timedelta(days=1)

    await open_and_close_days(scoring.pool, scoring.cache, [BEN, rep_id_of("nobody")], now=long_after)

    assert {report.rep.id for _, report in await scoring.reports()} == {BEN}


async def test_every_rep_gets_a_turn_when_there_are_many(scoring: Scoring, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(open_and_close, "_REPS_AT_ONCE", 1)

    days = await open_and_close_days(scoring.pool, scoring.cache, now=MADRID_MIDNIGHT + timedelta(days=1))

    assert (days.opened, days.closed) == (3, 3)
    assert {report.rep.id for _, report in await scoring.reports()} == {ANA, BEN}


async def test_two_replicas_at_midnight_open_and_close_each_day_once(scoring: Scoring) -> None:
    other = await make_pool(scoring.url, schema=SCHEMA)

    await asyncio.gather(
        *[
            open_and_close_days(pool, DefinitionsCache(), now=MADRID_MIDNIGHT)
            for pool in (scoring.pool, other, scoring.pool, other)
        ]
    )

    assert len(await scoring.reports()) == 2
    await other.close()


async def test_days_that_passed_while_scoring_was_down_are_opened_and_closed_in_order(scoring: Scoring) -> None:
    await open_and_close_days(scoring.pool, scoring.cache, now=MADRID_MIDNIGHT + timedelta(days=2))

    events = [(event, day.day) for event, day in await _events_of_ana(scoring)]
    assert events == [("closed", 2), ("opened", 3), ("closed", 3), ("opened", 4), ("closed", 4), ("opened", 5)]


@pytest.mark.parametrize(("days_down", "days_opened"), [(40, 40), (399, 399), (400, 400), (401, 400)], ids=str)
async def test_after_a_long_time_up_to_400_missed_days_are_opened(scoring: Scoring, days_down: int, days_opened: int) -> None:
    await scoring.apply(roster=ONLY_ANA)
    await scoring.pool.execute("DELETE FROM outbox")

    result = await open_and_close_days(scoring.pool, scoring.cache, now=MONDAY_NOON + timedelta(days=days_down))

    days = [day for event, day in await _events_of_ana(scoring) if event == "opened"]
    first = MONDAY + timedelta(days=days_down - days_opened + 1)
    assert days == [first + timedelta(days=number) for number in range(days_opened)]
    assert (result.opened, result.closed) == (days_opened, days_opened)


async def test_no_day_is_opened_before_a_rep_joins_or_after_they_leave(scoring: Scoring) -> None:
    """Ana's last day is Tuesday; Ben joins on Wednesday."""
    roster = ROSTER.replace("name: Ana Ruiz,", "name: Ana Ruiz, until: 2026-03-03,").replace(
        "name: Ben Ode,", "name: Ben Ode, from: 2026-03-04,"
    )
    await scoring.pool.execute("TRUNCATE rep_day, last_opened_day")
    await scoring.apply(roster=roster)
    await scoring.pool.execute("DELETE FROM outbox")

    await open_and_close_days(scoring.pool, scoring.cache, now=MONDAY_NOON + timedelta(days=4))

    opened = [(report.rep.id, report.day.day) for event, report in await scoring.reports() if event == "opened"]
    assert sorted(opened) == [("ana", 3), ("ben", 4), ("ben", 5), ("ben", 6)]


async def test_activities_of_a_future_day_are_in_the_report_that_opens_it(scoring: Scoring) -> None:
    await scoring.record(observed("a1", started_at=(MADRID_MIDNIGHT + timedelta(hours=9)).isoformat()))

    await open_and_close_days(scoring.pool, scoring.cache, now=MADRID_MIDNIGHT)

    opened = next(report for event, report in await scoring.reports() if event == "opened")
    assert opened.behaviours[0].count == 1


async def test_a_rep_whose_days_wait_to_be_scored_is_opened_afterwards(scoring: Scoring) -> None:
    await scoring.apply_roster(ROSTER.replace("name: Ana Ruiz,", 'name: Ana Ruiz, hours: "10:00-18:00",'))

    waiting = await open_and_close_days(scoring.pool, scoring.cache, now=MADRID_MIDNIGHT)
    scoring.now = MADRID_MIDNIGHT
    await scoring.rescore()

    assert (waiting.opened, waiting.closed) == (0, 0)
    assert ("opened", MONDAY + timedelta(days=1)) in await _events_of_ana(scoring)


async def test_the_next_midnight_is_the_earliest_of_any_zone(scoring: Scoring) -> None:
    async with scoring.pool.acquire() as connection:
        definitions = await scoring.cache.read(connection)

    assert next_midnight(definitions, now=MONDAY_NOON) == MADRID_MIDNIGHT


async def test_without_reps_there_is_no_next_midnight(scoring: Scoring) -> None:
    await scoring.apply(roster="teams: []\n")
    async with scoring.pool.acquire() as connection:
        definitions = await scoring.cache.read(connection)

    assert next_midnight(definitions, now=MONDAY_NOON) is None


@pytest.mark.parametrize(
    ("opened", "now", "is_due"),
    [
        (None, MONDAY_NOON, True),
        (OpenedDays(latest=MONDAY, oldest_open=MONDAY), MONDAY_NOON, False),
        (OpenedDays(latest=MONDAY - timedelta(days=1), oldest_open=None), MONDAY_NOON, True),
        (OpenedDays(latest=MONDAY, oldest_open=MONDAY), MADRID_MIDNIGHT - timedelta(seconds=1), False),
        (OpenedDays(latest=MONDAY, oldest_open=MONDAY), MADRID_MIDNIGHT, True),
        (OpenedDays(latest=TUESDAY, oldest_open=MONDAY), MADRID_MIDNIGHT, True),
        (OpenedDays(latest=TUESDAY, oldest_open=TUESDAY), MADRID_MIDNIGHT, False),
        (OpenedDays(latest=TUESDAY, oldest_open=None), MADRID_MIDNIGHT, False),
    ],
    ids=[
        "a new rep",
        "in the middle of the day",
        "a day was missed",
        "a second before midnight",
        "at midnight",
        "a day is still open at midnight",
        "today is open already",
        "today was closed by leaving",
    ],
)
def test_a_rep_is_due_when_a_day_has_to_be_opened_or_closed(opened: OpenedDays | None, now: datetime, is_due: bool) -> None:
    due = list_reps_due([rep()], {ANA: opened} if opened is not None else {}, now=now)

    assert due == ([ANA] if is_due else [])
