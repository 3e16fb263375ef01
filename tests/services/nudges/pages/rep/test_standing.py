"""Where a rep stands, in words."""

from decimal import Decimal

import pytest

from services.nudges.domain.ladder import Ladder
from services.nudges.pages.rep.standing import Progress, Rung, make_standing
from shared.events import DayReport, Presence
from tests.services.nudges.builders.announcements import VERSION_2
from tests.services.nudges.builders.days import FRIDAY, MONDAY, TUESDAY
from tests.services.nudges.builders.reports import (
    MARCH,
    MONTH_GOAL,
    behaviour,
    calls_and_demos,
    goal,
    open_report,
    report,
    worked_days,
)

HALF_A_CALL = behaviour("Calls", 2, 2.5)


@pytest.mark.parametrize(
    ("newest", "left"),
    [
        (calls_and_demos(8, 9, state="open"), "Left: 2 calls and 1 demo."),
        (calls_and_demos(8, 10), "Not done: 2 calls."),
        (calls_and_demos(10, 10, score=100, state="open"), "Every target is reached."),
        (
            calls_and_demos(30, 9, score=100, state="open"),
            "The plan is done, with a score of 100 or more. Below target: 1 demo.",
        ),
        (
            report(behaviours=(HALF_A_CALL,), part=Decimal("0.5"), state="open"),
            "Left: 0.5 calls. Targets are scaled to 50% of a day.",
        ),
        (report(behaviours=(behaviour("Calls", 3, 0),), score=None), "No targets on this day, so there is no score."),
        (report(presence=Presence.ABSENT), "Away on this day. Nothing is expected, and the streak picks up again afterwards."),
        (report(presence=Presence.HOLIDAY), "A public holiday. Nothing is expected, and the streak picks up again afterwards."),
        (report(presence=Presence.DAY_OFF), "A day off. Nothing is expected."),
        (report(presence=Presence.NOT_EMPLOYED), "Not in a team on this day."),
    ],
)
def test_what_is_left_is_one_sentence(newest: DayReport, left: str) -> None:
    standing = make_standing(newest, [newest], (), today=MONDAY)

    assert standing.day.left == left
    assert bool(standing.day.behaviours) is (newest.presence is Presence.WORKING and newest.score is not None)


def test_the_newest_day_has_its_name_and_its_progress() -> None:
    today = make_standing(calls_and_demos(2, 30, state="open"), (), (), today=MONDAY).day
    before = make_standing(report(MONDAY, score=None), (), (), today=TUESDAY).day

    assert (today.heading, today.address, today.score, today.is_over) == (
        "Today, Monday 2 March",
        "2026-03-02",
        Decimal(60),
        False,
    )
    assert today.behaviours == (
        Progress(label="Calls", count=2, target="10", share=20),
        Progress(label="Demos", count=30, target="10", share=100),
    )
    assert (before.heading, before.score, before.is_over) == ("Yesterday", None, True)


@pytest.mark.parametrize(
    ("scores", "today", "streak"),
    [
        ((60,), 0, "No streak right now. A new one starts the next time the plan is reached."),
        ((60, 100), 0, "1 working day on plan."),
        ((60, 100), 100, "2 working days on plan."),
        ((60, 100, 100, 100, 60, 100), 50, "4 working days on plan, with one missed day made up for."),
        ((100,) * 150, 50, "150 working days or more on plan."),
    ],
)
def test_a_day_that_is_not_over_ends_no_streak(scores: tuple[float, ...], today: float, streak: str) -> None:
    newest = report(FRIDAY, score=today, state="open")

    standing = make_standing(newest, [newest, *worked_days(*scores, until=FRIDAY)[::-1]], (), today=FRIDAY)

    assert standing.streak == streak


def test_a_day_that_is_over_ends_a_streak() -> None:
    newest = report(FRIDAY, score=60)

    assert make_standing(newest, [newest, report(score=100)], (), today=FRIDAY).streak.startswith("No streak")


def test_records_are_those_under_the_playbook_of_the_newest_day() -> None:
    judged = {"playbook_version": VERSION_2}
    newest = open_report(FRIDAY, playbook_version=VERSION_2, behaviours=(behaviour("Calls", 3), behaviour("Demos", 0)))
    worked = [
        newest,
        report(TUESDAY, score=99.7, count=12).model_copy(update=judged),
        report(MONDAY, score=80, count=12).model_copy(update=judged),
        report(date_before := MONDAY.replace(month=2), score=300, count=90),
        report(date_before.replace(day=1), score=400, count=99).model_copy(update=judged),
    ]

    assert make_standing(newest, worked, (), today=FRIDAY).records == (
        "Best score: 99, on Tuesday.",
        "Most on a day: 12 calls, on Tuesday.",
    )
    assert make_standing(newest, (), (), today=FRIDAY).records == ()


def test_rungs_are_shown_from_the_next_one_down() -> None:
    fixed, adaptive = goal(130, step=30, step_min=None, step_max=None), goal(31)
    ladder = Ladder(goal=MONTH_GOAL, period_start=MARCH, reached=120, size=Decimal(30), reached_on=MONDAY)

    (climb,) = make_standing(report(goals=(fixed,)), (), (ladder,), today=TUESDAY).climbs
    assert (climb.label, climb.count, climb.size) == ("Calls this month", 130, "in steps of 30")
    assert climb.rungs == (
        Rung(count=150, is_reached=False, note="next: 20 to go"),
        Rung(count=120, is_reached=True, note="reached yesterday"),
        Rung(count=90, is_reached=True, note="reached"),
        Rung(count=60, is_reached=True, note="reached"),
    )

    begun = Ladder(goal=MONTH_GOAL, period_start=MARCH, reached=0, size=Decimal("32.5"))
    (climb,) = make_standing(report(goals=(adaptive,)), (), (begun,), today=TUESDAY).climbs
    assert climb.rungs == (Rung(count=33, is_reached=False, note="next: 2 to go"),)

    other = Ladder(goal=MONTH_GOAL, period_start=MONDAY, reached=0, size=Decimal(30))
    assert make_standing(report(goals=(adaptive,)), (), (other,), today=TUESDAY).climbs == ()
