"""Links that sign somebody in, on a real database."""

import asyncio
from datetime import datetime, timedelta

import asyncpg
import pytest

from services.nudges.access.sessions import Origin
from services.nudges.access.sign_in_links import (
    LINK_AGE_MAX,
    MESSAGES_MAX,
    SignInLink,
    add_sign_in_link,
    claim_sign_in_link,
    find_sign_in_link,
    has_had_enough,
)
from shared.events import PersonId
from tests.services.nudges.builders.days import NOON
from tests.services.nudges.builders.people import ANA, BEN

SECOND = timedelta(seconds=1)
HOUR = timedelta(hours=1)


def _link(person_id: PersonId = ANA.id, origin: Origin = Origin.MESSAGE) -> SignInLink:
    return SignInLink(person_id=person_id, origin=origin, next_path="/you/ana/-")


async def _add(pool: asyncpg.Pool, link: SignInLink | None = None, *, now: datetime = NOON) -> str:
    async with pool.acquire() as connection:
        return await add_sign_in_link(connection, link or _link(), now=now)


async def _claim(pool: asyncpg.Pool, token: str, *, now: datetime = NOON) -> SignInLink | None:
    async with pool.acquire() as connection:
        return await claim_sign_in_link(connection, token, now=now)


async def test_a_link_is_found_as_often_as_one_likes_and_used_once(pool: asyncpg.Pool) -> None:
    token, other = await _add(pool), await _add(pool, _link(BEN.id))

    assert [await find_sign_in_link(pool, token, now=NOON) for _ in range(2)] == [_link(), _link()]
    assert await _claim(pool, token) == _link()
    assert await _claim(pool, token) is None
    assert await find_sign_in_link(pool, token, now=NOON) is None
    assert await _claim(pool, other) == _link(BEN.id)
    for wrong in ("", token + "x", "\udcff"):
        assert await find_sign_in_link(pool, wrong, now=NOON) is None
        assert await _claim(pool, wrong) is None


async def test_of_many_requests_at_once_one_uses_the_link(pool: asyncpg.Pool) -> None:
    token = await _add(pool)

    claimed = await asyncio.gather(*[_claim(pool, token) for _ in range(5)])

    assert sorted(claimed, key=str) == sorted([_link(), None, None, None, None], key=str)


@pytest.mark.parametrize(("age", "is_usable"), [(LINK_AGE_MAX - SECOND, True), (LINK_AGE_MAX, False)])
async def test_a_link_works_for_a_quarter_of_an_hour(pool: asyncpg.Pool, age: timedelta, *, is_usable: bool) -> None:
    token = await _add(pool)

    assert (await find_sign_in_link(pool, token, now=NOON + age) is not None) is is_usable
    assert (await _claim(pool, token, now=NOON + age) is not None) is is_usable


async def test_a_person_is_sent_so_many_links_an_hour_and_not_one_more(pool: asyncpg.Pool) -> None:
    async def is_enough(person_id: PersonId = ANA.id, *, now: datetime = NOON) -> bool:
        async with pool.acquire() as connection:
            return await has_had_enough(connection, person_id, now=now)

    for _ in range(MESSAGES_MAX - 1):
        await _claim(pool, await _add(pool))
    for _ in range(MESSAGES_MAX):
        await _add(pool, _link(origin=Origin.COMMAND))
        await _add(pool, _link(BEN.id, Origin.COMMAND))
    assert not await is_enough()
    await _add(pool)

    assert await is_enough()
    assert not await is_enough(BEN.id)
    assert await is_enough(now=NOON + HOUR - SECOND)
    assert not await is_enough(now=NOON + HOUR)


async def test_links_that_no_longer_count_are_deleted(pool: asyncpg.Pool) -> None:
    await _add(pool, now=NOON - HOUR)
    await _add(pool, now=NOON - HOUR + SECOND)

    await _add(pool)

    assert await pool.fetchval("SELECT count(*) FROM sign_in_link") == 2
