"""Who has left for the sign-in of their company, on a real database."""

import asyncio
from datetime import timedelta

import asyncpg
import pytest

from services.nudges.access.openid_requests import REQUEST_AGE_MAX, add_openid_request, claim_openid_request
from tests.services.nudges.builders.days import NOON

SECOND = timedelta(seconds=1)


async def test_somebody_comes_back_once_with_what_they_left_with(pool: asyncpg.Pool) -> None:
    state, request = await add_openid_request(pool, "/you/ana/-", now=NOON)
    other_state, other = await add_openid_request(pool, "", now=NOON)

    assert request.next_path == "/you/ana/-"
    assert len({state, other_state, request.nonce, request.verifier, other.nonce, other.verifier}) == 6
    assert await claim_openid_request(pool, "x" * 43, now=NOON) is None
    claimed = await asyncio.gather(*[claim_openid_request(pool, state, now=NOON) for _ in range(3)])
    assert sorted(claimed, key=str) == sorted([request, None, None], key=str)
    assert await claim_openid_request(pool, other_state, now=NOON) == other


@pytest.mark.parametrize(("elapsed", "is_in_time"), [(REQUEST_AGE_MAX - SECOND, True), (REQUEST_AGE_MAX, False)])
async def test_they_have_ten_minutes(pool: asyncpg.Pool, elapsed: timedelta, *, is_in_time: bool) -> None:
    state, _ = await add_openid_request(pool, "", now=NOON)

    assert (await claim_openid_request(pool, state, now=NOON + elapsed) is not None) is is_in_time


async def test_those_who_never_came_back_are_deleted(pool: asyncpg.Pool) -> None:
    for age in (REQUEST_AGE_MAX, REQUEST_AGE_MAX - SECOND):
        await add_openid_request(pool, "", now=NOON - age)

    await add_openid_request(pool, "", now=NOON)

    assert await pool.fetchval("SELECT count(*) FROM openid_request") == 2
