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
        "behaviours": (behaviour("Calls", calls, 10 if calls < 10 else 40), behaviour("Proposals", 0, 1)),
        "state": "open",
    }
    return report(score=score, **(default | fields))


TYPICAL_DAYS = tuple(_midday(count) for count in (6, 6, 6, 6, 4, 6, 8, 6, 6, 6))


def test_a_rep_far_behind_their_usual_pace_reads_what_is_still_in_reach() -> None:
    candidate = pace.evaluate(rule_context(_today(3), now=ONE_O_CLOCK, middays=TYPICAL_DAYS))

    assert candidate is not None
    assert candidate.kind is NudgeKind.COACHING
    assert (candidate.is_shortfall, candidate.cooldown_days) == (True, 14)
    for wording in candidate.wordings:
        assert all(part in wording for part in ("Ana", "3 activities", "about 6", "13:00", "4 more calls"))
        assert "proposals" not in wording
        assert "logged" not in wording
    assert candidate.reason.startswith(
        "3 activities had counted towards the plan by 13:00. On 10 of the last 10 working days you had more by the middle"
    )


@pytest.mark.parametrize(
    ("calls", "middays", "is_proposed"),
    [
        (4, TYPICAL_DAYS, False),
        (3, (*TYPICAL_DAYS[:9], _midday(3)), False),
        (3, (*TYPICAL_DAYS, *TYPICAL_DAYS[:9], _midday(3)), True),
        (3, (*TYPICAL_DAYS, *TYPICAL_DAYS[:8], _midday(0), _midday(3)), False),
        (3, (*TYPICAL_DAYS, *TYPICAL_DAYS[:8], _midday(3)), False),
        (3, tuple(_midday(5) for _ in range(10)), False),
        (11, tuple(_midday(21, 40) for _ in range(10)), False),
        (11, tuple(_midday(22, 40) for _ in range(10)), True),
        (3, TYPICAL_DAYS[:9], False),
        (0, TYPICAL_DAYS, False),
        (3, tuple(_midday(6, 6) for _ in range(10)), False),
        (3, tuple(_midday(6, 6, proposals=1) for _ in range(10)), True),
    ],
    ids=[
        "as much as on the lowest of the days",
        "another of ten days was as low",
        "another of twenty days was as low",
        "two of twenty days were as low",
        "one of nineteen days was as low",
        "more than half of what is usual",
        "just more than half",
        "exactly half",
        "nine days known",
        "nothing at all is for the quiet afternoon",
        "nothing comes in the afternoon, so nothing is in reach",
        "a proposal does",
    ],
)
def test_it_is_proposed_below_each_of_ten_days_and_at_half_of_the_usual(
    calls: int, middays: tuple[MiddayCounts, ...], *, is_proposed: bool
) -> None:
    candidate = pace.evaluate(rule_context(_today(calls), now=ONE_O_CLOCK, middays=middays))

    assert (candidate is not None) is is_proposed


def test_the_reason_counts_the_days_that_had_more() -> None:
    middays = (*TYPICAL_DAYS, *TYPICAL_DAYS[:9], _midday(3))

    candidate = pace.evaluate(rule_context(_today(3), now=ONE_O_CLOCK, middays=middays))

    assert candidate is not None
    assert "On 19 of the last 20 working days you had more" in candidate.reason


UNKNOWN: Final = MiddayCounts(by_midday={CALLS: 6}, by_end={CALLS: 10})
IN_THE_AFTERNOON: Final = MiddayCounts(by_midday={CALLS: 6}, by_end={CALLS: 10, PROPOSALS: 2})


@pytest.mark.parametrize(
    ("middays", "is_in_reach"),
    [((UNKNOWN,) * 10, False), ((IN_THE_AFTERNOON,) * 10, True), ((UNKNOWN,) * 5 + (IN_THE_AFTERNOON,) * 5, True)],
    ids=["on all days", "by the middle of the days", "on half of the days"],
)
def test_a_behaviour_that_is_not_mentioned_came_to_nothing(middays: tuple[MiddayCounts, ...], *, is_in_reach: bool) -> None:
    candidate = pace.evaluate(rule_context(_today(3), now=ONE_O_CLOCK, middays=middays))

    assert candidate is not None
    assert ("1 more proposal" in candidate.wordings[0]) is is_in_reach


def test_no_more_is_in_reach_than_is_missing() -> None:
    middays = tuple(_midday(6, 30, proposals=2) for _ in range(10))

    candidate = pace.evaluate(rule_context(_today(3), now=ONE_O_CLOCK, middays=middays))

    assert candidate is not None
    assert "7 more calls and 1 more proposal" in candidate.wordings[0]


def test_at_most_two_behaviours_are_in_reach() -> None:
    keys = [BehaviourKey(key) for key in ("calls", "demos", "visits")]
    behaviours = (behaviour("Calls", 2, 10), behaviour("Demos", 0, 0.5), behaviour("Visits", 0, 3))
    day = MiddayCounts(by_midday=dict.fromkeys(keys, 2), by_end=dict.fromkeys(keys, 4))

    candidate = pace.evaluate(rule_context(_today(0, behaviours=behaviours), now=ONE_O_CLOCK, middays=(day,) * 10))

    assert candidate is not None
    assert candidate.wordings[0].endswith("Still in reach: 2 more calls and 1 more demo.")


@pytest.mark.parametrize(
    "today",
    [
        _today(3, state="closed"),
        _today(3, silent=True),
        _today(3, score=100),
        _today(3, presence=Presence.ABSENT, score=None),
        _today(3, behaviours=(behaviour("Calls", 3, 0), behaviour("Proposals", 0, 1))),
        _today(3, work_starts_at=None),
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

    assert pace.evaluate(rule_context(_today(3), now=just_before, middays=TYPICAL_DAYS)) is None
