"""Personal best, and its near misses."""

from typing import Any

import pytest

from services.nudges.rules.personal_best import personal_best
from shared.events import DayReport, Presence
from tests.services.nudges.reports import MONDAY, asked, report, situation, worked_days


def _before(*counts: int, target: int = 10, version: int = 1) -> list[DayReport]:
    """Worked days with these counts, all with the same score."""
    return [
        day.model_copy(update={"behaviours": (asked(count=count, target=target),), "playbook_version": version})
        for day, count in zip(worked_days(*[150] * len(counts)), counts, strict=True)
    ]


def _today(count: int, *, target: int = 10, **changes: Any) -> DayReport:
    given: dict[str, Any] = {"score": 100, "state": "open", "behaviours": (asked(count=count, target=target),)}
    return report(MONDAY, **(given | changes))


def test_a_count_above_that_of_ten_days_or_more_is_said_with_what_it_was_before() -> None:
    called = personal_best(situation(_today(13), *_before(*[12] * 9, 3)))

    assert called is not None
    assert "A new high today, Ana: 13 calls. Until now it was 12." in called.wordings
    assert called.reason == "On 2026-03-02: 13 calls; on the 10 worked days before it that are known, at most 12."
    assert called.rest_days == 7


@pytest.mark.parametrize(
    ("today", "before"),
    [
        (_today(12), _before(*[12] * 10)),
        (_today(13), _before(*[12] * 9)),
        (_today(13), [*_before(*[12] * 9), *_before(*[0] * 15, version=2)]),
        (_today(13), _before(*[12] * 9, 14)),
        (_today(13), _before(*[0] * 10)),
        (_today(9), _before(*[8] * 10)),
        (_today(2, target=1), _before(*[1] * 10, target=1)),
        (_today(13, target=0), _before(*[12] * 10)),
        (_today(13, silent=True), _before(*[12] * 10)),
        (_today(13, score=None, presence=Presence.DAY_OFF), _before(*[12] * 10)),
    ],
    ids=[
        "no more than before",
        "against nine days",
        "against days of another definition",
        "one day had more",
        "there was none before",
        "less than the day asks for",
        "two: trivially few",
        "the day asks for none of it",
        "history",
        "a day off",
    ],
)
def test_it_is_not_called_for_by_a_count(today: DayReport, before: list[DayReport]) -> None:
    assert personal_best(situation(today, *before)) is None


def test_three_are_enough_where_few_are_asked() -> None:
    assert personal_best(situation(_today(3, target=1), *_before(*[2] * 10, target=1))) is not None


def _scored(*scores: float) -> list[DayReport]:
    """Worked days with these scores, and more calls than today."""
    return [day.model_copy(update={"behaviours": (asked(count=15),)}) for day in worked_days(*scores)]


def test_a_score_above_all_before_is_said() -> None:
    called = personal_best(situation(_today(10, score=128), *_scored(*[110] * 9, 120)))

    assert called is not None
    assert called.wordings[0] == "A new high today, Ana: a score of 128. Until now it was 120."


@pytest.mark.parametrize(
    ("score", "before"),
    [(120, _scored(*[120] * 10)), (120.4, _scored(*[120.2] * 10)), (99.9, _scored(*[60] * 10))],
    ids=["no higher", "no higher as it is shown", "the plan is not done"],
)
def test_it_is_not_called_for_by_a_score(score: float, before: list[DayReport]) -> None:
    assert personal_best(situation(_today(10, score=score), *before)) is None


def test_the_score_of_a_day_on_which_less_was_asked_is_no_record() -> None:
    half_a_day = _today(7, target=5, score=140)

    assert personal_best(situation(half_a_day, *_scored(*[110] * 10))) is None
