"""What is known of a rep over months, on a real database."""

from datetime import date, timedelta
from decimal import Decimal

import pytest

from services.nudges.context.baselines import middays_of, watch_of
from services.nudges.decide.compose import Spoken
from shared.events import BehaviourResult, DayReport, Person, Presence
from tests.services.nudges.conftest import Nudging
from tests.services.nudges.domain.drop.weeks import spread_over, steady
from tests.services.nudges.reports import MONDAY, announcement, at, report, working_days
from tests.services.nudges.rules.test_one_thing import plan_of
from tests.services.nudges.rules.test_ratio import known

TODAY = report(score=0, count=0, state="open")
TOLD = at(date(2026, 1, 2), "10:00")


def _worked(*counts: int, until: date = MONDAY, **changes: object) -> list[DayReport]:
    days = working_days(len(counts), until=until)
    return [report(day, count=count, silent=True, **changes) for day, count in zip(days, counts, strict=True)]  # type: ignore[arg-type]


async def _counts(nudging: Nudging, today: DayReport = TODAY) -> list[int]:
    async with nudging.pool.acquire() as connection:
        known = await watch_of(connection, today)
    assert known is not None
    return [sum(day.counts.values()) for day in known.past]


async def test_worked_days_are_known_in_order_with_what_counted_and_the_part_that_was_worked(nudging: Nudging) -> None:
    leave = report(MONDAY - timedelta(days=10), presence=Presence.ABSENT, score=None, count=0, silent=True)
    await nudging.take_in(
        *_worked(5, 6, 7), leave, report(MONDAY - timedelta(days=11), count=3, part=Decimal("0.5"), silent=True)
    )

    async with nudging.pool.acquire() as connection:
        known = await watch_of(connection, TODAY)

    assert known is not None
    assert [(day.counts, day.part) for day in known.past] == [
        ({"calls": 3}, 0.5),
        ({"calls": 5}, 1.0),
        ({"calls": 6}, 1.0),
        ({"calls": 7}, 1.0),
    ]


async def test_what_had_no_target_on_its_day_is_not_counted(nudging: Nudging) -> None:
    asked = report().behaviours[0]
    more = BehaviourResult(key="demos", label="Demos", count=9, target=Decimal(0), weight=Decimal(1), points=Decimal(0))
    await nudging.take_in(report(MONDAY - timedelta(days=3), behaviours=(asked, more), silent=True))

    assert await _counts(nudging) == [1]


@pytest.mark.parametrize(
    ("counts_then", "known"),
    [("call", [5, 5, 6]), ("call of 60 s or more", [6]), (None, [6])],
    ids=["only the target changed", "something else counted", "nobody knows what counted"],
)
async def test_days_on_which_something_else_counted_are_left_out(
    nudging: Nudging, counts_then: str | None, known: list[int]
) -> None:
    now = announcement(2)
    if counts_then is not None:
        then = [one.model_copy(update={"counts": counts_then, "asks": "8 a day"}) for one in now.behaviours]
        await nudging.know(announcement(1, behaviours=tuple(then)), delivered_at=TOLD)
    await nudging.know(now, delivered_at=TOLD)
    await nudging.take_in(*_worked(5, 5, until=MONDAY - timedelta(days=3), playbook_version=1))
    await nudging.take_in(*_worked(6, playbook_version=2))

    assert await _counts(nudging, TODAY.model_copy(update={"playbook_version": 2})) == known


async def test_a_day_that_no_definition_judges_is_not_watched(nudging: Nudging) -> None:
    async with nudging.pool.acquire() as connection:
        assert await watch_of(connection, TODAY.model_copy(update={"playbook_version": None})) is None


async def test_what_is_usual_in_the_team_is_computed_once_a_day(nudging: Nudging) -> None:
    other = Person(id="ben", name="Ben Ode")
    await nudging.take_in(*_worked(4, 4, 4), *_worked(8, 8, 8, rep=other))
    async with nudging.pool.acquire() as connection:
        first = await watch_of(connection, TODAY)
        await nudging.take_in(*_worked(50, 50, 50, revision=2))
        again = await watch_of(connection, TODAY)
        next_day = await watch_of(connection, TODAY.model_copy(update={"day": MONDAY + timedelta(days=1)}))

    assert first is not None
    assert again is not None
    assert next_day is not None
    assert (first.team.rate, again.team, next_day.team.rate) == (6, first.team, 29)


