"""Nudges as cards: what managers and reps see of one."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from itertools import groupby
from typing import Final
from zoneinfo import ZoneInfo

from services.nudges.domain.answers import ANSWER_WORDS, answers_open, in_words
from services.nudges.domain.phrases import clock_time, first_name, weekday
from services.nudges.pages.list_nudges import GivenAnswer, InboxItem, Part
from shared.events import NudgeKind
from shared.requests.nudges import NudgeRow

_RULE_NAMES: Final = {
    "step_reached": "Step reached",
    "step_lowered": "Shorter steps",
    "comeback": "Comeback",
    "streak": "Streak",
    "personal_best": "Personal best",
    "small_win": "Small win",
    "steady_week": "Steady week",
    "plan_done": "Plan done",
    "team_day": "Team day",
    "drop": "Drop",
    "ratio": "Ratio",
    "day_plan": "Day plan",
    "one_thing": "One thing",
    "quiet_afternoon": "Quiet afternoon",
    "pace": "Pace",
    "playbook": "Definition",
    "correction": "Correction",
    "recognition_due": "Recognition due",
    "weekly_brief": "Weekly brief",
    "digest": "Digest",
}
_HELD: Final = "held"


@dataclass(frozen=True, kw_only=True, slots=True)
class Line:
    """A nudge that was said in the message of another, with what was and may be said of it."""

    id: str
    text: str
    holds: bool
    reason: str
    answered: tuple[tuple[str, str], ...]
    buttons: tuple[tuple[str, str], ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class Card:
    """One nudge on the page, or one definition and everybody who was told of it in the same words. `text` is its own, and
    `holds` whether it still does; `answered` is who said what of it, and `buttons` what the reader may say. `others` were said
    in its message."""

    id: str
    rep: str
    kind: str
    rule: str
    text: str
    reason: str
    when: str
    held_because: str
    channels: str
    revised: str = ""
    read_by: str = ""
    not_read_by: str = ""
    answered: tuple[tuple[str, str], ...] = ()
    buttons: tuple[tuple[str, str], ...] = ()
    holds: bool = True
    others: tuple[Line, ...] = ()

    @property
    def ids(self) -> tuple[str, ...]:
        """Of every nudge on it."""
        return self.id, *(other.id for other in self.others)

    def paths(self, token: str) -> dict[str, str]:
        """Where each is answered, seen from the page of the reader that opens with the token."""
        return {nudge: f"{token}/answer/{nudge}" for nudge in self.ids}


@dataclass(frozen=True, kw_only=True, slots=True)
class DayOfCards:
    heading: str
    cards: tuple[Card, ...]


def days_of(items: Sequence[InboxItem], *, reader: str) -> list[DayOfCards]:
    """Cards for a person by the day on which they were, or are to be, sent in the rep's own zone; newest first."""
    days = groupby(items, key=_sent_day)
    return [DayOfCards(heading=_heading(day), cards=tuple(cards_of(group, reader=reader))) for day, group in days]


def cards_of(items: Iterable[InboxItem], *, reader: str) -> Iterator[Card]:
    """In order. What a whole team is told in the same words is one card."""
    together: dict[tuple[str, ...], list[InboxItem]] = {}
    for item in items:
        row = item.row
        is_alone = row.kind != NudgeKind.ANNOUNCEMENT
        key = (row.id,) if is_alone else (row.status, row.because, row.occasion, _without_name(row))
        together.setdefault(key, []).append(item)
    return (
        _card(group[0], reader=reader) if len(group) == 1 else _card_of_many(group, reader=reader)
        for group in together.values()
    )


def _card_of_many(group: Sequence[InboxItem], *, reader: str) -> Card:
    said = _without_name(group[0].row)
    names = sorted(item.row.person_name for item in group)
    one = _card(group[0], reader=reader)
    read = [item.row.person_name for item in group if item.acknowledged]
    unread = [item.row.person_name for item in group if not item.acknowledged]
    return replace(
        one,
        rep=", ".join(names),
        text=said[:1].upper() + said[1:],
        when="waits" if group[0].row.status == _HELD else "sent",
        read_by=", ".join(sorted(read)),
        not_read_by=", ".join(sorted(unread)),
    )


def _without_name(row: NudgeRow) -> str:
    return row.text.removeprefix(f"{first_name(row.person_name)}, ")


def _sent_day(item: InboxItem) -> date:
    return _local_date(item) or item.row.day


def _local_date(item: InboxItem) -> date | None:
    sent = item.row.send_at
    return sent.astimezone(ZoneInfo(item.timezone)).date() if sent is not None else None


def _heading(day: date) -> str:
    return f"{weekday(day)}, {day.day} {day:%B %Y}"


def _card(item: InboxItem, *, reader: str) -> Card:
    row = item.row
    is_told = row.kind == NudgeKind.ANNOUNCEMENT
    at = f"{clock_time(row.send_at, item.timezone)} {_zone_name(item)}" if row.send_at is not None else ""
    return Card(
        id=row.id,
        rep="You" if row.person == reader else row.person_name,
        kind=row.kind,
        rule=_RULE_NAMES.get(row.rule, row.rule),
        text=_own(row.text, item),
        reason=_own(row.reason, item),
        when=f"waits until {at}" if row.status == _HELD else f"sent {at}",
        held_because=row.because if row.status == _HELD else "",
        revised=row.revised
        or ("By what is recorded now it would not have been said." if any(part.is_revised for part in item.parts) else ""),
        holds=not row.revised,
        channels=", ".join(channel for channel in row.delivered if channel != "inbox"),
        read_by=row.person_name if item.acknowledged else "",
        not_read_by=row.person_name if is_told and not item.acknowledged else "",
        answered=tuple(_answers_seen(item, item.answers, reader=reader)),
        buttons=_buttons(item, NudgeKind(row.kind), item.answers, reader=reader),
        others=tuple(_line(item, part, reader=reader) for part in item.parts),
    )


def _line(item: InboxItem, part: Part, *, reader: str) -> Line:
    return Line(
        id=part.id,
        text=part.text,
        holds=not part.is_revised,
        reason=part.reason,
        answered=tuple(_answers_seen(item, part.answers, reader=reader)),
        buttons=_buttons(item, part.kind, part.answers, reader=reader),
    )


def _own(lines: str, item: InboxItem) -> str:
    """What of the text or the reason of a message is its first nudge's own: the others have a line each."""
    return "\n".join(lines.split("\n")[: -len(item.parts) or None])


def _answers_seen(item: InboxItem, answers: Sequence[GivenAnswer], *, reader: str) -> Iterator[tuple[str, str]]:
    """Who said what: whom it was said to sees only what they said themselves."""
    for one in answers:
        if one.person_id == reader:
            yield "You", in_words(one.answer, one.reason)
        elif item.row.person != reader:
            who = item.row.person_name if one.person_id == item.row.person else one.person_id
            yield who, in_words(one.answer, one.reason)


def _buttons(item: InboxItem, kind: NudgeKind, answers: Sequence[GivenAnswer], *, reader: str) -> tuple[tuple[str, str], ...]:
    """What may still be said, with the words for it."""
    if item.row.status == _HELD:
        return ()
    said = {one.answer for one in answers if one.person_id == reader}
    is_said_to_them = item.row.person == reader
    may_be_said = answers_open(kind, is_said_to_them=is_said_to_them)
    return tuple((one.value, ANSWER_WORDS[one]) for one in may_be_said if one not in said)


def _zone_name(item: InboxItem) -> str:
    return item.timezone.rpartition("/")[2].replace("_", " ") + " time"
