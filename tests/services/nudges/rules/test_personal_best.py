"""Personal best, and its near misses."""

from datetime import timedelta
from typing import Unpack

import pytest

from services.nudges.rules.personal_best import personal_best
from shared.events import DayReport, Presence
from tests.services.nudges.builders.announcements import VERSION_1, VERSION_2
from tests.services.nudges.builders.days import MONDAY
from tests.services.nudges.builders.reports import DayReportFields, behaviour, report, rule_context, worked_days


def _before(*counts: int, target: float = 10, version: int = VERSION_1) -> list[DayReport]:
    """Worked days with these counts, all with the same score."""
    return [
        day.model_copy(update={"behaviours": (behaviour("Calls", count, target),), "playbook_version": version})
        for day, count in zip(worked_days(*[150] * len(counts)), counts, strict=True)
    ]


def _today(count: int, *, target: float = 10, score: float | None = 100, **fields: Unpack[DayReportFields]) -> DayReport:
    default: DayReportFields = {"state": "open", "behaviours": (behaviour("Calls", count, target),)}
    return report(MONDAY, score=score, **(default | fields))


def test_a_count_above_that_of_ten_days_or_more_is_compared_with_the_best_before() -> None:
    candidate = personal_best.evaluate(rule_context(_today(13), *_before(*[12] * 9, 3)))

    assert candidate is not None
    assert candidate.wordings[0] == "Ana, 13 calls today: your best in 11 working days. The best before that was 12."
    assert candidate.reason == (
        "13 calls today. On the 10 working days before that under the same playbook version, the best was 12."
    )
    assert candidate.cooldown_days == 7


@pytest.mark.parametrize(
    ("today", "before"),
    [
        (_today(12), _before(*[12] * 10)),
        (_today(13), _before(*[12] * 9)),
        (_today(13), _before(*[12] * 9, *[0] * 5)),
        (_today(13), [*_before(*[12] * 9), *_before(*[0] * 15, version=VERSION_2)]),
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
        "against nine days and some without any activity",
        "against days of another playbook version",
        "one day had more",
        "there was none before",
        "below the day's target",
        "two are too few",
        "the day has no target",
        "history",
        "a day off",
    ],
)
def test_it_is_not_proposed_for_a_count(today: DayReport, before: list[DayReport]) -> None:
    assert personal_best.evaluate(rule_context(today, *before)) is None


@pytest.mark.parametrize(
    ("today", "before"),
    [
        (_today(3, target=1), _before(*[2] * 10, target=1)),
        (_today(10), _before(*[9] * 10)),
        (_today(13), _before(*[1] * 10)),
    ],
    ids=["three are enough where the target is low", "exactly the target", "there was one before"],
)
def test_a_count_is_just_large_enough(today: DayReport, before: list[DayReport]) -> None:
    assert personal_best.evaluate(rule_context(today, *before)) is not None


def test_days_without_any_activity_are_not_among_those_that_it_is_the_best_of() -> None:
    candidate = personal_best.evaluate(rule_context(_today(13), *_before(*[12] * 10, *[0] * 5)))

    assert candidate is not None
    assert candidate.wordings[0] == "Ana, 13 calls today: your best in 11 working days. The best before that was 12."


def test_days_before_another_playbook_version_are_not_compared() -> None:
    """The rep came back from another team after five days."""
    days = _before(*[12] * 15, *[20] * 5, *[12] * 9)
    before = [
        day.model_copy(update={"playbook_version": VERSION_2}) if 15 <= number < 20 else day for number, day in enumerate(days)
    ]

    assert personal_best.evaluate(rule_context(_today(13), *before)) is None


def _scored(*scores: float, target: float = 10) -> list[DayReport]:
    """Worked days with these scores, and more calls than today."""
    return [day.model_copy(update={"behaviours": (behaviour("Calls", 15, target),)}) for day in worked_days(*scores)]


def test_a_count_is_compared_with_days_under_the_same_playbook_version_only_and_no_wording_claims_more() -> None:
    candidate = personal_best.evaluate(rule_context(_today(13), *_before(*[12] * 10), *_long_ago(20)))

    assert candidate is not None
    assert all("10 working days" in wording or "11 working days" in wording for wording in candidate.wordings)
    assert not any(claim in wording for wording in candidate.wordings for claim in ("record", "personal", "ever"))


def _long_ago(count: int) -> list[DayReport]:
    """Days under another playbook version, on which there was more."""
    days = _before(*[count] * 15, version=VERSION_2)
    return [day.model_copy(update={"day": day.day - timedelta(weeks=8)}) for day in days]


def test_a_score_above_all_before_is_a_record() -> None:
    candidate = personal_best.evaluate(rule_context(_today(10, score=128), *_scored(*[110] * 9, 120)))

    assert candidate is not None
    assert candidate.wordings[0] == "Ana, a score of 128 today: your best in 11 working days. The best before that was 120."


@pytest.mark.parametrize(
    ("score", "before", "is_proposed"),
    [
        (120, _scored(*[120] * 10), False),
        (120.4, _scored(*[120.2] * 10), False),
        (119, _scored(*[120] * 10), False),
        (99.9, _scored(*[60] * 10), False),
        (100, _scored(*[60] * 10), True),
        (121, _scored(*[120] * 9, 60), True),
    ],
    ids=[
        "no higher",
        "no higher as it is shown",
        "lower",
        "the plan is not done",
        "the plan is just done",
        "higher than the highest",
    ],
)
def test_it_is_proposed_for_a_score_when(score: float, before: list[DayReport], *, is_proposed: bool) -> None:
    candidate = personal_best.evaluate(rule_context(_today(10, score=score), *before))

    assert (candidate is not None) is is_proposed


def test_the_score_of_a_day_with_a_lower_target_is_no_record() -> None:
    half_a_day = _today(7, target=5, score=140)

    assert personal_best.evaluate(rule_context(half_a_day, *_scored(*[110] * 10))) is None
    assert personal_best.evaluate(rule_context(half_a_day, *_scored(*[110] * 10, target=5))) is not None


@pytest.mark.parametrize(("target", "is_proposed"), [(0.5, False), (0, True)])
def test_a_behaviour_that_today_does_not_know_was_asked_for_if_it_had_a_target(target: float, *, is_proposed: bool) -> None:
    another = (behaviour("Calls", 15, 10), behaviour("Demos", 0, target))
    before = [day.model_copy(update={"behaviours": another}) for day in worked_days(*[110] * 10)]

    candidate = personal_best.evaluate(rule_context(_today(10, score=140), *before))

    assert (candidate is not None) is is_proposed
