"""Announced playbook versions: which are in force or coming, how they are announced, and whether that was in time."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final

from services.nudges.domain.candidate import ANNOUNCEMENT_RULE, Candidate
from services.nudges.domain.phrases import capitalized, first_name, joined, long_date
from services.nudges.domain.working_time import local_day
from shared.events import BehaviourKey, NudgeId, NudgeKind, PlaybookAnnounced, VersionNumber
from shared.languages.current import current_language
from shared.languages.grammar import filled
from shared.languages.messages import gettext, ngettext

_CHANGES_LISTED_MAX: Final = 4


@dataclass(frozen=True, kw_only=True, slots=True)
class Announcement:
    """One version as it was, or will be, announced to a rep. `nudge_id` is the message that does so."""

    playbook: PlaybookAnnounced
    nudge_id: NudgeId
    delivered_at: datetime | None
    acknowledged_at: datetime | None

    @property
    def order(self) -> tuple[date, int]:
        return self.playbook.binds_from, self.playbook.version


def was_known_before(day: date, *, delivered_at: datetime | None, timezone: str) -> bool:
    """Whether a version had been announced to the rep before their day began. Only then may the day be held against them."""
    return delivered_at is not None and local_day(delivered_at, timezone) < day


def in_force(announcements: Iterable[Announcement], *, today: date) -> Announcement | None:
    """The version that judges the rep today: the last to have begun, and of two that began together the later edition."""
    begun = [announcement for announcement in announcements if announcement.playbook.binds_from <= today]
    return max(begun, key=lambda announcement: announcement.order, default=None)


def coming(announcements: Iterable[Announcement], *, today: date) -> list[Announcement]:
    """The versions that will judge the rep, the earliest first."""
    later = [announcement for announcement in announcements if announcement.playbook.binds_from > today]
    return sorted(later, key=lambda announcement: announcement.order)


def is_current(announcement: Announcement, announcements: Sequence[Announcement], *, today: date) -> bool:
    """Whether the version judges the rep, or will."""
    return announcement in (in_force(announcements, today=today), *coming(announcements, today=today))


def comparable_versions(version: VersionNumber, announcements: Iterable[Announcement]) -> Collection[VersionNumber]:
    """The versions under which the same activities count as under this one. A day judged by any other cannot be compared, since
    something else counted on it. Targets may differ."""
    counted = {announcement.playbook.version: _counted(announcement.playbook) for announcement in announcements}
    return {version} | {other for other, counts in counted.items() if counts == counted.get(version)}


def _counted(playbook: PlaybookAnnounced) -> Mapping[BehaviourKey, str]:
    planned = [behaviour for behaviour in playbook.behaviours if any(behaviour.targets)]
    return {behaviour.key: behaviour.counts for behaviour in planned}


def reasons_of(version: VersionNumber | None, announcements: Iterable[Announcement]) -> Mapping[BehaviourKey, str]:
    """Why the manager asks for the behaviours of a version, in their own words."""
    playbook = next((known.playbook for known in announcements if known.playbook.version == version), None)
    behaviours = playbook.behaviours if playbook is not None else ()
    return {behaviour.key: behaviour.reason for behaviour in behaviours if behaviour.reason}


def occasion_of(playbook: PlaybookAnnounced) -> str:
    """There is one message each time that a version is announced. The text is stored: it must not change."""
    return f"{playbook.version}, time {playbook.announcement_number}"


def as_read(playbook: PlaybookAnnounced) -> PlaybookAnnounced:
    """With its phrases in the language of whoever reads them, if it was announced in that language."""
    phrases = playbook.translations.get(current_language())
    if phrases is None:
        return playbook
    behaviours = zip(playbook.behaviours, phrases.counts, phrases.asks, strict=True)
    goals = zip(playbook.goals, phrases.goal_counts, strict=True)
    return playbook.model_copy(
        update={
            "behaviours": tuple(
                behaviour.model_copy(update={"counts": counts, "asks": asks}) for behaviour, counts, asks in behaviours
            ),
            "goals": tuple(goal.model_copy(update={"counts": counts}) for goal, counts in goals),
            "unverified": phrases.unverified,
            "changes": phrases.changes,
        }
    )


def announcement_candidate(playbook: PlaybookAnnounced, *, today: date) -> Candidate:
    """The message that announces a version to a rep, as worded on a day of theirs."""
    playbook = as_read(playbook)
    return Candidate(
        rule=ANNOUNCEMENT_RULE,
        kind=NudgeKind.ANNOUNCEMENT,
        occasion=occasion_of(playbook),
        wordings=(_text(playbook, today=today),),
        reason=filled(
            gettext(
                "This is the {team} playbook from {date}. Missed targets in it can only count against you from the day after "
                "you get this message."
            ),
            team=playbook.team.name,
            date=long_date(playbook.effective_from, today=today),
        ),
    )


def explain_revision(playbook: PlaybookAnnounced, *, today: date) -> str:
    """Why a version judges days before `today`, in two sentences; empty if it does not."""
    if not playbook.revises or playbook.binds_from >= today:
        return ""
    return filled(gettext("It also applies to earlier days. The reason: {reason}."), reason=playbook.revises.rstrip("."))


def _text(playbook: PlaybookAnnounced, *, today: date) -> str:
    """What the manager says comes before the facts, on the first line."""
    name, begins = capitalized(first_name(playbook.rep.name)), long_date(playbook.binds_from, today=today)
    if playbook.message:
        quoted = gettext("{sentence} Your manager says: “{message}”")
        opening = filled(_opening(playbook, today=today), name=name, date=begins)
        text = f"{filled(quoted, sentence=opening, message=playbook.message)}\n{_facts(playbook)}"
    elif playbook.follows is None:
        asked = _behaviours(playbook)
        text = filled(_opening_with_behaviours(playbook, today=today), name=name, date=begins, behaviours=asked)
    else:
        text = f"{filled(_opening(playbook, today=today), name=name, date=begins)} {_facts(playbook)}"
    explanation = explain_revision(playbook, today=today)
    return f"{text} {explanation}" if explanation else text


def _opening(playbook: PlaybookAnnounced, *, today: date) -> str:
    """In its own sentence, since when the version applies."""
    texts = _openings_of_a_change() if playbook.changes else _openings_of_the_same()
    if playbook.follows is None:
        texts = _openings_of_the_first()
    begun, today_text, later = texts
    if playbook.binds_from == today:
        return today_text
    return begun if playbook.binds_from < today else later


def _openings_of_the_first() -> tuple[str, str, str]:
    return (
        gettext("{name}, your playbook started on {date}."),
        gettext("{name}, your playbook starts today."),
        gettext("{name}, your playbook starts on {date}."),
    )


def _openings_of_a_change() -> tuple[str, str, str]:
    return (
        gettext("{name}, your playbook changed on {date}."),
        gettext("{name}, your playbook changes today."),
        gettext("{name}, your playbook changes on {date}."),
    )


def _openings_of_the_same() -> tuple[str, str, str]:
    return (
        gettext("{name}, a new version of your playbook started on {date}."),
        gettext("{name}, a new version of your playbook starts today."),
        gettext("{name}, a new version of your playbook starts on {date}."),
    )


def _opening_with_behaviours(playbook: PlaybookAnnounced, *, today: date) -> str:
    if playbook.binds_from < today:
        return gettext("{name}, since {date} your playbook has been: {behaviours}")
    if playbook.binds_from == today:
        return gettext("{name}, from today your playbook is: {behaviours}")
    return gettext("{name}, from {date} your playbook is: {behaviours}")


def _facts(playbook: PlaybookAnnounced) -> str:
    """What the version asks for, or what it changes."""
    if playbook.follows is None:
        return filled(gettext("It asks for: {behaviours}"), behaviours=_behaviours(playbook))
    listed, left = playbook.changes[:_CHANGES_LISTED_MAX], len(playbook.changes) - _CHANGES_LISTED_MAX
    if not listed:
        return gettext("What counts stays the same.")
    if left <= 0:
        return " ".join(listed)
    more = ngettext("Your page lists {count} more change.", "Your page lists {count} more changes.", left)
    return f"{' '.join(listed)} {filled(more, count=left)}"


def _behaviours(playbook: PlaybookAnnounced) -> str:
    """What is asked for, and why the manager asks for it, as far as they say so."""
    behaviours = joined([f"{behaviour.label} ({behaviour.asks})" for behaviour in playbook.behaviours])
    reasons = [
        filled(gettext("{label}: “{reason}”"), label=behaviour.label, reason=behaviour.reason)
        for behaviour in playbook.behaviours
        if behaviour.reason
    ]
    return " ".join([f"{behaviours}.", *reasons])
