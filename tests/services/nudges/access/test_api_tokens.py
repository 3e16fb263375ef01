"""Tokens for programs, on a real database."""

from datetime import timedelta

import asyncpg
import pytest

from services.nudges.access.api_tokens import (
    TOKEN_AGE_MAX,
    TOKENS_MAX,
    ApiToken,
    TokenRefused,
    add_api_token,
    find_api_token,
    list_api_tokens,
    revoke_api_token,
)
from tests.services.nudges.builders.days import NOON
from tests.services.nudges.builders.people import ANA, BEN
from tests.services.nudges.builders.rows import Rows

SECOND = timedelta(seconds=1)


async def test_a_token_leads_to_its_person_and_is_not_stored(pool: asyncpg.Pool) -> None:
    token = await add_api_token(pool, ANA.id, "Dashboard", now=NOON)
    other = await add_api_token(pool, BEN.id, "Dashboard", now=NOON)

    first = await find_api_token(pool, token, now=NOON)

    assert first == ApiToken(id=1, person_id=ANA.id, name="Dashboard", created_at=NOON, last_used_at=None)
    assert token.startswith("daymark_")
    assert len({token, other}) == 2
    assert token not in await pool.fetchval("SELECT string_agg(api_token::text, '') FROM api_token")
    for wrong in ("", token[:-1], token.removeprefix("daymark_"), "\udcff"):
        assert await find_api_token(pool, wrong, now=NOON) is None


async def test_a_token_works_for_a_year(pool: asyncpg.Pool) -> None:
    token = await add_api_token(pool, ANA.id, "Dashboard", now=NOON)

    for age, works in ((TOKEN_AGE_MAX - SECOND, True), (TOKEN_AGE_MAX, False)):
        assert (await find_api_token(pool, token, now=NOON + age) is not None) is works
        assert (await list_api_tokens(pool, ANA.id, now=NOON + age) != []) is works


async def test_its_last_use_is_known_to_the_minute(pool: asyncpg.Pool) -> None:
    await Rows(pool).ignore_indexes()
    token, other = [await add_api_token(pool, ANA.id, name, now=NOON) for name in ("Dashboard", "Another")]
    used_at = []
    for seconds in (0, 59, 60):
        await find_api_token(pool, token, now=NOON + seconds * SECOND)
        used_at.append([each.last_used_at for each in await list_api_tokens(pool, ANA.id, now=NOON)])

    assert used_at == [[NOON, None], [NOON, None], [NOON + 60 * SECOND, None]]
    assert await find_api_token(pool, other, now=NOON) is not None


async def test_somebody_revokes_their_own_and_nobody_elses(pool: asyncpg.Pool) -> None:
    of_ana, of_ben = [await add_api_token(pool, person.id, "Dashboard", now=NOON) for person in (ANA, BEN)]
    (stored,) = await list_api_tokens(pool, ANA.id, now=NOON)

    await revoke_api_token(pool, stored.id, BEN.id)
    assert await find_api_token(pool, of_ana, now=NOON) is not None
    await revoke_api_token(pool, stored.id, ANA.id)
    assert await find_api_token(pool, of_ana, now=NOON) is None
    assert await find_api_token(pool, of_ben, now=NOON) is not None


@pytest.mark.parametrize(
    ("name", "because"),
    [
        ("", "Give it a name"),
        ("x" * 61, "Give it a name"),
        ("Number 0", "already have a token of this name"),
        ("One more", "Revoke"),
    ],
)
async def test_a_token_is_refused_with_what_to_do(pool: asyncpg.Pool, name: str, because: str) -> None:
    made = TOKENS_MAX if name == "One more" else 1
    for number in range(made):
        await add_api_token(pool, ANA.id, f"Number {number}", now=NOON)
    await add_api_token(pool, BEN.id, name or "Ben's", now=NOON) if name != "x" * 61 else None

    with pytest.raises(TokenRefused, match=because):
        await add_api_token(pool, ANA.id, name, now=NOON)
    assert await add_api_token(pool, ANA.id, "Number 0", now=NOON + TOKEN_AGE_MAX)
