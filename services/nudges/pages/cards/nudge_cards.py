"""Make cards of nudges: what a manager or a rep sees of each."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from itertools import groupby
from typing import Final

from services.nudges.decide.policy.hold_text import hold_text
from services.nudges.domain.candidate import ANNOUNCEMENT_RULE
from services.nudges.domain.decision import NudgeStatus
from services.nudges.domain.feedback.answers import ANSWER_LABELS, allowed_answers, describe_answer
from services.nudges.domain.phrases import capitalized, clock_time, day_name, first_name, natural_name
from services.nudges.domain.working_time import local_day
from services.nudges.pages.cards.card import RESTORED, Card, FreshAnswer, PartOfCard, Reader
from services.nudges.pages.cards.split_message import own_lines
from services.nudges.pages.messages.stored_messages import GivenAnswer, Message, MessagePart
from services.nudges.pages.rendering import capitalize_first
from services.nudges.rules.catalogue import title_of
from shared.events import NudgeKind, PersonId
from shared.languages.messages import gettext, marked

_PART_RETRACTED: Final = marked("Based on the records as they are now, part of this message would not have been sent.")
YOU: Final = marked("You")
ANOTHER_MANAGER: Final = marked("Another manager")
_INBOX_CHANNEL: Final = "inbox"
_CHANNEL_LABELS: Final = {"personal": marked("personal message")}
"""Of the other channels, people see the name."""
_WAITING: Final = marked("to be checked again")
_DECIDED: Final = marked("decided")
_SENT: Final = marked("sent")
_TIMINGS: Final = {
    _WAITING: (marked("to be checked again at {time}"), marked("to be checked again at {time} {city} time")),
    _DECIDED: (marked("decided at {time}"), marked("decided at {time} {city} time")),
    _SENT: (marked("sent at {time}"), marked("sent at {time} {city} time")),
}
"""What became of a message, with the time for its recipient, and for others."""
_ABOUT_A_DAY: Final = frozenset({NudgeKind.CELEBRATION, NudgeKind.COACHING, NudgeKind.CORRECTION})
"""Such a message to a rep is about a day of theirs."""


@dataclass(frozen=True, kw_only=True, slots=True)
class DayOfCards:
    """`heading` is what the day is called."""

    heading: str
    cards: tuple[Card, ...]


def group_by_day(messages: Sequence[Message], reader: Reader) -> list[DayOfCards]:
    """Cards by the day on which they were, or will be, sent in the recipient's time zone; in the order of the messages."""
    return [_make_day(day, list(of_day), reader) for day, of_day in groupby(messages, key=_sent_day)]


def _make_day(day: date, messages: Sequence[Message], reader: Reader) -> DayOfCards:
    today = local_day(reader.now, messages[0].timezone)
    return DayOfCards(heading=capitalized(day_name(day, today=today)), cards=tuple(make_cards(messages, reader)))


def make_cards(messages: Iterable[Message], reader: Reader) -> Iterator[Card]:
    """In the order of the messages. An announcement that several reps received in the same words is one card."""
    groups: dict[tuple[str, ...], list[Message]] = {}
    for message in messages:
        if message.rule == ANNOUNCEMENT_RULE:
            key: tuple[str, ...] = (
                message.status,
                message.because,
                message.occasion,
                _what_became(message),
                _text_without_name(message),
            )
        else:
            key = (message.id,)
        groups.setdefault(key, []).append(message)
    for group in groups.values():
        yield _make_group_card(group, reader) if len(group) > 1 else _make_card(group[0], reader)


def _absences(message: Message, reader: Reader) -> tuple[tuple[str, str], ...]:
    """Only the manager who received the message is asked, and only while it holds."""
    address_of = reader.absence_address
    if address_of is None or message.person_id != reader.id or message.retracted_because:
        return ()
    return tuple(
        (gettext("Was {name} away?").format(name=natural_name(absence.rep.name)), address_of(absence))
        for absence in message.absences
    )


def _make_group_card(messages: Sequence[Message], reader: Reader) -> Card:
    first = messages[0]
    acknowledged = sorted(message.person_name for message in messages if message.is_acknowledged)
    not_acknowledged = sorted(message.person_name for message in messages if not message.is_acknowledged)
    recipients = ", ".join(sorted(message.person_name for message in messages))
    return replace(
        _make_card(first, reader),
        heading=recipients,
        recipient=recipients,
        first_name="",
        address="",
        text=capitalize_first(_text_without_name(first)),
        timing=gettext("waiting to be sent") if first.status == NudgeStatus.DEFERRED else gettext(_what_became(first)),
        acknowledged_by=", ".join(acknowledged),
        not_acknowledged_by=", ".join(not_acknowledged),
    )


def _text_without_name(message: Message) -> str:
    return message.text.removeprefix(f"{capitalized(first_name(message.person_name))}, ")


def _sent_day(message: Message) -> date:
    return local_day(message.send_at, message.timezone) if message.send_at is not None else message.day


