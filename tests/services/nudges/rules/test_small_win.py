"""Small win, and its near misses."""

from datetime import date, timedelta
from typing import Unpack

import pytest

from services.nudges.rules.small_win import small_win
from shared.events import DayReport, Presence
from tests.services.nudges.builders.days import MONDAY
from tests.services.nudges.builders.reports import DayReportFields, behaviour, report, rule_context, worked_days

FIRST_OF_APRIL = date(2026, 4, 1)
SECOND_OF_APRIL = date(2026, 4, 2)
THIRD_OF_APRIL = date(2026, 4, 3)


def _days(*counts: int, until: date = MONDAY, target: float = 1) -> list[DayReport]:
    """Worked days with so many meetings, and some calls."""
    return [
        day.model_copy(update={"behaviours": (behaviour("Meetings", count, target), behaviour("Calls", 5, 10))})
        for day, count in zip(worked_days(*[60] * len(counts), until=until), counts, strict=True)
    ]


def _today(
    count: int = 1,
    *,
    day: date = MONDAY,
    target: float = 1,
    score: float | None = 60,
    **fields: Unpack[DayReportFields],
) -> DayReport:
    default: DayReportFields = {"state": "open", "behaviours": (behaviour("Meetings", count, target),)}
    return report(day, score=score, **(default | fields))


def test_it_is_proposed_for_the_first_after_ten_worked_days_without() -> None:
    candidate = small_win.evaluate(rule_context(_today(), *_days(1, *[0] * 12)))

    assert candidate is not None
    assert candidate.wordings[0] == "Today's good news, Ana: your first meeting in 12 working days."
    assert candidate.reason == "1 meeting today, the first in 12 working days."
    assert candidate.cooldown_days == 7


@pytest.mark.parametrize(("idle_days", "dry_days"), [(0, 12), (2, 10), (3, None)])
def test_days_without_any_activity_neither_make_it_rare_nor_are_counted(idle_days: int, dry_days: int | None) -> None:
    days = _days(1, *[0] * 12)
    for number in range(1, idle_days + 1):
        days[number] = days[number].model_copy(update={"behaviours": (behaviour("Meetings", 0, 1), behaviour("Calls", 0, 10))})

    candidate = small_win.evaluate(rule_context(_today(), *days))

    reason = f"1 meeting today, the first in {dry_days} working days." if dry_days else None
    assert (candidate.reason if candidate is not None else None) == reason


def _without(*days: DayReport) -> list[DayReport]:
    """The same days under a playbook that did not have the behaviour."""
    return [day.model_copy(update={"behaviours": (behaviour("Calls", 5),)}) for day in days]


def test_all_worked_days_since_the_last_one_are_counted() -> None:
    days = _days(1, *[0] * 12)
    days[6] = days[6].model_copy(update={"behaviours": (behaviour("Meetings", 0, 0), behaviour("Calls", 5, 10))})

    candidate = small_win.evaluate(rule_context(_today(), *days))

    assert candidate is not None
    assert candidate.reason == "1 meeting today, the first in 12 working days."


def test_one_on_a_day_that_did_not_ask_for_it_is_the_last_one() -> None:
    days = _days(*[0] * 12)
    days[6] = days[6].model_copy(update={"behaviours": (behaviour("Meetings", 1, 0),)})

    assert small_win.evaluate(rule_context(_today(), *days)) is None


def test_before_the_behaviour_was_in_the_playbook_it_is_unknown_what_was_done() -> None:
    days = _days(1, *[0] * 12)

    assert small_win.evaluate(rule_context(_today(), *_without(*days[:4]), *days[4:])) is None
    candidate = small_win.evaluate(rule_context(_today(), *_without(*days[:3]), *days[3:]))
    assert candidate is not None
    assert candidate.reason.endswith("the first in 10 working days.")


def test_a_behaviour_with_a_high_target_counts_too() -> None:
    assert small_win.evaluate(rule_context(_today(target=20), *_days(*[0] * 10, target=20))) is not None


