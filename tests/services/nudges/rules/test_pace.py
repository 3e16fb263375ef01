"""Pace, and its near misses."""

from datetime import timedelta
from typing import Final, Unpack

import pytest

from services.nudges.domain.baseline import MiddayCounts
from services.nudges.rules.pace import pace
from shared.events import BehaviourKey, DayReport, NudgeKind, Presence
from tests.services.nudges.builders.days import MONDAY, at
from tests.services.nudges.builders.reports import CALLS, PROPOSALS, DayReportFields, behaviour, report, rule_context

ONE_O_CLOCK = at(MONDAY, "13:00")


def _midday(by_midday: int, by_end: int = 10, *, proposals: int = 0) -> MiddayCounts:
    """Calls by the middle and the end of a day, and proposals, which come in the afternoon."""
    return MiddayCounts(by_midday={CALLS: by_midday, PROPOSALS: 0}, by_end={CALLS: by_end, PROPOSALS: proposals})


def _today(calls: int, *, score: float | None = 20, **fields: Unpack[DayReportFields]) -> DayReport:
    default: DayReportFields = {
        "behaviours": (behaviour("Calls", calls, 50), behaviour("Proposals", 0, 1)),
        "state": "open",
    }
    return report(score=score, **(default | fields))


KNOWN_DAYS: Final = 40
TYPICAL_DAYS = tuple(_midday(count, 50) for count in (30, 30, 30, 30, 26, 30, 34, 30) * 5)


def test_a_rep_far_behind_their_usual_pace_reads_what_is_still_in_reach() -> None:
    candidate = pace.evaluate(rule_context(_today(9), now=ONE_O_CLOCK, middays=TYPICAL_DAYS))

    assert candidate is not None
    assert candidate.kind is NudgeKind.COACHING
    assert (candidate.is_shortfall, candidate.cooldown_days) == (True, 14)
    for wording in candidate.wordings:
        assert all(part in wording for part in ("Ana", "9 activities", "about 30", "13:00", "20 more calls"))
        assert "proposals" not in wording
        assert "logged" not in wording
    assert candidate.reason.startswith(
        "9 activities had counted towards the plan by 13:00. On each of your last 40 active days you had more by the middle"
    )


@pytest.mark.parametrize(
    ("calls", "middays", "is_proposed"),
    [
        (11, TYPICAL_DAYS, True),
        (13, TYPICAL_DAYS, False),
        (9, (*TYPICAL_DAYS[:39], _midday(9, 50)), False),
        (11, (*TYPICAL_DAYS, _midday(10, 50)), False),
        (4, tuple(_midday(count, 50) for count in (10, 12) * 20), False),
        (9, TYPICAL_DAYS[:39], False),
        (9, (*TYPICAL_DAYS[:39], _midday(0, 0)), False),
        (9, (*TYPICAL_DAYS, _midday(0, 0)), True),
        (0, TYPICAL_DAYS, False),
        (9, tuple(_midday(30, 30) for _ in range(40)), False),
        (9, tuple(_midday(30, 30, proposals=1) for _ in range(40)), True),
        (49, tuple(_midday(100, 200) for _ in range(40)), True),
        (51, tuple(_midday(100, 200) for _ in range(40)), False),
    ],
    ids=[
        "less than chance explains",
        "as chance may have it",
        "another day was as low",
        "another day was lower",
        "so few a day may be chance",
        "thirty-nine days known",
        "a day without activity is not known",
        "nor does it count against forty others",
        "nothing at all is for the quiet afternoon",
        "nothing comes in the afternoon, so nothing is in reach",
        "a proposal does",
        "just less than half",
        "more than half of what is usual",
    ],
)
def test_it_is_proposed_below_each_of_forty_days_at_half_of_the_usual_and_rarely_as_low(
    calls: int, middays: tuple[MiddayCounts, ...], *, is_proposed: bool
) -> None:
    behaviours = (behaviour("Calls", calls, 250), behaviour("Proposals", 0, 1))

    candidate = pace.evaluate(rule_context(_today(calls, behaviours=behaviours), now=ONE_O_CLOCK, middays=middays))

    assert (candidate is not None) is is_proposed


UNKNOWN: Final = MiddayCounts(by_midday={CALLS: 30}, by_end={CALLS: 50})
IN_THE_AFTERNOON: Final = MiddayCounts(by_midday={CALLS: 30}, by_end={CALLS: 50, PROPOSALS: 2})


@pytest.mark.parametrize(
    ("middays", "is_in_reach"),
    [((UNKNOWN,) * 40, False), ((IN_THE_AFTERNOON,) * 40, True), ((UNKNOWN,) * 20 + (IN_THE_AFTERNOON,) * 20, True)],
    ids=["on all days", "by the middle of the days", "on half of the days"],
)
def test_a_behaviour_that_is_not_mentioned_came_to_nothing(middays: tuple[MiddayCounts, ...], *, is_in_reach: bool) -> None:
    candidate = pace.evaluate(rule_context(_today(9), now=ONE_O_CLOCK, middays=middays))

    assert candidate is not None
    assert ("1 more proposal" in candidate.wordings[0]) is is_in_reach


def test_no_more_is_in_reach_than_is_missing() -> None:
    middays = tuple(_midday(30, 90, proposals=2) for _ in range(KNOWN_DAYS))

    candidate = pace.evaluate(rule_context(_today(9), now=ONE_O_CLOCK, middays=middays))

    assert candidate is not None
    assert "41 more calls and 1 more proposal" in candidate.wordings[0]


def test_at_most_two_behaviours_are_in_reach() -> None:
    keys = [BehaviourKey(key) for key in ("calls", "demos", "visits")]
    behaviours = (behaviour("Calls", 2, 50), behaviour("Demos", 0, 0.5), behaviour("Visits", 0, 3))
    day = MiddayCounts(by_midday=dict.fromkeys(keys, 10), by_end=dict.fromkeys(keys, 12))

    candidate = pace.evaluate(rule_context(_today(0, behaviours=behaviours), now=ONE_O_CLOCK, middays=(day,) * KNOWN_DAYS))

    assert candidate is not None
    assert candidate.wordings[0].endswith("Still in reach: 2 more calls and 1 more demo.")


@pytest.mark.parametrize(
    "today",
    [
        _today(9, state="closed"),
        _today(9, silent=True),
        _today(9, score=100),
        _today(9, presence=Presence.ABSENT, score=None),
        _today(9, behaviours=(behaviour("Calls", 9, 0), behaviour("Proposals", 0, 1))),
        _today(9, work_starts_at=None),
    ],
    ids=[
        "the day is closed",
        "history",
        "the plan is done",
        "on leave",
        "what counted has no target",
        "no working hours",
    ],
)
def test_it_is_not_proposed_when(today: DayReport) -> None:
    assert pace.evaluate(rule_context(today, now=ONE_O_CLOCK, middays=TYPICAL_DAYS)) is None


def test_it_is_not_proposed_before_the_middle_of_the_day() -> None:
    just_before = ONE_O_CLOCK - timedelta(seconds=1)

    assert pace.evaluate(rule_context(_today(9), now=just_before, middays=TYPICAL_DAYS)) is None
