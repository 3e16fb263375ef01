"""Who comes in, for whoever runs Daymark: sign-in links, sessions and operators."""

from datetime import datetime

import asyncpg

from services.nudges.access.operators import Operator, add_operator, list_operators, remove_operator
from services.nudges.access.roster_today import FindPerson
from services.nudges.access.sessions import Origin, list_sessions, revoke_session
from services.nudges.access.sign_in_links import FIRST_OPERATOR, SignInLink, add_sign_in_link
from services.nudges.links import SETUP_PATH, Links
from shared.errors import DaymarkError
from shared.events import PersonId
from shared.reach import MAIL, SLACK, ContactPoint
from shared.requests.access import (
    FirstOperatorLink,
    OperatorList,
    OperatorRow,
    OperatorToAdd,
    OperatorToRemove,
    SessionList,
    SessionRow,
    SessionToRevoke,
)


class NoSuchSession(DaymarkError):
    """No session has this number, or it has ended. `daymark people sessions` lists those that are open."""


class NoSuchOperator(DaymarkError):
    """Nobody with this id is an operator. `daymark operator list` shows who is."""


class NotAnOperator(DaymarkError):
    """The roster lists nobody by this name today, and it is no email. Write the email at which they are to get their sign-in
    links."""


class OperatorsExist(DaymarkError):
    """There is an operator already, so nobody signs in as the first one. `daymark operator add` adds another operator."""


class NotASlackUser(DaymarkError):
    """This is not the id of a Slack user. It looks like U024BE7LH; Slack shows it in the person's profile."""


async def make_sign_in_url(pool: asyncpg.Pool, links: Links, person_id: PersonId, next_path: str, *, now: datetime) -> str:
    """The address of a new link that signs the person in once, and leads to a page of theirs."""
    async with pool.acquire() as connection, connection.transaction():
        link = SignInLink(person_id=person_id, origin=Origin.COMMAND, next_path=next_path)
        return links.sign_in_url(await add_sign_in_link(connection, link, now=now))


async def make_first_operator_url(pool: asyncpg.Pool, links: Links, *, now: datetime) -> FirstOperatorLink:
    """The address at which the first operator signs in.

    Raises:
        OperatorsExist: there is one.
    """
    async with pool.acquire() as connection, connection.transaction():
        if await list_operators(connection):
            raise OperatorsExist
        link = SignInLink(person_id=FIRST_OPERATOR, origin=Origin.COMMAND, next_path=SETUP_PATH)
        return FirstOperatorLink(url=links.welcome_url(await add_sign_in_link(connection, link, now=now)))


async def list_open_sessions(pool: asyncpg.Pool, person_id: PersonId | None, *, now: datetime) -> SessionList:
    """In the order in which they were opened."""
    return SessionList(
        rows=tuple(
            SessionRow(
                id=session.id,
                person=session.person_id,
                origin=session.origin.value,
                opened_at=session.opened_at,
                last_used_at=session.last_used_at,
                ends_at=session.ends_at,
            )
            for session in await list_sessions(pool, person_id, now=now)
        )
    )


async def revoke(pool: asyncpg.Pool, query: SessionToRevoke) -> SessionToRevoke:
    """End a session: whoever has its cookie sees nothing from the next request on.

    Raises:
        NoSuchSession: there is none with this number.
    """
    if not await revoke_session(pool, query.id):
        raise NoSuchSession(str(query.id))
    return query


async def add_named_operator(
    pool: asyncpg.Pool, find_person: FindPerson, query: OperatorToAdd, *, now: datetime
) -> OperatorRow:
    """Somebody of the roster is reached as the roster says. Anybody else is known by their email.

    Raises:
        NotAnOperator: nobody of the roster is meant, and no email was written.
        NotASlackUser: what was written for Slack is no user of Slack.
        NoResponder, Refused: scoring cannot answer now.
    """
    named = await find_person(query.typed, is_email=False)
    if named.person is not None:
        operator = Operator(id=named.person, name=named.name, contacts=())
    else:
        email = query.typed.strip().lower()
        if "@" not in email or not MAIL.is_address(email):
            raise NotAnOperator(query.typed)
        if query.slack and not SLACK.is_address(query.slack):
            raise NotASlackUser(query.slack)
        slack = (ContactPoint(transport=SLACK.name, address=query.slack),) if query.slack else ()
        contacts = (*slack, ContactPoint(transport=MAIL.name, address=email))
        operator = Operator(id=PersonId(email), name=email, contacts=contacts)
    await add_operator(pool, operator, now=now)
    return _row(operator)


async def remove_named_operator(pool: asyncpg.Pool, query: OperatorToRemove) -> OperatorToRemove:
    """Also end their sessions.

    Raises:
        NoSuchOperator: they are none.
    """
    if not await remove_operator(pool, query.person):
        raise NoSuchOperator(query.person)
    return query


async def list_all_operators(pool: asyncpg.Pool) -> OperatorList:
    """By id."""
    return OperatorList(rows=tuple(_row(operator) for operator in await list_operators(pool)))


def _row(operator: Operator) -> OperatorRow:
    return OperatorRow(person=operator.id, name=operator.name, contacts=operator.contacts)