async def test_a_drop_is_said_in_the_morning_and_not_again_for_ten_worked_days(nudging: Nudging) -> None:
    await nudging.know(announcement(), delivered_at=TOLD)
    counts = [day.count for day in (*steady(40, 60), *spread_over(60, 5))]
    await nudging.take_in(*_worked(*counts))
    days = working_days(12, until=MONDAY + timedelta(days=16))
    for day in days:
        nudging.now = at(day, "00:01")
        await nudging.take_in(report(day, score=0, count=0, state="open"))
        await nudging.pass_time(at(day, "09:00"))
        await nudging.take_in(report(day, count=12, revision=2, silent=True))

    said = await nudging.pool.fetch("SELECT day FROM nudge WHERE rule = 'drop' AND status = 'sent' ORDER BY day")
    assert [row["day"] for row in said] == [days[0], days[11]]


async def test_a_drop_is_not_held_against_who_was_not_told_before_today(nudging: Nudging) -> None:
    await nudging.know(announcement(), delivered_at=at(MONDAY, "08:00"))
    await nudging.take_in(*_worked(*[day.count for day in (*steady(40, 60), *spread_over(60, 5))]))
    await nudging.take_in(TODAY)

    assert await nudging.pass_time(at(MONDAY, "09:00")) == [Spoken(rule="drop", status="dropped")]


async def _mornings(nudging: Nudging, *counts: int, looked_at: str = "13:00") -> None:
    """Worked days before Monday on which so much had counted by midday, and four more by the evening."""
    for day, count in zip(working_days(len(counts)), counts, strict=True):
        nudging.now = at(day, "12:00")
        await nudging.take_in(report(day, state="open", count=count, score=50))
        await nudging.pass_time(at(day, looked_at))
        await nudging.take_in(report(day, count=count + 4, score=70, revision=2))


async def _middays(nudging: Nudging, today: DayReport = TODAY) -> list[tuple[dict[str, int], dict[str, int]]]:
    async with nudging.pool.acquire() as connection:
        return [(dict(one.by_then), dict(one.in_all)) for one in await middays_of(connection, today)]


async def test_what_had_counted_by_the_middle_of_each_day_is_kept(nudging: Nudging) -> None:
    await _mornings(nudging, 3, 5)

    assert await _middays(nudging) == [({"calls": 5}, {"calls": 9}), ({"calls": 3}, {"calls": 7})]
    assert await _middays(nudging, TODAY.model_copy(update={"playbook_version": 2})) == []
    assert await _middays(nudging, TODAY.model_copy(update={"playbook_version": None})) == []


async def test_a_look_that_came_late_says_nothing_of_the_middle_of_the_day(nudging: Nudging) -> None:
    await _mornings(nudging, 3, looked_at="13:16")

    assert await _middays(nudging) == []


async def test_a_rep_who_is_far_behind_their_usual_hears_of_it_once_in_two_weeks(nudging: Nudging) -> None:
    await nudging.know(announcement(), delivered_at=TOLD)
    await _mornings(nudging, *[6] * 10)
    for day in (MONDAY, MONDAY + timedelta(days=1)):
        nudging.now = at(day, "12:00")
        await nudging.take_in(report(day, state="open", count=1, score=10))
        await nudging.pass_time(at(day, "13:00"))
        await nudging.take_in(report(day, count=9, score=70, revision=2))

    assert await nudging.nudges() == [("pace", "sent", "")]


async def test_a_rule_that_rests_does_not_keep_the_next_from_speaking(nudging: Nudging) -> None:
    await nudging.know(announcement(), delivered_at=TOLD)
    past = known((40, 400, 40), (20, 200, 2)).past
    await nudging.take_in(*[plan_of(one.counts["calls"], one.counts["proposals"], day=one.day, silent=True) for one in past])
    for day in (MONDAY, MONDAY + timedelta(days=1)):
        nudging.now = at(day, "08:00")
        await nudging.take_in(plan_of(0, 0, day=day, state="open", score=0))
        await nudging.pass_time(at(day, "09:00"))
        await nudging.take_in(plan_of(10, 0, day=day, revision=2, score=50))

    assert await nudging.nudges() == [("ratio", "sent", ""), ("one_thing", "sent", "")]
