"""One thing, and its near misses."""

from datetime import timedelta

import pytest

from services.nudges.context.rule_context import RuleContext
from services.nudges.rules.one_thing import is_still_short, one_thing
from shared.events import DayReport, NudgeKind, Presence
from tests.services.nudges.builders.announcements import VERSION_2
from tests.services.nudges.builders.days import MONDAY, working_days
from tests.services.nudges.builders.reports import behaviour, calls_and_proposals, report, rule_context

ON_TRACK, SHORT = (8, 8, 8, 8, 8), (1, 0, 1, 0, 0)
MORNING = calls_and_proposals(0, 0, state="open", score=0)


def _context(calls: tuple[int, ...], proposals: tuple[int, ...], today: DayReport = MORNING) -> RuleContext:
    """A Monday morning after worked days with these counts, oldest first."""
    days = working_days(len(calls))
    before = [
        calls_and_proposals(of_calls, of_proposals, day)
        for day, of_calls, of_proposals in zip(days, calls, proposals, strict=True)
    ]
    return rule_context(today, *before)


def test_one_behaviour_far_below_its_target_is_named_with_one_thing_to_do() -> None:
    candidate = one_thing.evaluate(_context(ON_TRACK, SHORT))

    assert candidate is not None
    assert candidate.kind is NudgeKind.COACHING
    assert (candidate.is_shortfall, candidate.since, candidate.cooldown_days) == (True, working_days(5)[0], 14)
    for wording in candidate.wordings:
        assert all(part in wording for part in ("Ana", "2 of 5", "five working days"))
        assert "proposals" in wording.lower()
        assert "calls" not in wording.lower()
    assert candidate.reason == (
        "Over the five working days since Monday 23 February, proposals came to 2 of 5, less than half of the target. "
        "Everything else came to 80% or more."
    )


@pytest.mark.parametrize(
    ("calls", "proposals", "is_proposed"),
    [
        (ON_TRACK, (1, 1, 1, 0, 0), False),
        ((8, 8, 8, 8, 7), SHORT, False),
        ((10, 0, 10, 0, 20), SHORT, True),
        ((4, 4, 4, 4, 4), SHORT, False),
        (ON_TRACK, (1, 1, 1, 1, 0), False),
        (ON_TRACK[:4], SHORT[:4], False),
        ((0, *ON_TRACK), (1, *SHORT), True),
    ],
    ids=[
        "three of five is no longer below half",
        "the rest is at 78%",
        "the rest is on track in all, not day by day",
        "nothing is on track",
        "everything is on track",
        "four days known",
        "a sixth day does not matter",
    ],
)
def test_it_is_proposed_over_five_worked_days(calls: tuple[int, ...], proposals: tuple[int, ...], *, is_proposed: bool) -> None:
    assert (one_thing.evaluate(_context(calls, proposals)) is not None) is is_proposed


@pytest.mark.parametrize(
    ("calls", "demos", "is_proposed"),
    [(800, 500, False), (800, 499, True), (800, 0, True), (799, 0, False)],
    ids=["exactly half", "just below half", "nothing", "the rest just below 80%"],
)
def test_the_shares_are_compared_exactly(calls: int, demos: int, *, is_proposed: bool) -> None:
    behaviours = (behaviour("Calls", calls, 1000), behaviour("Demos", demos, 1000))
    days = [report(day, behaviours=behaviours) for day in working_days(5)]
    today = report(state="open", behaviours=(behaviour("Calls", 0, 10), behaviour("Demos", 0, 1)))

    assert (one_thing.evaluate(rule_context(today, *days)) is not None) is is_proposed


@pytest.mark.parametrize(
    "today",
    [
        MORNING.model_copy(update={"state": "closed"}),
        MORNING.model_copy(update={"silent": True}),
        report(score=None, state="open", presence=Presence.ABSENT, behaviours=MORNING.behaviours),
        report(score=100, state="open", behaviours=MORNING.behaviours),
        MORNING.model_copy(update={"playbook_version": VERSION_2}),
        MORNING.model_copy(update={"playbook_version": None}),
        MORNING.model_copy(update={"behaviours": (behaviour("Calls", 0, 10), behaviour("Proposals", 0, 0))}),
    ],
    ids=[
        "the day is closed",
        "history",
        "on leave",
        "the plan is done already",
        "another playbook version judged the days before",
        "no playbook",
        "it has no target today",
    ],
)
def test_it_is_not_proposed_when(today: DayReport) -> None:
    assert one_thing.evaluate(_context(ON_TRACK, SHORT, today)) is None


def test_days_that_no_playbook_judged_are_not_compared() -> None:
    days = [
        calls_and_proposals(8, count, day, playbook_version=None) for day, count in zip(working_days(5), SHORT, strict=True)
    ]

    assert one_thing.evaluate(rule_context(MORNING.model_copy(update={"playbook_version": None}), *days)) is None


def test_a_day_that_is_not_over_is_not_compared() -> None:
    friday = working_days(1)[0]
    context = _context((*ON_TRACK[:4], 0), SHORT)
    open_friday = calls_and_proposals(8, 0, friday, state="open")

    assert one_thing.evaluate(rule_context(MORNING, *context.history.worked[1:], open_friday)) is None


def test_leave_is_passed_over_and_what_is_long_ago_does_not_count() -> None:
    leave = [report(day, presence=Presence.ABSENT, score=None, count=0) for day in working_days(5)]
    days = working_days(10)[:5]
    before = [calls_and_proposals(8, proposals, day) for day, proposals in zip(days, SHORT, strict=True)]
    long_ago = [calls_and_proposals(8, 0, day - timedelta(weeks=6)) for day in days]

    assert one_thing.evaluate(rule_context(MORNING, *before, *leave)) is not None
    assert one_thing.evaluate(rule_context(MORNING, *long_ago, *leave)) is None


def test_a_playbook_of_one_behaviour_has_no_rest_that_could_be_on_track() -> None:
    days = [report(day, behaviours=(behaviour("Calls", 1, 10),)) for day in working_days(5)]
    today = report(state="open", behaviours=(behaviour("Calls", 0, 10),))

    assert one_thing.evaluate(rule_context(today, *days)) is None


@pytest.mark.parametrize(
    ("proposals", "is_short"), [((1, 1, 1, 0, 0), True), ((1, 1, 1, 1, 0), False)], ids=["60%", "exactly 80%"]
)
def test_a_behaviour_is_still_short_below_80_percent(proposals: tuple[int, ...], *, is_short: bool) -> None:
    assert is_still_short(_context(ON_TRACK, proposals)) is is_short


def test_only_a_behaviour_with_a_target_today_is_still_short() -> None:
    today = report(state="open", behaviours=(behaviour("Calls", 0, 10), behaviour("Proposals", 0, 0)))

    assert not is_still_short(_context(ON_TRACK, SHORT, today))
    assert is_still_short(_context(ON_TRACK, SHORT, MORNING))
    assert MORNING.day == MONDAY
