"""Operators, and today's roster with them."""

from typing import Final

import asyncpg
from nats.aio.client import Client

from services.nudges.access.operators import Operator, add_operator, find_operator, list_operators, remove_operator
from services.nudges.access.page_addresses import find_page_address_end
from services.nudges.access.roster_today import ScoringRoster
from services.nudges.access.sessions import Origin, list_sessions, open_session
from services.nudges.domain.roster.access import PersonToday, RosterToday
from shared.events import PersonId
from shared.jetstream.client import LeanClient
from shared.reach import ContactPoint
from shared.requests.people import NamedPerson, RosteredPerson
from tests.services.nudges.builders.days import NOON
from tests.services.nudges.builders.people import ANA, MARA, NORTH
from tests.services.nudges.builders.scoring_stand_in import answer_for_scoring

OLGA: Final = Operator(
    id=PersonId("olga@example.com"),
    name="olga@example.com",
    contacts=(ContactPoint(transport="mail", address="olga@example.com"),),
)
MARA_TOO: Final = Operator(id=MARA.id, name=MARA.name, contacts=())


async def test_operators_are_added_found_listed_and_removed(pool: asyncpg.Pool) -> None:
    for operator in (MARA_TOO, OLGA, MARA_TOO):
        await add_operator(pool, operator, now=NOON)

    assert await list_operators(pool) == [MARA_TOO, OLGA]
    assert await find_operator(pool, OLGA.id) == OLGA
    assert await find_operator(pool, ANA.id) is None
    assert await remove_operator(pool, OLGA.id)
    assert not await remove_operator(pool, OLGA.id)
    assert await list_operators(pool) == [MARA_TOO]


async def test_adding_an_operator_again_replaces_how_they_are_reached(pool: asyncpg.Pool) -> None:
    await add_operator(pool, OLGA, now=NOON)
    changed = Operator(id=OLGA.id, name="Olga", contacts=())

    await add_operator(pool, changed, now=NOON)

    assert await find_operator(pool, OLGA.id) == changed


async def test_whoever_is_no_operator_any_more_is_signed_out(pool: asyncpg.Pool) -> None:
    async with pool.acquire() as connection:
        for person_id in (OLGA.id, ANA.id):
            await add_operator(pool, Operator(id=OLGA.id, name="Olga", contacts=()), now=NOON)
            await open_session(connection, person_id, Origin.MESSAGE, now=NOON)

    await remove_operator(pool, OLGA.id)
    await remove_operator(pool, ANA.id)

    assert [session.person_id for session in await list_sessions(pool, None, now=NOON)] == [ANA.id]


async def test_the_roster_is_what_scoring_says_with_the_operator(pool: asyncpg.Pool, nats: LeanClient) -> None:
    await answer_for_scoring(
        nats,
        RosteredPerson(id=MARA.id, name=MARA.name, manages=(NORTH.id,)),
        RosteredPerson(id=ANA.id, name=ANA.name, team=NORTH.id),
        named=NamedPerson(person=ANA.id, name=ANA.name),
    )
    roster = ScoringRoster(nats, pool)
    people = {
        MARA.id: PersonToday(id=MARA.id, name=MARA.name, manages=(NORTH.id,)),
        ANA.id: PersonToday(id=ANA.id, name=ANA.name, team=NORTH.id),
    }

    assert await roster.read(MARA.id) == RosterToday(people=people, operators={})
    await add_operator(pool, MARA_TOO, now=NOON)
    assert await roster.read(MARA.id) == RosterToday(people=people, operators={MARA.id: MARA.name})
    assert await roster.read(ANA.id) == RosterToday(people=people, operators={})
    assert (await roster.find("ana", is_email=False)).person == ANA.id


async def test_an_operator_of_the_roster_is_one_while_it_lists_them_and_another_one_until_removed(
    pool: asyncpg.Pool, nats: Client
) -> None:
    await answer_for_scoring(nats)
    await add_operator(pool, MARA_TOO, now=NOON)
    await add_operator(pool, OLGA, now=NOON)
    roster = ScoringRoster(nats, pool)

    assert not (await roster.read(MARA.id)).lists(MARA.id)
    assert (await roster.read(OLGA.id)).operators == {OLGA.id: OLGA.name}


async def test_addresses_from_before_end_thirty_days_after_the_update(pool: asyncpg.Pool) -> None:
    now, ends_at = await pool.fetchval("SELECT now()"), await find_page_address_end(pool)

    assert 29 <= (ends_at - now).total_seconds() / 86_400 <= 30
