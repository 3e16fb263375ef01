"""What a manager or a colleague says to a rep: a sentence of their own, or thanks for what was done; and the message that
brings it."""

import hashlib
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final, NewType

from services.nudges.domain.candidate import THANKS_RULE, Candidate
from services.nudges.domain.phrases import day_noun, natural_name, sentence
from shared.events import NudgeId, NudgeKind, Person, PersonId, RepId
from shared.languages.grammar import filled
from shared.languages.messages import gettext

RecognitionId = NewType("RecognitionId", str)

TEXT_LENGTH_MAX: Final = 500
BY_COLLEAGUE_MAX: Final = 3
"""So often may one colleague write to one rep within a day: it is no chat."""
BY_COLLEAGUE_WITHIN: Final = timedelta(days=1)
_ID_HEX: Final = 32
_QUOTES_WITHIN: Final = str.maketrans("“”", "\u2018\u2019")


@dataclass(frozen=True, kw_only=True, slots=True)
class Occasion:
    """The nudge for which a manager thanks a rep. `about_day` is the rep's day that it is about, if it is about one. `facts`
    is a phrase that can be quoted; it is empty if there are none. `title` is the name of the nudge's rule."""

    nudge_id: NudgeId
    title: str
    about_day: date | None
    facts: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Recognition:
    """What somebody says to a rep: a manager of theirs, or with `is_from_colleague` somebody of their team. `text` is the
    sender's own sentence; empty for thanks alone. `about_day` and `facts` are those of the occasion as the sender saw them."""

    id: RecognitionId
    rep_id: RepId
    sender: Person
    nudge_id: NudgeId | None
    about_day: date | None
    facts: str
    text: str
    written_at: datetime
    is_from_colleague: bool = False


def make_recognition_id(sender_id: PersonId, rep_id: RepId, form: str) -> RecognitionId:
    """The same for the same form, however often it is sent. Nobody else's form has it."""
    return RecognitionId(hashlib.sha256(f"{sender_id}/{rep_id}/{form}".encode()).hexdigest()[:_ID_HEX])


def thanks_candidate(recognition: Recognition, *, today: date) -> Candidate:
    """The message to the rep, as worded on a day of theirs."""
    name = natural_name(recognition.sender.name)
    if recognition.text:
        text = recognition.text.translate(_QUOTES_WITHIN)
        message = filled(gettext("{name} wrote to you: “{text}”"), name=name, text=text)
        reason = _reason(recognition, name, today=today)
    else:
        message = thanks_sentence(recognition.about_day, recognition.facts, sender=name, today=today)
        reason = filled(gettext("{name} sent this. Daymark is just passing it on."), name=name)
    return Candidate(
        rule=THANKS_RULE,
        kind=NudgeKind.THANKS,
        occasion=recognition.id,
        wordings=(message,),
        reason=reason,
        sender=recognition.sender,
    )


def thanks_sentence(about_day: date | None, facts: str, *, sender: str = "", today: date) -> str:
    """`Mara says thank you for Tuesday: 6 of 6 calls.`; without a sender and facts `Thank you for Tuesday.`"""
    day = day_noun(about_day, today=today) if about_day is not None else ""
    text = _thanks_of(bool(day), bool(facts)) if sender else _thanks(bool(day), bool(facts))
    return sentence(filled(text, name=sender, day=day, facts=facts))


def _thanks(has_day: bool, has_facts: bool) -> str:
    if has_day:
        return gettext("thank you for {day}: {facts}") if has_facts else gettext("thank you for {day}")
    return gettext("thank you: {facts}") if has_facts else gettext("thank you")


def _thanks_of(has_day: bool, has_facts: bool) -> str:
    if has_day:
        return gettext("{name} says thank you for {day}: {facts}") if has_facts else gettext("{name} says thank you for {day}")
    return gettext("{name} says thank you: {facts}") if has_facts else gettext("{name} says thank you")


def occasion_phrase(occasion: Recognition | Occasion, *, today: date) -> str:
    """What is thanked for: `Tuesday: 6 of 6 calls`, or the facts alone; empty for nothing in particular."""
    day = day_noun(occasion.about_day, today=today) if occasion.about_day is not None else ""
    return ": ".join(part for part in (day, occasion.facts) if part)


def _reason(recognition: Recognition, name: str, *, today: date) -> str:
    occasion = occasion_phrase(recognition, today=today)
    if not occasion:
        text = gettext("{name} wrote this. Daymark is just passing it on.")
    elif recognition.about_day is not None:
        text = gettext("{name} wrote this about {occasion}. Daymark is just passing it on.")
    else:
        text = gettext("{name} wrote this about your recent work: {occasion}. Daymark is just passing it on.")
    return filled(text, name=name, occasion=occasion)
