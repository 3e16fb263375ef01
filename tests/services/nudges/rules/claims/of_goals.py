"""Claims about goals: how far a rep has come, and the next step."""

import re
from collections.abc import Iterator

from services.nudges.domain.ladder import Ladder
from shared.events import GoalResult
from tests.services.nudges.rules.claims.praised import Praised, label_pattern
from tests.services.nudges.rules.claims.reader import DAY, LONG_DATE, Form, date_in, one_of

_OVER = (
    "finished last {} with a new step",
    "got one step further before last {} ended",
    "a new step before last {} was over",
    "reached another step before the end of last {}",
)


def forms_of_goals(praised: Praised) -> Iterator[Form]:
    """Everything that is true or false by the goals of the day's report and the ladders. Of several goals any may be meant."""
    goals = praised.report.goals
    if not goals:
        return
    yield Form(
        r"(?:\b[Yy]our next step is|\bNext up:|\bFrom here it's on to|\bThe next step is|\bUp next:) (\d+)"
        r"(?: in the new (week|month|quarter))?",
        lambda match: any(_is_next_step(praised, goal, int(match[1]), match[2]) for goal in goals),
    )
    yield Form(
        r"\bin steps of (\d+)(?: for now)?\b", lambda match: any(_is_within_bounds(goal, int(match[1])) for goal in goals)
    )
    yield Form(
        r"\bstay between (\d+) and (\d+)\b",
        lambda match: any((goal.step_min, goal.step_max) == (int(match[1]), int(match[2])) for goal in goals),
    )
    yield Form(rf"\bA step further(?= {DAY})", lambda _: any(_has_stepped(praised, goal) for goal in goals))
    for goal in goals:
        yield from _forms_of_progress(praised, goal)


def _forms_of_progress(praised: Praised, goal: GoalResult) -> Iterator[Form]:
    labels = (goal.label, goal.label.replace(f" this {goal.period}", ""))

    def is_progress(match: re.Match[str]) -> bool:
        end = date_in(match[3], today=praised.today) if match[3] else praised.report.day
        begins = date_in(match[2], today=praised.today)
        return (int(match[1]), begins, end) == (goal.count, goal.period_start, praised.report.day)

    yield Form(rf"{one_of(labels)}: (\d+) (?:since|from) ({LONG_DATE})(?: to ({LONG_DATE}))?", is_progress)
    yield Form(
        rf"\b(\d+) {label_pattern(labels[0])}", lambda match: int(match[1]) == goal.count and not _is_over(praised, goal)
    )
    over = "|".join(text.format(goal.period) for text in _OVER)
    yield Form(
        rf"\b(?:{over})(?:, \W)?(?::|, with) (\d+) {label_pattern(labels[1])}",
        lambda match: int(match[1]) == goal.count and _is_over(praised, goal) and _has_stepped(praised, goal),
    )


def _newest(praised: Praised, goal: GoalResult) -> Ladder:
    return max((ladder for ladder in praised.ladders if ladder.goal == goal.key), key=lambda ladder: ladder.period_start)


def _is_over(praised: Praised, goal: GoalResult) -> bool:
    """Whether a new period has begun since the day."""
    return _newest(praised, goal).period_start > goal.period_start


def _is_next_step(praised: Praised, goal: GoalResult, step: int, period: str | None) -> bool:
    if _is_over(praised, goal):
        return period == goal.period and step == _newest(praised, goal).next_step
    return period is None and step == _newest(praised, goal).next_step and step > goal.count


def _is_within_bounds(goal: GoalResult, size: int) -> bool:
    if goal.step_min is None or goal.step_max is None:
        return size == goal.step
    return goal.step_min <= size <= goal.step_max


def _has_stepped(praised: Praised, goal: GoalResult) -> bool:
    """Whether the count was below the newest step of the period on the worked day before, and is not now."""
    own = next(ladder for ladder in praised.ladders if (ladder.goal, ladder.period_start) == (goal.key, goal.period_start))
    earlier = [result for result in (praised.before[0].goals if praised.before else ()) if result.key == goal.key]
    count = earlier[0].count if earlier and earlier[0].period_start == goal.period_start else 0
    return count < own.reached <= goal.count
