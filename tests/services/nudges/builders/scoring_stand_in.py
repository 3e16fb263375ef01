"""What scoring answers over NATS where only nudges runs."""

from collections.abc import Sequence

from nats.aio.client import Client
from nats.aio.msg import Msg

from shared.reach import ContactPoint
from shared.requests.endpoint import Endpoint, Envelope, Query, Reply
from shared.requests.people import (
    PERSON_CONTACTS,
    PERSON_FIND,
    PERSON_TODAY,
    ContactList,
    NamedPerson,
    RosteredPerson,
    RosterExcerpt,
)


async def answer_for_scoring(
    connection: Client,
    *people: RosteredPerson,
    contacts: Sequence[ContactPoint] = (),
    named: NamedPerson | None = None,
) -> None:
    """Whoever is asked about, today's roster lists these people, and reaches them there."""
    await _answer(connection, PERSON_TODAY, RosterExcerpt(people=people))
    await _answer(connection, PERSON_CONTACTS, ContactList(contacts=tuple(contacts)))
    await _answer(connection, PERSON_FIND, named or NamedPerson())


async def _answer(connection: Client, endpoint: Endpoint[Query, Reply], reply: Reply) -> None:
    async def respond(message: Msg) -> None:
        await message.respond(Envelope(ok=True, data=reply.model_dump(mode="json")).model_dump_json().encode())

    await connection.subscribe(endpoint.subject, cb=respond)
