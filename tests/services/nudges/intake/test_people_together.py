"""Decisions about several people in one transaction, on a real database."""

from collections.abc import Sequence
from functools import partial

import asyncpg
import pytest

from services.nudges.domain.decision import Outcome
from services.nudges.people_together import decide_together
from shared.events import PersonId
from shared.postgres.shared_connection import SharedConnection
from tests.services.nudges.builders.people import ANA, BEN, MARA

_ADD = "INSERT INTO manager_of_rep (manager_id, rep_id, name, newest_day) VALUES ($1, $1, '', now())"
PEOPLE = (ANA.id, BEN.id, MARA.id)


async def _decide(
    person_id: PersonId, failing: PersonId | None, error: Exception, connection: SharedConnection
) -> Sequence[Outcome]:
    await connection.execute(_ADD, person_id)
    if person_id == failing:
        raise error
    return [Outcome(rule=person_id, status="sent")]


async def _decided(pool: asyncpg.Pool) -> list[str]:
    return [row["rep_id"] for row in await pool.fetch("SELECT rep_id FROM manager_of_rep ORDER BY rep_id")]


async def _decide_about_all(pool: asyncpg.Pool, failing: PersonId | None, error: Exception) -> list[Outcome]:
    return await decide_together(pool, {person_id: partial(_decide, person_id, failing, error) for person_id in PEOPLE})


async def test_what_came_of_each_is_given_in_their_order(pool: asyncpg.Pool) -> None:
    outcomes = await _decide_about_all(pool, None, LookupError())

    assert [outcome.rule for outcome in outcomes] == list(PEOPLE)
    assert await decide_together(pool, {}) == []


async def test_a_mistake_about_one_person_keeps_nobody_before_them_waiting(pool: asyncpg.Pool) -> None:
    with pytest.raises(LookupError, match="a mistake"):
        await _decide_about_all(pool, BEN.id, LookupError("a mistake"))

    assert await _decided(pool) == [ANA.id]


async def test_while_a_server_is_down_nothing_is_tried_one_by_one(pool: asyncpg.Pool) -> None:
    with pytest.raises(ConnectionResetError):
        await _decide_about_all(pool, BEN.id, ConnectionResetError())

    assert await _decided(pool) == []
