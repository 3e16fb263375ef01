"""Where an activity belongs, and what it counts for."""

from collections.abc import Iterable
from datetime import date
from decimal import Decimal
from typing import NamedTuple, Protocol

from services.scoring.domain.activities.fact_states import Activity
from services.scoring.domain.playbook.playbook import Behaviour, Filter, Goal
from services.scoring.domain.roster.calendar import rep_day_of
from services.scoring.domain.roster.roster import Roster


class Place(NamedTuple):
    """One rep's day, on the rep's own calendar."""

    rep_id: str
    day: date


def place(activity: Activity, *, source: str, account: str, roster: Roster) -> Place | None:
    """The rep and the local day in which the activity started; None while it is deleted or not yet known whose or when."""
    if activity.deleted or activity.actor is None or activity.started_at is None:
        return None
    rep = roster.rep_of(source=source, account=account, actor=activity.actor)
    return Place(rep.id, rep_day_of(rep, activity.started_at)) if rep is not None else None


class Countable(Protocol):
    """The facts that a filter can ask for."""

    @property
    def kind(self) -> str: ...
    @property
    def deleted(self) -> bool: ...
    @property
    def duration_s(self) -> float | None: ...
    @property
    def outcome(self) -> str | None: ...
    @property
    def direction(self) -> str | None: ...
    @property
    def amount(self) -> Decimal | None: ...
    @property
    def stage(self) -> str | None: ...


def counted_by(activity: Countable, counting: Iterable[Behaviour | Goal]) -> tuple[str, ...]:
    """The keys of the behaviours or goals that the activity counts for, in alphabetical order."""
    if activity.deleted:
        return ()
    return tuple(sorted(one.key for one in counting if failed_filter(activity, one.counts) is None))


def failed_filter(activity: Countable, wanted: Filter) -> str | None:
    """The first filter that does not hold, as a phrase for people; None when the activity counts.

    An activity that lacks the fact a filter asks for does not count (yet).
    """
    if wanted.kinds is not None and activity.kind not in wanted.kinds:
        return f"kind {activity.kind} is not {_either(wanted.kinds)}"
    least = wanted.min_duration_s
    if least is not None and (activity.duration_s is None or activity.duration_s < least):
        return f"{_known(activity.duration_s, 'duration', ' s')} is not {least:g} s or more"
    for name, said, allowed in (
        ("outcome", activity.outcome, wanted.outcomes),
        ("direction", activity.direction, wanted.directions),
        ("stage", activity.stage, wanted.stages),
    ):
        if allowed is not None and said not in allowed:
            return f"{_known(said, name)} is not {_either(allowed)}"
    if wanted.min_amount is not None and (activity.amount is None or activity.amount < wanted.min_amount):
        return f"{_known(activity.amount, 'amount')} is not {wanted.min_amount} or more"
    return None


def _known(value: object, name: str, unit: str = "") -> str:
    return f"unknown {name}" if value is None else f"{name} {value}{unit}"


def _either(allowed: frozenset[str]) -> str:
    return " or ".join(sorted(allowed))
