"""Today's roster, as scoring has it at this moment, and who runs Daymark."""

from collections.abc import Awaitable, Callable
from typing import Final, Protocol

import asyncpg
from nats.aio.client import Client

from services.nudges.access.operators import find_operator
from services.nudges.domain.roster.access import PersonToday, RosterToday
from shared.events import PersonId
from shared.requests.client import NO_QUERY, NoResponder, Refused, ask
from shared.requests.definitions import DEFINITIONS_VERSION
from shared.requests.people import PERSON_FIND, PERSON_TODAY, ContactQuery, NamedPerson, NameQuery, RosterExcerpt
from shared.transient_errors import TRANSIENT_ERRORS

_TIMEOUT_S: Final = 3.0
_ATTEMPTS_MAX: Final = 2

ReadRoster = Callable[[PersonId], Awaitable[RosterToday]]
"""Reads the part of today's roster that concerns a person. Raises `NoResponder` or `Refused` while scoring cannot answer."""


class FindPerson(Protocol):
    """Finds whom of today's roster somebody means."""

    async def __call__(self, typed: str, *, is_email: bool) -> NamedPerson:
        """The one who has this email, id or name; with `is_email` only an email counts.

        Raises:
            NoResponder, Refused: scoring cannot answer now.
        """


class ScoringRoster:
    """Asks at every request, so that whoever leaves the roster sees nothing from the next request on. Nothing is stored."""

    def __init__(self, connection: Client, pool: asyncpg.Pool) -> None:
        self._connection = connection
        self._pool = pool

    async def read(self, person_id: PersonId) -> RosterToday:
        """The person, the reps whom they manage, and whether they are an operator.

        Raises:
            NoResponder: scoring is down, or takes too long.
            Refused: scoring cannot answer now.
        """
        query = ContactQuery(person=person_id)
        excerpt = await ask(self._connection, PERSON_TODAY, query, timeout_s=_TIMEOUT_S, attempts_max=_ATTEMPTS_MAX)
        return await add_operator_to(excerpt, person_id, self._pool)

    async def find(self, typed: str, *, is_email: bool) -> NamedPerson:
        """Whom of today's roster somebody means who typed this.

        Raises:
            NoResponder: scoring is down, or takes too long.
            Refused: scoring cannot answer now.
        """
        query = NameQuery(typed=typed, is_email=is_email)
        return await ask(self._connection, PERSON_FIND, query, timeout_s=_TIMEOUT_S, attempts_max=_ATTEMPTS_MAX)

    async def read_version(self) -> int | None:
        """Of the roster and the playbooks; it rises with every change. None while scoring cannot say it."""
        try:
            reply = await ask(self._connection, DEFINITIONS_VERSION, NO_QUERY, timeout_s=_TIMEOUT_S, attempts_max=1)
        except (*TRANSIENT_ERRORS, NoResponder, Refused):
            return None
        return reply.version


async def add_operator_to(excerpt: RosterExcerpt, person_id: PersonId, pool: asyncpg.Pool) -> RosterToday:
    """The roster with the person as an operator, if they are one. One without contacts of their own must be in the roster."""
    people = {
        person.id: PersonToday(
            id=person.id, name=person.name, team=person.team, manages=person.manages, colleagues=person.colleagues
        )
        for person in excerpt.people
    }
    operator = await find_operator(pool, person_id)
    is_operator = operator is not None and (bool(operator.contacts) or person_id in people)
    return RosterToday(
        people=people,
        operators={person_id: operator.name} if operator is not None and is_operator else {},
        team_names={team.id: team.name for team in excerpt.teams},
    )
