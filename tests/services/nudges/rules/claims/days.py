"""The truth about a rep's days, worked out from their reports: misses, runs, records, firsts and weeks."""

from collections.abc import Sequence
from datetime import timedelta

from shared.events import BehaviourKey, BehaviourResult, DayReport

Days = Sequence[DayReport]
"""Worked days, newest first."""


def scored_100(day: DayReport) -> bool:
    return day.score is not None and day.score >= 100


def met_every_target(day: DayReport) -> bool:
    """Whether the plan is done: a score of 100 that one behaviour carried is no plan done."""
    return scored_100(day) and all(behaviour.count >= behaviour.target for behaviour in day.behaviours)


def is_active(day: DayReport) -> bool:
    """Whether anything counted. On another day the rep may have been away."""
    return sum(behaviour.count for behaviour in day.behaviours) > 0


def behaviours_below(day: DayReport) -> list[BehaviourResult]:
    return [behaviour for behaviour in day.behaviours if behaviour.count < behaviour.target]


def missed_before(before: Days) -> list[DayReport]:
    """The active days without a score of 100 since the last one with it."""
    end = next((number for number, day in enumerate(before) if scored_100(day)), len(before))
    return [day for day in before[:end] if is_active(day)]


def streak_of(newest_first: Days) -> tuple[list[DayReport], int]:
    """The days of a run of scores of 100, and how many misses in it were repaired: one in each calendar month, if the day after
    it and the three before it have a score of 100."""
    done = [scored_100(day) for day in newest_first]
    months, length = set[tuple[int, int]](), 0
    while length < len(done):
        if not done[length]:
            day, around = newest_first[length].day, [*done[length - 1 : length], *done[length + 1 : length + 4]]
            if length == 0 or around != [True] * 4 or (day.year, day.month) in months:
                break
            months.add((day.year, day.month))
        length += 1
    return [day for day in newest_first[:length] if scored_100(day)], len(months)


def count_on(day: DayReport, key: BehaviourKey) -> int | None:
    """None if the day's playbook does not know the behaviour."""
    return next((behaviour.count for behaviour in day.behaviours if behaviour.key == key), None)


def week_of(report: DayReport, before: Days) -> list[DayReport]:
    """The worked days of the report's week, up to the report."""
    monday = report.day - timedelta(days=report.day.weekday())
    return [report, *(day for day in before if day.day >= monday)]


def quarter_of(day: DayReport) -> tuple[int, int]:
    return day.day.year, (day.day.month - 1) // 3
