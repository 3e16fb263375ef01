"""What every transport promises, and what it is given to send."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final, Protocol
from uuid import uuid4

from services.nudges.deliver.channel import Delivered, GiveUp, TryLater
from services.nudges.deliver.personal.neutral_text import neutral, neutral_line
from services.nudges.domain.candidate import DISPUTES_RULE, NEW_DISPUTES_RULE
from services.nudges.domain.feedback.answers import Answer, allowed_answers
from services.nudges.domain.phrases import first_name, natural_name
from shared.events import Nudge, NudgeId, NudgeKind, Person, PersonId, PossibleThanks, Rep, Team, TeamId
from shared.languages.messages import gettext, marked
from shared.reach import Contacts

ALWAYS_SENT: Final = frozenset({NudgeKind.ANNOUNCEMENT, NudgeKind.CORRECTION})
"""What binds a person, and what was wrong about them, reaches them whatever they want."""
SETTINGS_LABEL: Final = marked("Choose which messages you get")
ANSWER_LABEL: Final = marked("Answer, or say that something is wrong")
THANKS_LABEL: Final = marked("Say thank you, or answer")
_LINK_LABELS: Final = {
    NudgeKind.RECOGNITION: THANKS_LABEL,
    NudgeKind.ANNOUNCEMENT: marked("Read it and confirm"),
    NudgeKind.CORRECTION: marked("See it on your page"),
    NudgeKind.THANKS: marked("Read it on your page"),
}
"""What the link to the page of a message says, where it is not for an answer."""
_SUBJECT_LENGTH_MIN: Final = 20
_DISPUTES_LABEL: Final = marked("Answer the disputes in your inbox")
_SUBJECT_LENGTH_MAX: Final = 90
_NAME_LENGTH_MAX: Final = 80
_FIRST_NAME_LENGTH_MAX: Final = 40


@dataclass(frozen=True, kw_only=True, slots=True)
class MessageLink:
    """Something that the reader can do about the message, on a page of its own."""

    label: str
    url: str


@dataclass(frozen=True, kw_only=True, slots=True)
class MessageThanks:
    """A rep to whom the reader can write, prompted by a nudge. `link` opens the page for it; without a secret for links it
    leads nowhere."""

    nudge_id: NudgeId
    first_name: str
    link: MessageLink


@dataclass(frozen=True, kw_only=True, slots=True)
class MessagePart:
    """One nudge of a message, with its own lines of the text and what its person can answer."""

    nudge_id: NudgeId
    paragraphs: tuple[str, ...]
    answers: tuple[Answer, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class PersonalMessage:
    """One nudge as its person reads it, in their language. `paragraphs` are plain text, and so is everything else; the
    `parts`, at least one, are the nudges that they belong to. `links` are what else the reader can do, also those for writing
    to the reps of `thanks`. `url` opens its page, and `stop_url` the page on which the person chooses what they get and stops
    mail; each is empty if there is none. One that `is_binding` is sent whatever they want. `message_id` is another one only if
    the person asked to get the message again: a mailbox would hide a second one with the same id. `nudge_json` is the nudge
    itself, for programs, with `stop_url` as its `settings_url`."""

    nudge_id: str
    message_id: str
    name: str
    subject: str
    paragraphs: tuple[str, ...]
    parts: tuple[MessagePart, ...]
    reason: tuple[str, ...]
    url: str
    stop_url: str
    is_binding: bool
    nudge_json: str
    link_label: str
    links: tuple[MessageLink, ...] = ()
    thanks: tuple[MessageThanks, ...] = ()


def nudge_without_rule(person: Person, *, name: str, text: str, reason: str, now: datetime, url: str = "") -> Nudge:
    """A message that comes of no rule, such as a test. It is sent whatever the person wants, with an id that no nudge has, and
    stored nowhere."""
    return Nudge(
        id=NudgeId(f"{name.replace('_', '-')}-{uuid4()}"),
        kind=NudgeKind.CORRECTION,
        rule=name,
        person=person,
        team=Team(id=TeamId(""), name=""),
        occasion=name,
        day=now.date(),
        text=text,
        reason=reason,
        playbook_from=None,
        revision=0,
        decided_at=now,
        send_at=now,
        url=url,
    )


def personal_message(nudge: Nudge, *, stop_url: str) -> PersonalMessage:
    """What stands around the nudge is in the language that is used now. The first sentence of the message is its subject."""
    paragraphs = _lines(nudge.text)
    first = paragraphs[0] if paragraphs else nudge.rule
    return PersonalMessage(
        nudge_id=nudge.id,
        message_id=f"{nudge.id}.{nudge.send_at.astimezone(UTC):%Y%m%d%H%M%S}",
        name=neutral_line(nudge.person.name, length_max=_NAME_LENGTH_MAX),
        subject=_subject(_first_sentence(_opening(first, nudge.kind))),
        paragraphs=paragraphs,
        parts=tuple(
            MessagePart(nudge_id=part.id, paragraphs=_lines(part.text), answers=allowed_answers(part.kind, is_recipient=True))
            for part in nudge.parts or (nudge,)
        ),
        reason=_lines(nudge.reason),
        url=nudge.url,
        stop_url=stop_url,
        is_binding=nudge.kind in ALWAYS_SENT,
        nudge_json=_nudge_json(nudge, stop_url=stop_url),
        link_label=_link_label(nudge),
        links=tuple(_links(nudge)),
        thanks=tuple(_thanks(due) for due in nudge.thanks),
    )


def _nudge_json(nudge: Nudge, *, stop_url: str) -> str:
    """Without a secret for links there is no page."""
    return json.dumps(nudge.model_dump(mode="json") | ({"settings_url": stop_url} if stop_url else {}), ensure_ascii=False)


def _link_label(nudge: Nudge) -> str:
    """A message that begins with disputes leads to the manager's inbox."""
    if nudge.rule in (DISPUTES_RULE, NEW_DISPUTES_RULE):
        return gettext(_DISPUTES_LABEL)
    return gettext(_LINK_LABELS.get(nudge.kind, ANSWER_LABEL))


