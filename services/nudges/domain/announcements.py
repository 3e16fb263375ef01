"""Definitions that a rep is told of: which are in force or coming, how they are told, and whether they were in time."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final

from services.nudges.domain.candidate import RULE_PLAYBOOK, Called
from services.nudges.domain.phrases import date_text, first_name
from shared.events import NudgeKind, PlaybookAnnounced

_CHANGES_SAID_MAX: Final = 4


@dataclass(frozen=True, kw_only=True, slots=True)
class Definition:
    """One version as a rep was, or is to be, told of it. `nudge_id` is the message that tells them."""

    announced: PlaybookAnnounced
    nudge_id: str
    delivered_at: datetime | None
    acknowledged_at: datetime | None

    @property
    def order(self) -> tuple[date, int]:
        return self.announced.binds_from, self.announced.version


def in_force(known: Iterable[Definition], *, today: date) -> Definition | None:
    """By which the rep is judged today: what has begun last, and of two that began together the later edition."""
    return max((one for one in known if one.announced.binds_from <= today), key=lambda one: one.order, default=None)


def coming(known: Iterable[Definition], *, today: date) -> list[Definition]:
    """By which the rep will be judged, the earliest first."""
    return sorted((one for one in known if one.announced.binds_from > today), key=lambda one: one.order)


def is_current(one: Definition, known: Sequence[Definition], *, today: date) -> bool:
    """Whether the rep is, or will be, judged by it."""
    return one in (in_force(known, today=today), *coming(known, today=today))


def comparable_versions(version: int, known: Iterable[Definition]) -> Collection[int]:
    """The versions by which the same counted as by this one: a day judged by another cannot be compared, what counted on it
    was something else. How many were asked for may differ."""
    counted = {one.announced.version: _counts(one) for one in known}
    return {version} | {other for other, counts in counted.items() if counts == counted.get(version)}


def _counts(definition: Definition) -> Mapping[str, str]:
    return {one.key: one.counts for one in definition.announced.behaviours if any(target > 0 for target in one.targets)}


def telling(announced: PlaybookAnnounced, *, today: date) -> Called:
    """The message that tells a rep of a version, as it is put on a day of theirs."""
    name, binds_from = first_name(announced.rep.name), announced.binds_from
    first = date_text(binds_from) + (f" {binds_from.year}" if binds_from.year != today.year else "")
    when = f"from {first} on" if binds_from > today else f"since {first}"
    because = f" It begins in the past because: {announced.revises}." if announced.revises else ""
    return Called(
        rule=RULE_PLAYBOOK,
        kind=NudgeKind.ANNOUNCEMENT,
        occasion=occasion_of(announced),
        is_shortfall=False,
        wordings=(f"{name}, {when} your day is measured like this: {_content(announced)}{because}",),
        reason=(
            f"The playbook of {announced.team.name} from {announced.effective_from} judges your days from {binds_from} on. "
            "Only days after the one on which you are told of it can be held against you."
        ),
    )


def occasion_of(announced: PlaybookAnnounced) -> str:
    """One message each time that it is announced."""
    return f"{announced.version}, time {announced.times}"


def _content(announced: PlaybookAnnounced) -> str:
    if announced.follows is None:
        return ", ".join(f"{one.label} {one.asks}" for one in announced.behaviours) + "."
    said, more = announced.changes[:_CHANGES_SAID_MAX], len(announced.changes) - _CHANGES_SAID_MAX
    if not said:
        return "as before; nothing that counts changes."
    return " ".join(said) + (f" And {more} more; your page has them all." if more > 0 else "")
