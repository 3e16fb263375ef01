"""Plan done, and its near misses."""

import pytest

from services.nudges.rules.plan_done import plan_done
from tests.services.nudges.reports import report, situation


def test_it_is_called_for_at_a_score_of_a_hundred() -> None:
    called = plan_done(situation(report(score=100, state="open")))

    assert called is not None
    assert called.occasion == "2026-03-02"
    assert all("today" in wording and "Ana" in wording for wording in called.wordings)


def test_a_belated_one_is_celebrated_as_the_days_that_it_was() -> None:
    called = plan_done(situation(report(score=100, state="closed")))

    assert called is not None
    assert all("on Monday" in wording for wording in called.wordings)


@pytest.mark.parametrize("near_miss", [{"score": 99.99}, {"score": None}, {"score": 100, "silent": True}])
def test_it_is_not_called_for_when(near_miss: dict[str, object]) -> None:
    assert plan_done(situation(report(**near_miss))) is None  # type: ignore[arg-type]


def test_who_keeps_the_plan_on_every_day_of_two_weeks_hears_it_in_other_words_each_time() -> None:
    called = plan_done(situation(report(score=100)))

    assert called is not None
    assert len(set(called.wordings)) == 14