def _links(nudge: Nudge) -> Iterator[MessageLink]:
    """Without a secret for links there are none."""
    for absence in nudge.absences:
        if absence.url:
            yield MessageLink(label=gettext("Enter an absence of {name}").format(name=_full_name(absence.rep)), url=absence.url)
    for due in nudge.thanks:
        if due.url:
            yield _thanks(due).link


def _thanks(due: PossibleThanks) -> MessageThanks:
    return MessageThanks(
        nudge_id=due.nudge_id,
        first_name=neutral_line(first_name(due.rep.name), length_max=_FIRST_NAME_LENGTH_MAX),
        link=MessageLink(label=gettext("Write to {name}").format(name=_full_name(due.rep)), url=due.url),
    )


def _full_name(rep: Rep) -> str:
    return neutral_line(natural_name(rep.name), length_max=_NAME_LENGTH_MAX)


def _opening(text: str, kind: NudgeKind) -> str:
    """Of thanks, who says them: a subject is read on locked screens, and what a manager wrote is for the rep alone."""
    return text.partition(":")[0] if kind is NudgeKind.THANKS else text


def _lines(text: str) -> tuple[str, ...]:
    return tuple(line for line in neutral(text).splitlines() if line)


def _first_sentence(text: str) -> str:
    """Up to the first full stop, exclamation or question mark that a space follows."""
    ends = [at for mark in (". ", "! ", "? ") if (at := text.find(mark)) > 0]
    return text[: min(ends) + 1].removesuffix(".") if ends else text.removesuffix(".")


def _subject(sentence: str) -> str:
    """The sentence. One that is too long ends before its last colon or semicolon that fits, or else between two words."""
    begins = [at for mark in (": ", "; ") if (at := sentence.rfind(mark, _SUBJECT_LENGTH_MIN, _SUBJECT_LENGTH_MAX)) > 0]
    if len(sentence) > _SUBJECT_LENGTH_MAX and begins:
        sentence = sentence[: max(begins)]
    return neutral_line(sentence, length_max=_SUBJECT_LENGTH_MAX)


class Directory(Protocol):
    """Where each person is reached."""

    async def find_contacts(self, nudge: Nudge) -> Contacts:
        """How the person of a nudge can be reached with it.

        Raises:
            NoResponder, Refused: the roster cannot be asked now.
        """

    async def language_of(self, person_id: PersonId) -> str:
        """The language in which a person reads messages."""

    def stop_url(self, nudge: Nudge) -> str:
        """Where the person of a nudge stops mail; empty if no link can be signed."""


TransportOutcome = Delivered | TryLater | GiveUp


class Transport(Protocol):
    """One of `shared.reach.TRANSPORTS`, as this installation has it."""

    name: str

    async def send(self, message: PersonalMessage, address: str) -> TransportOutcome:
        """Try to send to one address, once. Sent again, the message carries the same id."""
