"""Pace, and its near misses."""

from datetime import timedelta

import pytest

from services.nudges.domain.baseline import Midday
from services.nudges.rules.pace import pace
from shared.events import DayReport, NudgeKind, Presence
from tests.services.nudges.reports import MONDAY, at, behaviour, report, situation

ONE_O_CLOCK = at(MONDAY, "13:00")


def _midday(by_then: int, in_all: int = 10, *, proposals: int = 0) -> Midday:
    """Calls by the middle of a day and in all, and proposals, which come in the afternoon."""
    return Midday(by_then={"calls": by_then, "proposals": 0}, in_all={"calls": in_all, "proposals": proposals})


def _today(calls: int, **changes: object) -> DayReport:
    given = {"behaviours": (behaviour("Calls", calls, 10), behaviour("Proposals", 0, 1)), "score": 20, "state": "open"}
    return report(**(given | changes))  # type: ignore[arg-type]


USUAL = tuple(_midday(count) for count in (6, 6, 6, 6, 4, 6, 8, 6, 6, 6))


def test_who_is_far_behind_their_usual_hears_what_is_still_in_reach() -> None:
    called = pace(situation(_today(3), now=ONE_O_CLOCK, middays=USUAL))

    assert called is not None
    assert called.kind is NudgeKind.COACHING
    assert (called.is_shortfall, called.rest_days) == (True, 14)
    for wording in called.wordings:
        assert all(part in wording for part in ("Ana", "3", "6", "13:00", "calls 4 more"))
        assert "proposals" not in wording
    assert "on 10 of the last 10 worked days it was more by their middle, usually 6" in called.reason


@pytest.mark.parametrize(
    ("calls", "middays", "is_called"),
    [
        (4, USUAL, False),
        (3, (*USUAL[:9], _midday(3)), False),
        (3, (*USUAL, *USUAL[:9], _midday(3)), True),
        (3, (*USUAL, *USUAL[:8], _midday(0), _midday(3)), False),
        (3, tuple(_midday(5) for _ in range(10)), False),
        (3, USUAL[:9], False),
        (0, USUAL, False),
        (3, tuple(_midday(6, 6) for _ in range(10)), False),
        (3, tuple(_midday(6, 6, proposals=1) for _ in range(10)), True),
    ],
    ids=[
        "as much as on the lowest of the days",
        "another of ten days was as low",
        "another of twenty days was as low",
        "two of twenty days were as low",
        "more than half of what is usual",
        "nine days known",
        "nothing at all is the quiet afternoon's",
        "nothing comes in the afternoon, so nothing is in reach",
        "a proposal does",
    ],
)
def test_it_is_called_for_at_the_lowest_of_ten_days_and_half_of_the_usual(
    calls: int, middays: tuple[Midday, ...], *, is_called: bool
) -> None:
    assert (pace(situation(_today(calls), now=ONE_O_CLOCK, middays=middays)) is not None) is is_called


def test_no_more_is_in_reach_than_is_missing() -> None:
    called = pace(situation(_today(3), now=ONE_O_CLOCK, middays=tuple(_midday(6, 30, proposals=2) for _ in range(10))))

    assert called is not None
    assert "calls 7 more and proposals 1 more" in called.wordings[0]


@pytest.mark.parametrize(
    "today",
    [
        _today(3, state="closed"),
        _today(3, silent=True),
        _today(3, score=100),
        _today(3, presence=Presence.ABSENT, score=None),
        _today(3, behaviours=(behaviour("Calls", 3, 0), behaviour("Proposals", 0, 1))),
    ],
    ids=["the day is closed", "history", "the plan is done", "on leave", "what counted is not asked for"],
)
def test_nothing_is_said_when(today: DayReport) -> None:
    assert pace(situation(today, now=ONE_O_CLOCK, middays=USUAL)) is None


def test_nothing_is_said_before_the_middle_of_the_day() -> None:
    assert pace(situation(_today(3), now=ONE_O_CLOCK - timedelta(seconds=1), middays=USUAL)) is None
