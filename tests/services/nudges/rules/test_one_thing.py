"""One thing, and its near misses."""

from datetime import date, timedelta

import pytest

from services.nudges.context.rule_context import Situation
from services.nudges.rules.one_thing import one_thing
from shared.events import DayReport, NudgeKind, Presence
from tests.services.nudges.reports import MONDAY, behaviour, report, situation, working_days


def plan_of(calls: int, proposals: int, *, day: date, **changes: object) -> DayReport:
    """A day on which ten calls and one proposal are asked for."""
    given = {"behaviours": (behaviour("Calls", calls, 10), behaviour("Proposals", proposals, 1))}
    return report(day, **(given | changes))  # type: ignore[arg-type]


def _after(calls: tuple[int, ...], proposals: tuple[int, ...], **today: object) -> Situation:
    """A Monday morning after worked days with these counts, oldest first."""
    days = working_days(len(calls))
    before = [plan_of(*counts, day=day) for day, *counts in zip(days, calls, proposals, strict=True)]
    return situation(plan_of(0, 0, day=MONDAY, **({"state": "open", "score": 0} | today)), *before)


HELD, SHORT = (8, 8, 8, 8, 8), (1, 0, 1, 0, 0)


def test_one_behaviour_far_under_its_target_is_named_with_one_thing_to_do() -> None:
    called = one_thing(_after(HELD, SHORT))

    assert called is not None
    assert called.kind is NudgeKind.COACHING
    assert (called.is_shortfall, called.since, called.rest_days) == (True, working_days(5)[0], 14)
    for wording in called.wordings:
        assert all(part in wording for part in ("Ana", "2 of 5", "five worked days"))
        assert "proposals" in wording.lower()
        assert "calls" not in wording.lower()
    assert called.reason.startswith(f"Over the five worked days from {working_days(5)[0]} on proposals came to 2 of 5")


@pytest.mark.parametrize(
    ("calls", "proposals", "is_called"),
    [
        (HELD, (1, 1, 1, 0, 0), False),
        ((8, 8, 8, 8, 7), SHORT, False),
        ((10, 0, 10, 0, 20), SHORT, True),
        ((4, 4, 4, 4, 4), SHORT, False),
        (HELD[:4], SHORT[:4], False),
        ((0, *HELD), (1, *SHORT), True),
    ],
    ids=[
        "three of five is no longer under half",
        "the rest is at 78%",
        "the rest holds in all, not day by day",
        "nothing holds",
        "four days known",
        "a sixth day does not matter",
    ],
)
def test_it_is_called_for_over_five_worked_days(calls: tuple[int, ...], proposals: tuple[int, ...], *, is_called: bool) -> None:
    assert (one_thing(_after(calls, proposals)) is not None) is is_called


def test_half_of_the_targets_is_not_under_half() -> None:
    days = [
        report(day, behaviours=(behaviour("Calls", 9, 10), behaviour("Demos", int(n < 2), 0.8)))
        for n, day in enumerate(working_days(5))
    ]

    assert one_thing(situation(plan_of(0, 0, day=MONDAY, state="open"), *days)) is None


@pytest.mark.parametrize(
    "today",
    [
        {"state": "closed"},
        {"silent": True},
        {"presence": Presence.ABSENT, "score": None},
        {"score": 100},
        {"playbook_version": 2},
        {"playbook_version": None},
        {"behaviours": (behaviour("Calls", 0, 10), behaviour("Proposals", 0, 0))},
    ],
    ids=[
        "the day is closed",
        "history",
        "on leave",
        "the plan is done already",
        "another definition judged the days before",
        "no definition",
        "it is not asked for today",
    ],
)
def test_nothing_is_said_when(today: dict[str, object]) -> None:
    assert one_thing(_after(HELD, SHORT, **today)) is None


def test_leave_is_passed_over_and_what_is_long_ago_does_not_count() -> None:
    leave = [report(day, presence=Presence.ABSENT, score=None, count=0) for day in working_days(5)]
    days = working_days(10)[:5]
    before = [plan_of(8, proposals, day=day) for day, proposals in zip(days, SHORT, strict=True)]
    long_ago = [plan_of(8, 0, day=day - timedelta(weeks=6)) for day in days]

    assert one_thing(situation(plan_of(0, 0, day=MONDAY, state="open"), *before, *leave)) is not None
    assert one_thing(situation(plan_of(0, 0, day=MONDAY, state="open"), *long_ago, *leave)) is None


def test_a_definition_of_one_behaviour_has_no_rest_that_could_hold() -> None:
    days = [report(day, behaviours=(behaviour("Calls", 1, 10),)) for day in working_days(5)]

    assert one_thing(situation(report(state="open", behaviours=(behaviour("Calls", 0, 10),)), *days)) is None