@pytest.mark.parametrize(
    ("today", "before"),
    [
        (_today(), _days(1, *[0] * 9)),
        (_today(), _days(*[0] * 9)),
        (_today(0), _days(*[0] * 12)),
        (_today(target=0), _days(*[0] * 12)),
        (_today(), [*_days(*[0] * 10, target=0)]),
        (_today(silent=True), _days(*[0] * 12)),
        (_today(score=None, presence=Presence.DAY_OFF), _days(*[0] * 12)),
    ],
    ids=[
        "nine days without",
        "nine days known",
        "none today either",
        "today has no target",
        "days without a target",
        "history",
        "a day off",
    ],
)
def test_a_dry_spell_is_not_over_when(today: DayReport, before: list[DayReport]) -> None:
    assert small_win.evaluate(rule_context(today, *before)) is None


@pytest.mark.parametrize(
    ("today", "before", "is_proposed"),
    [
        (_today(day=FIRST_OF_APRIL), _days(1, 1, until=FIRST_OF_APRIL), True),
        (_today(day=THIRD_OF_APRIL), _days(1, 1, 0, 0, until=THIRD_OF_APRIL), True),
        (_today(day=THIRD_OF_APRIL), _days(1, 1, 0, 1, until=THIRD_OF_APRIL), False),
        (_today(day=SECOND_OF_APRIL), _days(1, 1, until=SECOND_OF_APRIL), False),
        (_today(day=THIRD_OF_APRIL), _days(0, 0, until=THIRD_OF_APRIL), False),
        (_today(day=date(2026, 3, 31)), _days(1, 1, until=date(2026, 3, 31)), False),
        (_today(day=FIRST_OF_APRIL, target=2), _days(1, 1, until=FIRST_OF_APRIL), True),
        (_today(day=FIRST_OF_APRIL, target=2.5), _days(1, 1, until=FIRST_OF_APRIL), False),
        (_today(day=date(2026, 1, 1)), _days(1, until=date(2026, 1, 1)), True),
        (_today(day=date(2026, 12, 31)), _days(1, 1, until=date(2026, 12, 31)), False),
    ],
    ids=[
        "on its first day",
        "on its third, after two without",
        "the second of the quarter",
        "there was one on its first day",
        "a rep who came in the quarter",
        "the day before",
        "two a day",
        "more than two a day",
        "the first day of the year",
        "the last day of the year",
    ],
)
def test_the_first_of_a_quarter(today: DayReport, before: list[DayReport], *, is_proposed: bool) -> None:
    candidate = small_win.evaluate(rule_context(today, *before))

    assert (candidate is not None) is is_proposed
    assert candidate is None or "the first of the quarter" in candidate.reason


@pytest.mark.parametrize(("is_planned", "is_proposed"), [(True, True), (False, False)])
def test_the_first_of_a_quarter_is_known_only_if_the_playbook_had_it_on_every_worked_day_of_it(
    *, is_planned: bool, is_proposed: bool
) -> None:
    before, first, second = _days(1, 0, 0, until=THIRD_OF_APRIL)
    (changed,) = [first] if is_planned else _without(first)

    candidate = small_win.evaluate(rule_context(_today(day=THIRD_OF_APRIL), before, changed, second))

    assert (candidate is not None) is is_proposed


def test_of_two_firsts_the_one_that_the_playbook_lists_first_is_named() -> None:
    both = (behaviour("Proposals", 1, 1), behaviour("Meetings", 1, 1))
    none = (behaviour("Proposals", 0, 1), behaviour("Meetings", 0, 1), behaviour("Calls", 5, 10))
    before = [report(MONDAY - timedelta(days=back), behaviours=none) for back in range(1, 11)]

    candidate = small_win.evaluate(rule_context(report(behaviours=both), *before))

    assert candidate is not None
    assert candidate.reason.startswith("1 proposal today")
