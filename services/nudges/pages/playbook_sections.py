"""The playbook on a rep's page: the version in force, and the coming ones."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Final

from services.nudges.domain.announcements import Announcement, as_read, coming, explain_revision, in_force
from services.nudges.domain.phrases import clock_time, day_and_month, number
from services.nudges.domain.working_time import local_day
from shared.events import BehaviourDefinition, GoalDefinition, VersionNumber
from shared.languages.formats import full_date_text
from shared.languages.messages import gettext, marked

_AFRESH: Final = {
    "week": marked("counted afresh each week"),
    "month": marked("counted afresh each month"),
    "quarter": marked("counted afresh each quarter"),
}


@dataclass(frozen=True, kw_only=True, slots=True)
class BehaviourLine:
    """One behaviour of a version. `reason` is the manager's, in their own words."""

    label: str
    counts: str
    target: str
    weight: str
    cap: str
    reason: str


@dataclass(frozen=True, kw_only=True, slots=True)
class GoalLine:
    """One goal of a version."""

    label: str
    steps: str
    counts: str


@dataclass(frozen=True, kw_only=True, slots=True)
class PlaybookSection:
    """One version. `delivered` says when its announcement reached the rep, `acknowledged` when the rep confirmed it; each is
    empty until then. `follows` is the date of the version before; empty if there was none. `revision` explains why it judges
    days before its announcement; empty if it does not."""

    version: VersionNumber
    heading: str
    team: str
    message: str
    behaviours: tuple[BehaviourLine, ...]
    goals: tuple[GoalLine, ...]
    unverified: tuple[str, ...]
    follows: str
    changes: tuple[str, ...]
    revision: str
    delivered: str
    acknowledged: str


def make_sections(known: Sequence[Announcement], timezone: str, *, today: date) -> list[PlaybookSection]:
    """The version in force first, then the coming ones, the earliest first."""
    current = in_force(known, today=today)
    shown = [*([current] if current is not None else []), *coming(known, today=today)]
    return [_make_section(announcement, timezone, today=today) for announcement in shown]


def _make_section(announcement: Announcement, timezone: str, *, today: date) -> PlaybookSection:
    playbook = as_read(announcement.playbook)
    total_weight = sum((behaviour.weight for behaviour in playbook.behaviours), Decimal(0))
    first_day = _date_with_year(playbook.binds_from)
    return PlaybookSection(
        version=playbook.version,
        heading=describe_start(first_day, has_begun=playbook.binds_from <= today),
        team=playbook.team.name,
        message=playbook.message,
        behaviours=tuple(behaviour_line(behaviour, total_weight) for behaviour in playbook.behaviours),
        goals=tuple(GoalLine(label=goal.label, steps=describe_steps(goal), counts=goal.counts) for goal in playbook.goals),
        unverified=playbook.unverified,
        follows=_date_with_year(playbook.follows) if playbook.follows else "",
        changes=playbook.changes,
        revision=explain_revision(playbook, today=local_day(playbook.announced_at, playbook.timezone)),
        delivered=_date_and_time(announcement.delivered_at, timezone),
        acknowledged=_date_and_time(announcement.acknowledged_at, timezone),
    )


def behaviour_line(behaviour: BehaviourDefinition, total_weight: Decimal) -> BehaviourLine:
    """In words. The weight is stated as a share of all weights together."""
    return BehaviourLine(
        label=behaviour.label,
        counts=behaviour.counts,
        target=behaviour.asks,
        weight=gettext("{weight} of {total}").format(weight=number(behaviour.weight), total=number(total_weight)),
        cap=number(behaviour.cap),
        reason=behaviour.reason,
    )


def describe_steps(goal: GoalDefinition) -> str:
    """How large the steps of a goal are, and when they are counted afresh."""
    counted = gettext(_AFRESH[goal.period])
    if goal.step_min is None:
        return gettext("steps of {step}, {counted}").format(step=goal.step, counted=counted)
    sentence = gettext("steps of {step} at first, then {smallest} to {largest} depending on your recent weeks; {counted}")
    return sentence.format(step=goal.step, smallest=goal.step_min, largest=goal.step_max, counted=counted)


def describe_start(day: str, *, has_begun: bool) -> str:
    """The heading of a version that begins on a day."""
    return (gettext("In force since {day}") if has_begun else gettext("Starting {day}")).format(day=day)


def _date_with_year(day: date) -> str:
    return full_date_text(day)


def _date_and_time(instant: datetime | None, timezone: str) -> str:
    if instant is None:
        return ""
    return gettext("{day} at {time}").format(
        day=day_and_month(local_day(instant, timezone)), time=clock_time(instant, timezone)
    )
