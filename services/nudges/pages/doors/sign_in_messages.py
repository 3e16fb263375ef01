"""Sends somebody a link to sign in, on the way that they prefer."""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final

import asyncpg
import structlog

from services.nudges.access.operators import find_operator
from services.nudges.access.roster_today import FindPerson
from services.nudges.access.sessions import Origin
from services.nudges.access.sign_in_links import SignInLink, add_sign_in_link, has_had_enough
from services.nudges.deliver.channel import Delivered
from services.nudges.deliver.channels.personal import PersonalChannel
from services.nudges.deliver.personal.contact_states import record_attempts
from services.nudges.deliver.personal.transport import MessagePart, PersonalMessage, nudge_without_rule, personal_message
from services.nudges.links import Links
from services.nudges.metrics import NudgesMetrics
from services.nudges.preferences.stored_preferences import find_language
from shared.events import Person, PersonId
from shared.languages.current import using_language
from shared.languages.messages import gettext, marked
from shared.reach import Contacts
from shared.transient_errors import TRANSIENT_ERRORS

_log = structlog.get_logger()
_SUBJECT: Final = marked("Sign in to Daymark")
_TEXT: Final = marked("Here's your link to sign in to Daymark. It works once, within 15 minutes.")
_REASON: Final = marked(
    "Somebody, most likely you, asked for it on the sign-in page. If it wasn't you, you don't need to do anything: without "
    "this message nobody can sign in as you."
)


@dataclass(frozen=True, kw_only=True, slots=True)
class Recipient:
    """Who asks to sign in, as the roster has them at this moment, or as an operator was added."""

    person_id: PersonId
    name: str
    contacts: Contacts


class SignInMessages:
    """Without a `channel` to individuals nothing can be sent."""

    def __init__(
        self,
        pool: asyncpg.Pool,
        links: Links,
        metrics: NudgesMetrics,
        *,
        channel: PersonalChannel | None,
        find_person: FindPerson,
    ) -> None:
        self._pool = pool
        self._links = links
        self._metrics = metrics
        self._channel = channel
        self._find_person = find_person

    @property
    def can_send(self) -> bool:
        return self._channel is not None

    async def find_recipient(self, typed: str, *, is_email: bool = False) -> Recipient | None:
        """Whom somebody means who typed this; None if it is nobody who may sign in. With `is_email` only an email counts.

        Raises:
            NoResponder, Refused: scoring cannot answer now.
        """
        operator = await find_operator(self._pool, PersonId(typed.strip().lower()))  # always, so that it takes as long
        named = await self._find_person(typed, is_email=is_email)
        if named.person is not None:
            return Recipient(person_id=named.person, name=named.name, contacts=Contacts(contacts=named.contacts))
        if operator is None or not operator.contacts:
            return None
        return Recipient(person_id=operator.id, name=operator.name, contacts=Contacts(contacts=operator.contacts))

    async def send(self, recipient: Recipient, next_path: str, now: datetime) -> None:
        """Make a link and send it, in the language that its person has chosen, or else in that of the page where somebody asked
        for it. Whoever asked is not told what becomes of it: the log, the metrics and `daymark people list`
        are. A link that cannot be sent is gone, and its person asks for another."""
        assert self._channel is not None, "nobody is offered a link that cannot be sent"
        try:
            outcome = await self._send(self._channel, recipient, next_path, now=now)
        except TRANSIENT_ERRORS as failed:
            outcome = "unreachable"
            _log.warning("sign_in_link_not_sent", error=type(failed).__name__)
        self._metrics.sign_ins.labels(outcome).inc()

    async def _send(self, channel: PersonalChannel, recipient: Recipient, next_path: str, *, now: datetime) -> str:
        person_id = recipient.person_id
        async with self._pool.acquire() as connection, connection.transaction():
            if await has_had_enough(connection, person_id, now=now):
                return "too_many"
            link = SignInLink(person_id=person_id, origin=Origin.MESSAGE, next_path=next_path)
            token = await add_sign_in_link(connection, link, now=now)
        with using_language(await find_language(self._pool, person_id)):
            message = _message(recipient, self._links.sign_in_url(token), now=now)
            outcome = await channel.send_message(message, recipient.contacts)
        async with self._pool.acquire() as connection, connection.transaction():
            await record_attempts(connection, person_id, outcome.tried, now=now)
        if isinstance(outcome, Delivered):
            return "link_sent"
        _log.warning("sign_in_link_not_sent", error=outcome.error)
        return "unreachable"


def _message(recipient: Recipient, url: str, *, now: datetime) -> PersonalMessage:
    text, reason = gettext(_TEXT), gettext(_REASON)
    person = Person(id=recipient.person_id, name=recipient.name)
    nudge = nudge_without_rule(person, name="sign_in", text=text, reason=reason, now=now, url=url)
    part = MessagePart(nudge_id=nudge.id, paragraphs=(text,), answers=())
    message = personal_message(nudge, stop_url="")
    return replace(message, subject=gettext(_SUBJECT), parts=(part,), link_label=gettext("Sign in"))
