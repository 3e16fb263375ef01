"""Where each person is reached: what the roster says today, less what the person does not want."""

from typing import Final

import asyncpg
from nats.aio.client import Client

from services.nudges.deliver.personal.mail_stops import has_stopped_mail
from services.nudges.deliver.personal.transport import ALWAYS_SENT
from services.nudges.domain.feedback.preferences import NO_PREFERENCE, Preference
from services.nudges.domain.working_time import local_day
from services.nudges.links import Links
from services.nudges.preferences.reader_language import language_of
from services.nudges.preferences.stored_preferences import find_preference, find_timezone_of_nudge
from shared.clock import Clock
from shared.events import Nudge, PersonId
from shared.reach import MAIL, Contacts
from shared.requests.client import ask
from shared.requests.people import PERSON_CONTACTS, ContactList, ContactQuery

_TIMEOUT_S: Final = 3.0
_ATTEMPTS_MAX: Final = 2
STOPPED: Final = "no contact of theirs is there for a message of this kind"


class RosterDirectory:
    """Asks scoring, which has the roster, and looks up what each person has asked for."""

    def __init__(self, connection: Client, pool: asyncpg.Pool, links: Links, clock: Clock, *, language: str) -> None:
        self._connection = connection
        self._pool = pool
        self._links = links
        self._clock = clock
        self._language = language

    async def find_contacts(self, nudge: Nudge) -> Contacts:
        """How the person of a nudge can be reached with it.

        Raises:
            NoResponder: scoring is down, or takes too long.
            Refused: scoring cannot answer now.
        """
        reply = await self.ask_scoring(nudge.person.id)
        preference = await find_preference(self._pool, nudge.person.id)
        contacts = tuple(sorted(reply.contacts, key=lambda contact: contact.transport != preference.first_transport))
        if nudge.kind in ALWAYS_SENT:
            return Contacts(contacts=contacts, because=reply.because)
        if not await self._is_wanted(nudge, preference):
            contacts = ()
        elif await has_stopped_mail(self._pool, nudge.person.id):
            contacts = tuple(contact for contact in contacts if contact.transport != MAIL.name)
        return Contacts(contacts=contacts, because=reply.because or ("" if contacts else STOPPED))

    async def _is_wanted(self, nudge: Nudge, preference: Preference) -> bool:
        """Whether the person wants any part of it now: they may have asked for something else since it was decided."""
        if preference == NO_PREFERENCE:
            return True
        today = local_day(self._clock.now(), await find_timezone_of_nudge(self._pool, nudge.id))
        return any(preference.wants(part.kind, part.rule, today=today) for part in nudge.parts or (nudge,))

    async def ask_scoring(self, person_id: PersonId) -> ContactList:
        """How the roster says today that a person is reached, whether they want that or not.

        Raises:
            NoResponder: scoring is down, or takes too long.
            Refused: scoring cannot answer now.
        """
        query = ContactQuery(person=person_id)
        return await ask(self._connection, PERSON_CONTACTS, query, timeout_s=_TIMEOUT_S, attempts_max=_ATTEMPTS_MAX)

    async def language_of(self, person_id: PersonId) -> str:
        """The language in which a person reads messages: their own choice, or the one of the installation."""
        return await language_of(self._pool, person_id, default=self._language)

    def stop_url(self, nudge: Nudge) -> str:
        """Where the person of a nudge stops mail; empty if no link can be signed."""
        return self._links.mail_url_if_any(nudge.person.id)