def _make_card(message: Message, reader: Reader) -> Card:
    is_deferred, is_own = message.status == NudgeStatus.DEFERRED, message.person_id == reader.id
    is_announcement = message.rule == ANNOUNCEMENT_RULE
    is_part_retracted = any(part.is_retracted for part in message.parts)
    has_day = message.kind in _ABOUT_A_DAY
    return Card(
        id=message.id,
        heading=_heading(message, reader),
        recipient=gettext(YOU) if is_own else natural_name(message.person_name),
        first_name="" if is_own else first_name(message.person_name),
        address="" if is_own else reader.rep_address(message.person_id),
        day=_day_name(message, reader) if has_day else "",
        day_address=reader.day_address(message.person_id, message.day) if has_day else "",
        about=tuple(_about(message, reader)),
        kind=message.kind,
        title=gettext(title_of(message.rule)),
        text=own_lines(message.text, message),
        reason=own_lines(message.reason, message),
        timing=_timing(message, reader),
        clock=clock_time(message.send_at, message.timezone) if message.send_at is not None else "",
        deferred_because=hold_text(message.because) if is_deferred else "",
        channels="" if is_own else _channels(message),
        unsent_because=gettext(RESTORED) if message.is_unsent else "",
        retraction=message.retracted_because or (gettext(_PART_RETRACTED) if is_part_retracted else ""),
        acknowledged_by=message.person_name if message.is_acknowledged else "",
        not_acknowledged_by=message.person_name if is_announcement and not message.is_acknowledged else "",
        answers=tuple(_visible_answers(message, message.answers, reader)),
        buttons=_buttons(message, message.kind, message.answers, reader),
        absences=_absences(message, reader),
        is_retracted=bool(message.retracted_because),
        is_answered=_own_answer(message.answers, reader) is not None,
        is_new=is_own and not is_deferred and not message.is_opened,
        again=clock_time(message.again_at, message.timezone) if message.again_at is not None and is_own else "",
        fresh=_fresh(message.answers, reader),
        parts=tuple(_make_part(message, part, reader) for part in message.parts),
        thanks=reader.offers.get(message.id),
    )


def _make_part(message: Message, part: MessagePart, reader: Reader) -> PartOfCard:
    return PartOfCard(
        id=part.id,
        title=gettext(title_of(part.rule)),
        text=part.text,
        reason=part.reason,
        is_retracted=part.is_retracted,
        answers=tuple(_visible_answers(message, part.answers, reader)),
        buttons=_buttons(message, part.kind, part.answers, reader),
        is_answered=_own_answer(part.answers, reader) is not None,
        fresh=_fresh(part.answers, reader),
        thanks=reader.offers.get(part.id),
    )


def _day_name(message: Message, reader: Reader) -> str:
    return day_name(message.day, today=local_day(reader.now, message.timezone))


def _heading(message: Message, reader: Reader) -> str:
    if message.person_id != reader.id:
        return natural_name(message.person_name)
    names = [reader.names.get(rep_id, "") for rep_id in _reps_of(message, reader)]
    return natural_name(names[0]) if len(names) == 1 and names[0] else gettext(YOU)


def _about(message: Message, reader: Reader) -> Iterator[tuple[str, str]]:
    """The reps whom a message to the reader is about and whose pages they can open."""
    if message.person_id != reader.id:
        return
    for rep_id in _reps_of(message, reader):
        address = reader.rep_address(rep_id)
        if address and rep_id in reader.names:
            yield natural_name(reader.names[rep_id]), address


def _reps_of(message: Message, reader: Reader) -> Sequence[PersonId]:
    """Whom it is about, each once: the message of a morning names them all, a reminder alone is about one."""
    offer = reader.offers.get(message.id)
    if offer is not None and not message.parts:
        return [offer.rep_id]
    return list(dict.fromkeys(mention.id for mention in message.about))


def _own_answer(answers: Sequence[GivenAnswer], reader: Reader) -> GivenAnswer | None:
    return next((answer for answer in answers if answer.person_id == reader.id), None)


def _fresh(answers: Sequence[GivenAnswer], reader: Reader) -> FreshAnswer | None:
    own = _own_answer(answers, reader)
    if own is None or not own.can_be_undone(now=reader.now):
        return None
    return FreshAnswer(answer=own.answer, given_at=own.answered_at)


def _visible_answers(message: Message, answers: Sequence[GivenAnswer], reader: Reader) -> Iterator[tuple[str, str]]:
    """Who answered what. The recipient sees only their own answer. What the reader can still take back is shown apart."""
    for answer in answers:
        if answer.person_id == reader.id:
            if not answer.can_be_undone(now=reader.now):
                yield gettext(YOU), describe_answer(answer.answer, answer.reason)
        elif message.person_id != reader.id:
            is_recipient = answer.person_id == message.person_id
            name = message.person_name if is_recipient else gettext(ANOTHER_MANAGER)
            yield name, describe_answer(answer.answer, answer.reason)


def _buttons(message: Message, kind: NudgeKind, answers: Sequence[GivenAnswer], reader: Reader) -> tuple[tuple[str, str], ...]:
    """What the reader can still answer, with the labels."""
    if message.status == NudgeStatus.DEFERRED:
        return ()
    already = {answer.answer for answer in answers if answer.person_id == reader.id}
    allowed = allowed_answers(kind, is_recipient=message.person_id == reader.id)
    return tuple((answer.value, ANSWER_LABELS[answer]) for answer in allowed if answer not in already)


def _channels(message: Message) -> str:
    others = [channel for channel in message.delivered if channel != _INBOX_CHANNEL]
    return ", ".join(gettext(_CHANNEL_LABELS[channel]) if channel in _CHANNEL_LABELS else channel for channel in others)


def _what_became(message: Message) -> str:
    if message.status == NudgeStatus.DEFERRED:
        return _WAITING
    return _DECIDED if message.is_unsent else _SENT


def _timing(message: Message, reader: Reader) -> str:
    """`sent at 09:00` for the recipient, who is in that time zone; `sent at 09:00 Madrid time` for others."""
    became = _what_became(message)
    if message.send_at is None:
        return gettext(became)
    for_recipient, for_others = _TIMINGS[became]
    time = clock_time(message.send_at, message.timezone)
    if message.person_id == reader.id:
        return gettext(for_recipient).format(time=time)
    return gettext(for_others).format(time=time, city=_city(message.timezone))


def _city(timezone: str) -> str:
    return timezone.rpartition("/")[2].replace("_", " ")
