"""Where a rep stands: today and what is left of it, the streak, the records, and the steps towards each goal."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from itertools import takewhile
from types import MappingProxyType
from typing import Final

from services.nudges.domain.history import (
    HISTORY_DAYS,
    are_targets_met,
    count_of,
    count_streak,
    is_plan_done,
    is_worked,
    planned_behaviours,
)
from services.nudges.domain.ladder import Ladder, is_ladder_of, step_size_phrase
from services.nudges.domain.phrases import (
    capitalized,
    count_phrase,
    counted,
    day_name,
    day_phrase,
    joined,
    long_date,
    number,
    sentence,
    whole_score,
)
from shared.events import BehaviourKey, BehaviourResult, DayReport, GoalResult, Presence
from shared.languages.formats import percent_text
from shared.languages.messages import gettext, marked, ngettext

_RUNGS_BELOW_MAX = 3
_NO_REASONS: Final[Mapping[BehaviourKey, str]] = MappingProxyType({})
_NOT_AT_WORK = {
    Presence.ABSENT: marked("Away on this day. Nothing is expected, and the streak picks up again afterwards."),
    Presence.HOLIDAY: marked("A public holiday. Nothing is expected, and the streak picks up again afterwards."),
    Presence.DAY_OFF: marked("A day off. Nothing is expected."),
    Presence.NOT_EMPLOYED: marked("Not in a team on this day."),
}


@dataclass(frozen=True, kw_only=True, slots=True)
class Progress:
    """One behaviour of the day. `share` is how much of the target is done, at most 100. `reason` is why the manager asks for
    it, in their own words."""

    label: str
    count: int
    target: str
    share: int
    reason: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class DayStanding:
    """The newest day. `address` is the last segment of its page's address. `left` says in one sentence what is left to do, or
    why nothing is expected."""

    address: str
    heading: str
    score: Decimal | None
    is_over: bool
    behaviours: tuple[Progress, ...]
    left: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Rung:
    """A step of a ladder: the `count` at which it is reached. `note` says whether it is, or what is missing."""

    count: int
    is_reached: bool
    note: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Climb:
    """The way to one goal, from the highest rung that is shown down to the lowest."""

    label: str
    count: int
    size: str
    rungs: tuple[Rung, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class Standing:
    """`streak` and each of `records` are whole sentences."""

    day: DayStanding
    streak: str
    records: tuple[str, ...]
    climbs: tuple[Climb, ...]


def make_standing(
    newest: DayReport,
    worked: Sequence[DayReport],
    ladders: Sequence[Ladder],
    reasons: Mapping[BehaviourKey, str] = _NO_REASONS,
    *,
    today: date,
) -> Standing:
    """`worked` are the worked days, newest first, the newest day among them if it is one. `reasons` are the manager's words
    about behaviours."""
    return Standing(
        day=_make_day(newest, reasons, today=today),
        streak=_describe_streak(worked),
        records=tuple(_records(newest, worked, today=today)),
        climbs=tuple(
            _climb(goal, ladder, today=today) for goal in newest.goals for ladder in ladders if is_ladder_of(ladder, goal)
        ),
    )


def _make_day(newest: DayReport, reasons: Mapping[BehaviourKey, str], *, today: date) -> DayStanding:
    planned = planned_behaviours(newest) if newest.presence is Presence.WORKING else []
    name = day_name(newest.day, today=today)
    return DayStanding(
        address=newest.day.isoformat(),
        heading=capitalized(f"{name}, {long_date(newest.day, today=today)}" if newest.day == today else name),
        score=newest.score,
        is_over=newest.state == "closed",
        behaviours=tuple(_progress(behaviour, reasons.get(behaviour.key, "")) for behaviour in planned),
        left=_describe_rest(newest, planned),
    )


def _progress(behaviour: BehaviourResult, reason: str) -> Progress:
    share = min(100, int(100 * behaviour.count / behaviour.target))
    target = number(behaviour.target)
    return Progress(label=behaviour.label, count=behaviour.count, target=target, share=share, reason=reason)


def _describe_rest(newest: DayReport, planned: Sequence[BehaviourResult]) -> str:
    if newest.presence is not Presence.WORKING:
        return gettext(_NOT_AT_WORK[newest.presence])
    if not planned:
        return gettext("No targets on this day, so there is no score.")
    if are_targets_met(newest):
        return gettext("Every target is reached.")
    missed = [behaviour for behaviour in planned if behaviour.count < behaviour.target]
    left = joined([counted(behaviour.target - behaviour.count, behaviour.label) for behaviour in missed])
    if is_plan_done(newest):
        rest = gettext("The plan is done, with a score of 100 or more. Below target: {left}.").format(left=left)
    else:
        rest = (gettext("Not done: {left}.") if newest.state == "closed" else gettext("Left: {left}.")).format(left=left)
    if newest.part == 1:
        return rest
    part = gettext("Targets are scaled to {share} of a day.").format(share=percent_text(newest.part))
    return f"{rest} {part}"


def _describe_streak(worked: Sequence[DayReport]) -> str:
    """A day that is not over yet ends no streak."""
    days = worked[1:] if worked and worked[0].state == "open" and not is_plan_done(worked[0]) else worked
    streak = count_streak(days)
    length = len(streak.done)
    if length == 0:
        return gettext("No streak right now. A new one starts the next time the plan is reached.")
    if length + streak.repaired >= HISTORY_DAYS:
        on_plan = ngettext("{count} working day or more on plan", "{count} working days or more on plan", length)
    else:
        on_plan = ngettext("{count} working day on plan", "{count} working days on plan", length)
    text = on_plan.format(count=length)
    if not streak.repaired:
        return sentence(text)
    missed = count_phrase(streak.repaired, "missed day")
    return gettext("{streak}, with {days} made up for.").format(streak=text, days=missed)


def _records(newest: DayReport, worked: Sequence[DayReport], *, today: date) -> list[str]:
    """The highest score, and the most of each behaviour, on the newest days that the same version judges."""
    days = list(takewhile(lambda day: day.playbook_version == newest.playbook_version, filter(is_worked, worked)))
    if not days:
        return []
    score, best_day = max((day.score or Decimal(0), day.day) for day in days)
    best_on = day_phrase(best_day, today=today)
    records = [gettext("Best score: {score}, {on_day}.").format(score=whole_score(score), on_day=best_on)]
    for behaviour in planned_behaviours(newest) if newest.presence is Presence.WORKING else []:
        count, most_on = max((count_of(day, behaviour.key), day.day) for day in days)
        if count:
            most, on_day = counted(count, behaviour.label), day_phrase(most_on, today=today)
            records.append(gettext("Most on a day: {count}, {on_day}.").format(count=most, on_day=on_day))
    return records


def _climb(goal: GoalResult, ladder: Ladder, *, today: date) -> Climb:
    reached = [ladder.reached] if ladder.reached else []
    if goal.step_min is None:  # then all steps have the same size, and those below are known
        reached = list(range(ladder.reached, 0, -goal.step))[:_RUNGS_BELOW_MAX]
    left = ladder.next_step - goal.count
    next_note = ngettext("next: {count} to go", "next: {count} to go", left).format(count=left)
    rungs = [Rung(count=ladder.next_step, is_reached=False, note=next_note)]
    rungs += [Rung(count=count, is_reached=True, note=_reached_note(count, ladder, today=today)) for count in reached]
    return Climb(label=goal.label, count=goal.count, size=step_size_phrase(goal, ladder), rungs=tuple(rungs))


def _reached_note(count: int, ladder: Ladder, *, today: date) -> str:
    """Only of the newest step the day is known."""
    if count != ladder.reached or ladder.reached_on is None:
        return gettext("reached")
    return gettext("reached {on_day}").format(on_day=day_phrase(ladder.reached_on, today=today))
