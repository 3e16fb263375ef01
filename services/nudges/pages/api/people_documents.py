"""The documents about people: whom somebody may ask about, and what a rep was sent."""

from collections.abc import Iterable
from datetime import date, datetime

from services.nudges.domain.roster.access import Action, RosterToday, may
from services.nudges.pages.messages.stored_messages import Message
from shared.events import NudgeId, NudgeKind, PersonId, RepId, TeamId
from shared.requests.endpoint import Schema


class PersonDocument(Schema):
    """A rep of today's roster whose days and messages the reader may see."""

    id: RepId
    name: str
    team: TeamId


class PersonDocumentList(Schema):
    """By id."""

    people: tuple[PersonDocument, ...]


class NudgeDocument(Schema):
    """One message to a rep, with its reason. `send_at` is when it was sent, or is to be; `holds` is False once late data has
    made it false. What people answered is not shown."""

    id: NudgeId
    rule: str
    kind: NudgeKind
    day: date
    text: str
    reason: str
    status: str
    send_at: datetime | None
    holds: bool


class NudgeDocumentList(Schema):
    """What a rep was sent, the newest first; without announcements, and without what people wrote."""

    rep: RepId
    nudges: tuple[NudgeDocument, ...]


def people_document(reader_id: PersonId, today: RosterToday) -> PersonDocumentList:
    """Everybody whom the reader may ask about."""
    return PersonDocumentList(
        people=tuple(
            PersonDocument(id=RepId(person.id), name=person.name, team=person.team)
            for _, person in sorted(today.people.items())
            if person.team is not None and may(reader_id, Action.SEE_REP, person.id, today)
        )
    )


def nudges_document(rep_id: RepId, messages: Iterable[Message]) -> NudgeDocumentList:
    """These messages."""
    return NudgeDocumentList(
        rep=rep_id,
        nudges=tuple(
            NudgeDocument(
                id=message.id,
                rule=message.rule,
                kind=message.kind,
                day=message.day,
                text=message.text,
                reason=message.reason,
                status=message.status,
                send_at=message.send_at,
                holds=not message.retracted_because,
            )
            for message in messages
        ),
    )
