"""Where each person is reached: what the roster says today, less what the person does not want."""

from typing import Final

import asyncpg
from nats.aio.client import Client

from services.nudges.deliver.personal.mail_stops import has_stopped_mail
from services.nudges.deliver.personal.transport import ALWAYS_SENT
from services.nudges.links import Links, NoLinkSecret
from shared.events import Nudge, PersonId
from shared.reach import MAIL, Contacts
from shared.requests.client import ask
from shared.requests.people import PERSON_CONTACTS, ContactList, ContactQuery

_TIMEOUT_S: Final = 3.0
_ATTEMPTS_MAX: Final = 2
STOPPED: Final = "no contact of theirs is there for a message of this kind"


class RosterDirectory:
    """Asks scoring, which has the roster, and looks up who has stopped mail."""

    def __init__(self, connection: Client, pool: asyncpg.Pool, links: Links) -> None:
        self._connection = connection
        self._pool = pool
        self._links = links

    async def find_contacts(self, nudge: Nudge) -> Contacts:
        """How the person of a nudge can be reached with it.

        Raises:
            NoResponder: scoring is down, or takes too long.
            Refused: scoring cannot answer now.
        """
        reply = await self.ask_scoring(nudge.person.id)
        if nudge.kind in ALWAYS_SENT or not await has_stopped_mail(self._pool, nudge.person.id):
            return Contacts(contacts=reply.contacts, because=reply.because)
        others = tuple(contact for contact in reply.contacts if contact.transport != MAIL.name)
        return Contacts(contacts=others, because=reply.because or ("" if others else STOPPED))

    async def ask_scoring(self, person_id: PersonId) -> ContactList:
        """How the roster says today that a person is reached, whether they want that or not.

        Raises:
            NoResponder: scoring is down, or takes too long.
            Refused: scoring cannot answer now.
        """
        query = ContactQuery(person=person_id)
        return await ask(self._connection, PERSON_CONTACTS, query, timeout_s=_TIMEOUT_S, attempts_max=_ATTEMPTS_MAX)

    def stop_url(self, nudge: Nudge) -> str:
        """Where the person of a nudge stops mail; empty if no link can be signed."""
        try:
            return self._links.mail_url(nudge.person.id)
        except NoLinkSecret:
            return ""
