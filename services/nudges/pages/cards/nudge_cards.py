"""Nudges as cards: what a manager or a rep sees of each."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from itertools import groupby
from typing import Final
from zoneinfo import ZoneInfo

from services.nudges.domain.candidate import ANNOUNCEMENT_RULE
from services.nudges.domain.decision import NudgeStatus
from services.nudges.domain.feedback.answers import ANSWER_LABELS, allowed_answers, describe_answer
from services.nudges.domain.phrases import capitalized, clock_time, day_and_month, first_name, natural_name
from services.nudges.pages.messages.stored_messages import GivenAnswer, Message, MessagePart
from services.nudges.pages.rendering import capitalize_first
from services.nudges.rules.catalogue import title_of
from shared.events import NudgeId, NudgeKind, PersonId, PossibleAbsence

_PART_RETRACTED: Final = "Based on the records as they are now, part of this message would not have been sent."

RESTORED: Final = "Daymark was restored from a backup, and this may have been sent before."


@dataclass(frozen=True, kw_only=True, slots=True)
class ThanksOffer:
    """A manager can thank a rep for a nudge: with one click, or with words of their own at an `address`. `name` is the rep's
    first name. `is_thanked`: they have."""

    name: str
    address: str
    is_thanked: bool


@dataclass(frozen=True, kw_only=True, slots=True)
class PartOfCard:
    """A nudge that was bundled into the message of a card. `answers` are pairs of who and what, `buttons` pairs of the answer
    and its label."""

    id: NudgeId
    text: str
    reason: str
    is_retracted: bool
    answers: tuple[tuple[str, str], ...]
    buttons: tuple[tuple[str, str], ...]
    thanks: ThanksOffer | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Card:
    """One nudge on a page, or one announcement that several reps received in the same words.

    `text` and `reason` are the nudge's own, without its `parts`. `is_retracted` concerns the nudge itself, and `retraction`
    explains what does not hold of the whole message. `answers` are pairs of who and what, `buttons` pairs of the answer and its
    label, and `absences` pairs of a question to the manager and the address where it is answered.
    """

    id: NudgeId
    recipient: str
    kind: NudgeKind
    title: str
    text: str
    reason: str
    timing: str
    deferred_because: str
    channels: str
    retraction: str = ""
    unsent_because: str = ""
    acknowledged_by: str = ""
    not_acknowledged_by: str = ""
    answers: tuple[tuple[str, str], ...] = ()
    buttons: tuple[tuple[str, str], ...] = ()
    absences: tuple[tuple[str, str], ...] = ()
    is_retracted: bool = False
    parts: tuple[PartOfCard, ...] = ()
    thanks: ThanksOffer | None = None

    @property
    def nudge_ids(self) -> tuple[NudgeId, ...]:
        """The ids of all nudges on the card."""
        return self.id, *(part.id for part in self.parts)

    def answer_paths(self, token: str) -> dict[NudgeId, str]:
        """Where each nudge is answered, relative to the reader's page that opens with this token."""
        return {nudge_id: f"{token}/answer/{nudge_id}" for nudge_id in self.nudge_ids}


@dataclass(frozen=True, kw_only=True, slots=True)
class DayOfCards:
    heading: str
    cards: tuple[Card, ...]


AbsenceAddress = Callable[[PossibleAbsence], str]
"""Where the reader can enter an absence, relative to the reader's page."""
ThanksOffers = Mapping[NudgeId, ThanksOffer]
"""For which nudges the reader can thank somebody."""
_NO_OFFERS: Final[ThanksOffers] = {}


def group_by_day(
    messages: Sequence[Message],
    *,
    reader: PersonId,
    absence_address: AbsenceAddress | None = None,
    offers: ThanksOffers = _NO_OFFERS,
) -> list[DayOfCards]:
    """Cards by the day on which they were, or will be, sent in the recipient's time zone; in the order of the messages."""
    return [
        DayOfCards(
            heading=_heading(day),
            cards=tuple(make_cards(of_day, reader=reader, absence_address=absence_address, offers=offers)),
        )
        for day, of_day in groupby(messages, key=_sent_day)
    ]


def make_cards(
    messages: Iterable[Message],
    *,
    reader: PersonId,
    absence_address: AbsenceAddress | None = None,
    offers: ThanksOffers = _NO_OFFERS,
) -> Iterator[Card]:
    """In the order of the messages. An announcement that several reps received in the same words is one card."""
    groups: dict[tuple[str, ...], list[Message]] = {}
    for message in messages:
        if message.rule == ANNOUNCEMENT_RULE:
            key: tuple[str, ...] = (
                message.status,
                message.because,
                message.occasion,
                _verb(message),
                _text_without_name(message),
            )
        else:
            key = (message.id,)
        groups.setdefault(key, []).append(message)
    for group in groups.values():
        if len(group) > 1:
            yield _make_group_card(group)
            continue
        card = _with_offers(_make_card(group[0], reader=reader), offers)
        yield card if absence_address is None else replace(card, absences=_absences(group[0], reader, absence_address))


