"""Each rule, and its near misses."""

from datetime import timedelta

import pytest

from services.nudges.domain.history import history_of
from services.nudges.domain.rules.comeback import comeback
from services.nudges.domain.rules.plan_done import plan_done
from services.nudges.domain.rules.quiet_afternoon import quiet_afternoon
from shared.events import DayReport, Presence
from tests.services.nudges.reports import MONDAY, at, report, worked_days

NOW = at(MONDAY, "13:00")
NOTHING = history_of([])


def test_plan_done_is_called_for_at_a_score_of_a_hundred() -> None:
    called = plan_done(report(score=100, state="open"), NOTHING, NOW)

    assert called is not None
    assert called.occasion == "2026-03-02"
    assert all("today" in wording and "Ana" in wording for wording in called.wordings)


def test_a_belated_plan_done_is_celebrated_as_the_days_that_it_was() -> None:
    called = plan_done(report(score=100, state="closed"), NOTHING, NOW)

    assert called is not None
    assert all("on Monday" in wording for wording in called.wordings)


@pytest.mark.parametrize("near_miss", [{"score": 99.99}, {"score": None}, {"score": 100, "silent": True}])
def test_plan_done_is_not_called_for_when(near_miss: dict[str, object]) -> None:
    assert plan_done(report(**near_miss), NOTHING, NOW) is None  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("scores_before", "is_called"),
    [((100, 60, 60), True), ((0, 0, 0, 0), True), ((100, 60), False), ((60, 60, 100), False), ((), False), ((60, 99.99), True)],
)
def test_a_comeback_follows_two_or_more_missed_days(scores_before: tuple[float, ...], is_called: bool) -> None:
    history = history_of(worked_days(*scores_before))

    assert (comeback(report(score=100, state="open"), history, NOW) is not None) is is_called


def test_leave_between_missed_days_neither_helps_nor_hurts_a_comeback() -> None:
    missed = worked_days(60, until=MONDAY - timedelta(days=10)) + worked_days(60, until=MONDAY - timedelta(days=3))
    leave = [report(MONDAY - timedelta(days=back), presence=Presence.ABSENT, score=None) for back in (3, 4)]

    assert comeback(report(score=100), history_of(missed + leave), NOW) is not None


def test_missed_days_of_long_ago_make_no_comeback() -> None:
    history = history_of(worked_days(60, 60, 60, until=MONDAY - timedelta(weeks=7)))

    assert comeback(report(score=100), history, NOW) is None


def _quiet(**changes: object) -> DayReport:
    return report(score=0, count=0, state="open", **changes)  # type: ignore[arg-type]


EARLY_WEEK = history_of(worked_days(60, 60, 60, 60, 60))


def test_a_quiet_afternoon_is_called_for_past_the_middle_of_the_day() -> None:
    called = quiet_afternoon(_quiet(), EARLY_WEEK, NOW)

    assert called is not None
    assert "on 5 of the last 5 worked days" in called.reason
    assert quiet_afternoon(_quiet(), EARLY_WEEK, NOW - timedelta(seconds=1)) is None


@pytest.mark.parametrize(
    "near_miss",
    [
        report(score=5, count=1, state="open"),
        _quiet(silent=True),
        report(score=0, count=0, state="closed"),
        report(score=None, count=0, state="open", presence=Presence.ABSENT),
    ],
)
def test_a_quiet_afternoon_is_not_called_for_when(near_miss: DayReport) -> None:
    assert quiet_afternoon(near_miss, EARLY_WEEK, NOW) is None


def test_it_is_only_unusual_for_who_usually_has_something_by_then() -> None:
    four_days = history_of(worked_days(60, 60, 60, 60))
    late = [report(MONDAY - timedelta(days=back), first="13:00") for back in (3, 4, 5)]
    early = [report(MONDAY - timedelta(days=back), first="12:59") for back in (6, 7, 10)]

    assert quiet_afternoon(_quiet(), four_days, NOW) is None
    assert quiet_afternoon(_quiet(), history_of(late + early), NOW) is None
    assert quiet_afternoon(_quiet(), history_of(late[:2] + early), NOW) is not None


@pytest.mark.parametrize("rule", [plan_done, comeback, quiet_afternoon])
def test_words_are_short_and_speak_of_the_work(rule: object) -> None:
    day = _quiet() if rule is quiet_afternoon else report(score=100, state="open")
    history = EARLY_WEEK

    called = rule(day, history, NOW)  # type: ignore[operator]

    assert len(set(called.wordings)) >= 3
    for wording in called.wordings:
        assert len(wording) <= 200
        assert not {"lazy", "failed", "bad", "rank", "worst", "best"} & set(wording.lower().replace(",", "").split())
