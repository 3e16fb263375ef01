"""Tokens that people make for their programs. Whoever has one reads under `/api/v1` what its person may read today."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

import asyncpg

from services.nudges.access.tokens import digest_of, make_token
from shared.errors import DaymarkError
from shared.events import PersonId
from shared.languages.messages import gettext
from shared.postgres.queries import Queries

_QUERIES: Final = Queries.beside(__file__)
TOKEN_PREFIX: Final = "daymark_"  # noqa: S105 - the beginning of each, which is no secret
"""Programs that search for secrets recognise it."""
TOKEN_AGE_MAX: Final = timedelta(days=365)
TOKENS_MAX: Final = 10
NAME_LENGTH_MAX: Final = 60
_NOTED_EVERY: Final = timedelta(minutes=1)
"""How exactly the last use is known."""


class TokenRefused(DaymarkError):
    """No token was made. The message says why."""

    def __init__(self, because: str) -> None:
        super().__init__(because)
        self.because = because


@dataclass(frozen=True, kw_only=True, slots=True)
class ApiToken:
    """`last_used_at` is None until a program uses it."""

    id: int
    person_id: PersonId
    name: str
    created_at: datetime
    last_used_at: datetime | None

    @property
    def ends_at(self) -> datetime:
        """When it stops working."""
        return self.created_at + TOKEN_AGE_MAX


async def add_api_token(pool: asyncpg.Pool, person_id: PersonId, name: str, *, now: datetime) -> str:
    """Returns the token, which is stored nowhere.

    Raises:
        TokenRefused: the name is empty, too long or taken, or the person has as many tokens as they can.
    """
    if not name or len(name) > NAME_LENGTH_MAX:
        raise TokenRefused(
            gettext("Give it a name of up to {length} characters, such as that of the program.").format(length=NAME_LENGTH_MAX)
        )
    token = TOKEN_PREFIX + make_token()
    async with pool.acquire() as connection, connection.transaction():
        await connection.execute(_QUERIES["delete_ended_tokens"], now - TOKEN_AGE_MAX)
        if await connection.fetchval(_QUERIES["count_tokens"], person_id) >= TOKENS_MAX:
            raise TokenRefused(
                gettext("You have {count} tokens, and nobody can have more. Revoke one first.").format(count=TOKENS_MAX)
            )
        if await connection.fetchval(_QUERIES["add_token"], digest_of(token), person_id, name, now) is None:
            raise TokenRefused(gettext("You already have a token of this name. Choose another name, or revoke that one first."))
    return token


async def find_api_token(pool: asyncpg.Pool, token: str, *, now: datetime) -> ApiToken | None:
    """None if there is none such, or if it was made a year ago."""
    row = await pool.fetchrow(_QUERIES["find_token"], digest_of(token), now - TOKEN_AGE_MAX)
    if row is None:
        return None
    api_token = _to_token(row)
    if api_token.last_used_at is None or now - api_token.last_used_at >= _NOTED_EVERY:
        await pool.execute(_QUERIES["mark_token_used"], api_token.id, now)
    return api_token


async def list_api_tokens(pool: asyncpg.Pool, person_id: PersonId, *, now: datetime) -> list[ApiToken]:
    """A person's, in the order in which they were made."""
    return [_to_token(row) for row in await pool.fetch(_QUERIES["list_tokens"], person_id, now - TOKEN_AGE_MAX)]


async def revoke_api_token(pool: asyncpg.Pool, token_id: int, person_id: PersonId) -> None:
    """It stops working at once. Doing it again changes nothing."""
    await pool.execute(_QUERIES["delete_token"], token_id, person_id)


def _to_token(row: asyncpg.Record) -> ApiToken:
    return ApiToken(
        id=row["id"],
        person_id=row["person_id"],
        name=row["name"],
        created_at=row["created_at"],
        last_used_at=row["last_used_at"],
    )