def _with_offers(card: Card, offers: ThanksOffers) -> Card:
    parts = tuple(replace(part, thanks=offers.get(part.id)) for part in card.parts)
    return replace(card, parts=parts, thanks=offers.get(card.id))


def _absences(message: Message, reader: PersonId, absence_address: AbsenceAddress) -> tuple[tuple[str, str], ...]:
    """Only the manager who received the message is asked, and only while it holds."""
    if message.person_id != reader or message.retracted_because:
        return ()
    return tuple((f"Was {natural_name(absence.rep.name)} away?", absence_address(absence)) for absence in message.absences)


def _make_group_card(messages: Sequence[Message]) -> Card:
    first = messages[0]
    acknowledged = sorted(message.person_name for message in messages if message.is_acknowledged)
    not_acknowledged = sorted(message.person_name for message in messages if not message.is_acknowledged)
    return replace(
        _make_card(first, reader=None),
        recipient=", ".join(sorted(message.person_name for message in messages)),
        text=capitalize_first(_text_without_name(first)),
        timing="waiting to be sent" if first.status == NudgeStatus.DEFERRED else _verb(first),
        acknowledged_by=", ".join(acknowledged),
        not_acknowledged_by=", ".join(not_acknowledged),
    )


def _text_without_name(message: Message) -> str:
    return message.text.removeprefix(f"{capitalized(first_name(message.person_name))}, ")


def _sent_day(message: Message) -> date:
    return message.send_at.astimezone(ZoneInfo(message.timezone)).date() if message.send_at is not None else message.day


def _heading(day: date) -> str:
    return f"{day_and_month(day)} {day.year}"


def _make_card(message: Message, *, reader: PersonId | None) -> Card:
    is_deferred = message.status == NudgeStatus.DEFERRED
    is_announcement = message.rule == ANNOUNCEMENT_RULE
    is_part_retracted = any(part.is_retracted for part in message.parts)
    return Card(
        id=message.id,
        recipient="You" if message.person_id == reader else message.person_name,
        kind=message.kind,
        title=title_of(message.rule),
        text=_own_lines(message.text, message),
        reason=_own_lines(message.reason, message),
        timing=f"{_verb(message)} {_time(message, reader=reader)}".rstrip(),
        deferred_because=message.because if is_deferred else "",
        channels=", ".join(channel for channel in message.delivered if channel != "inbox"),
        unsent_because=RESTORED if message.is_unsent else "",
        retraction=message.retracted_because or (_PART_RETRACTED if is_part_retracted else ""),
        acknowledged_by=message.person_name if message.is_acknowledged else "",
        not_acknowledged_by=message.person_name if is_announcement and not message.is_acknowledged else "",
        answers=tuple(_visible_answers(message, message.answers, reader=reader)),
        buttons=_buttons(message, message.kind, message.answers, reader=reader),
        is_retracted=bool(message.retracted_because),
        parts=tuple(_make_part(message, part, reader=reader) for part in message.parts),
    )


def _make_part(message: Message, part: MessagePart, *, reader: PersonId | None) -> PartOfCard:
    return PartOfCard(
        id=part.id,
        text=part.text,
        reason=part.reason,
        is_retracted=part.is_retracted,
        answers=tuple(_visible_answers(message, part.answers, reader=reader)),
        buttons=_buttons(message, part.kind, part.answers, reader=reader),
    )


def _own_lines(lines: str, message: Message) -> str:
    """The lines of the first nudge: each part has one line after them."""
    return "\n".join(lines.split("\n")[: -len(message.parts) or None])


def _visible_answers(message: Message, answers: Sequence[GivenAnswer], *, reader: PersonId | None) -> Iterator[tuple[str, str]]:
    """Who answered what. The recipient sees only their own answer."""
    for answer in answers:
        if answer.person_id == reader:
            yield "You", describe_answer(answer.answer, answer.reason)
        elif message.person_id != reader:
            is_recipient = answer.person_id == message.person_id
            yield message.person_name if is_recipient else answer.person_id, describe_answer(answer.answer, answer.reason)


def _buttons(
    message: Message, kind: NudgeKind, answers: Sequence[GivenAnswer], *, reader: PersonId | None
) -> tuple[tuple[str, str], ...]:
    """What the reader can still answer, with the labels."""
    if message.status == NudgeStatus.DEFERRED:
        return ()
    already = {answer.answer for answer in answers if answer.person_id == reader}
    allowed = allowed_answers(kind, is_recipient=message.person_id == reader)
    return tuple((answer.value, ANSWER_LABELS[answer]) for answer in allowed if answer not in already)


def _verb(message: Message) -> str:
    if message.status == NudgeStatus.DEFERRED:
        return "to be checked again"
    return "decided" if message.is_unsent else "sent"


def _time(message: Message, *, reader: PersonId | None) -> str:
    """`at 09:00` for the recipient, who is in that time zone; `at 09:00 Madrid time` for others."""
    if message.send_at is None:
        return ""
    at = f"at {clock_time(message.send_at, message.timezone)}"
    return at if message.person_id == reader else f"{at} {_city(message.timezone)} time"


def _city(timezone: str) -> str:
    return timezone.rpartition("/")[2].replace("_", " ")
