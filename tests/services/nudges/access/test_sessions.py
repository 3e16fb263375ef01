"""Sessions and sign-in links, on a real database."""

from datetime import datetime, timedelta

import asyncpg
import pytest

from services.nudges.access.sessions import (
    SESSION_AGE_MAX,
    SESSION_IDLE_MAX,
    Origin,
    Session,
    end_session,
    find_session,
    list_open_sessions,
    list_sessions,
    open_session,
    revoke_session,
)
from tests.services.nudges.builders.days import NOON
from tests.services.nudges.builders.people import ANA, BEN

SECOND = timedelta(seconds=1)
HOUR = timedelta(hours=1)


async def _open(pool: asyncpg.Pool, *, now: datetime = NOON, origin: Origin = Origin.MESSAGE) -> str:
    async with pool.acquire() as connection:
        return await open_session(connection, ANA.id, origin, now=now)


async def _list_open(pool: asyncpg.Pool, *session_ids: int, now: datetime) -> set[int]:
    async with pool.acquire() as connection:
        return await list_open_sessions(connection, session_ids, now=now)


async def test_a_session_is_found_by_its_token_and_the_token_is_not_stored(pool: asyncpg.Pool) -> None:
    token, other = await _open(pool, origin=Origin.COMMAND), await _open(pool)

    session = await find_session(pool, token, now=NOON)

    assert session == Session(id=1, person_id=ANA.id, origin=Origin.COMMAND, opened_at=NOON, last_used_at=NOON)
    assert len(token) == len(other) == 43
    assert token != other
    stored = await pool.fetchval("SELECT string_agg(session::text, '') FROM session")
    assert token not in stored
    for wrong in ("", token[:-1], token + "x", "\udcff"):
        assert await find_session(pool, wrong, now=NOON) is None


@pytest.mark.parametrize(("idle", "is_open"), [(SESSION_IDLE_MAX - SECOND, True), (SESSION_IDLE_MAX, False)])
async def test_a_session_ends_when_nobody_has_used_it_for_twelve_hours(
    pool: asyncpg.Pool, idle: timedelta, *, is_open: bool
) -> None:
    token = await _open(pool)
    used_at = NOON + HOUR
    await find_session(pool, token, now=used_at)
    await find_session(pool, token, now=used_at + HOUR, is_use=False)

    assert (await list_sessions(pool, None, now=used_at + idle) != []) is is_open
    assert (await _list_open(pool, 1, now=used_at + idle) == {1}) is is_open
    assert (await find_session(pool, token, now=used_at + idle) is not None) is is_open


@pytest.mark.parametrize(("age", "is_open"), [(SESSION_AGE_MAX - SECOND, True), (SESSION_AGE_MAX, False)])
async def test_a_session_ends_after_thirty_days_however_often_it_is_used(
    pool: asyncpg.Pool, age: timedelta, *, is_open: bool
) -> None:
    token = await _open(pool)
    now = NOON
    while now + 11 * HOUR < NOON + age:
        now += 11 * HOUR
        assert await find_session(pool, token, now=now) is not None

    assert (await list_sessions(pool, None, now=NOON + age) != []) is is_open
    assert (await _list_open(pool, 1, now=NOON + age) == {1}) is is_open
    assert (await find_session(pool, token, now=NOON + age) is not None) is is_open


async def test_its_last_use_is_known_to_the_minute_and_never_goes_back(pool: asyncpg.Pool) -> None:
    token, _ = await _open(pool), await _open(pool)
    for seconds, noted in ((59, 0), (60, 60), (119, 60), (30, 60), (200, 200), (120, 200)):
        await find_session(pool, token, now=NOON + seconds * SECOND)
        used, unused = await list_sessions(pool, None, now=NOON)
        assert (used.last_used_at, unused.last_used_at) == (NOON + noted * SECOND, NOON)


async def test_open_sessions_are_listed_by_person_with_when_they_end(pool: asyncpg.Pool) -> None:
    token = await _open(pool)
    async with pool.acquire() as connection:
        await open_session(connection, BEN.id, Origin.OPENID, now=NOON + HOUR)

    await find_session(pool, token, now=NOON + HOUR)
    everybody = await list_sessions(pool, None, now=NOON + HOUR)
    bens = await list_sessions(pool, BEN.id, now=NOON + HOUR)

    assert [session.person_id for session in everybody] == [ANA.id, BEN.id]
    assert [(session.id, session.origin, session.ends_at) for session in bens] == [(2, Origin.OPENID, NOON + 13 * HOUR)]
    old = Session(id=1, person_id=ANA.id, origin=Origin.MESSAGE, opened_at=NOON, last_used_at=NOON + SESSION_AGE_MAX - HOUR)
    assert old.ends_at == NOON + SESSION_AGE_MAX


async def test_one_session_is_revoked_and_the_others_stay(pool: asyncpg.Pool) -> None:
    first, second, third = [await _open(pool) for _ in range(3)]
    session = await find_session(pool, first, now=NOON)
    assert session is not None

    assert await revoke_session(pool, session.id)

    assert await _list_open(pool, session.id, 2, now=NOON) == {2}
    assert not await revoke_session(pool, session.id)
    assert await find_session(pool, first, now=NOON) is None
    assert await find_session(pool, second, now=NOON) is not None
    await end_session(pool, second)
    await end_session(pool, second)
    assert await find_session(pool, third, now=NOON) is not None
    assert len(await list_sessions(pool, None, now=NOON)) == 1


async def test_opening_a_session_deletes_those_that_have_ended_and_no_other(pool: asyncpg.Pool) -> None:
    idle_since, used_lately = NOON - SESSION_IDLE_MAX, NOON - SESSION_IDLE_MAX + SECOND
    for opened_at, last_used_at in (
        (idle_since, idle_since),
        (used_lately, used_lately),
        (NOON - SESSION_AGE_MAX, NOON),
        (NOON - SESSION_AGE_MAX + SECOND, NOON),
    ):
        await pool.execute(
            "INSERT INTO session (digest, person_id, origin, opened_at, last_used_at) VALUES ($1, 'ben', 'message', $2, $3)",
            str((opened_at, last_used_at)).encode(),
            opened_at,
            last_used_at,
        )

    await _open(pool)

    assert [row["id"] for row in await pool.fetch("SELECT id FROM session ORDER BY id")] == [2, 4, 5]
