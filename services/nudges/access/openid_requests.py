"""Who has left for the sign-in of their company and may come back, once and within ten minutes."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

import asyncpg

from services.nudges.access.tokens import digest_of, make_token
from shared.postgres.queries import Queries

_QUERIES: Final = Queries.beside(__file__)
REQUEST_AGE_MAX: Final = timedelta(minutes=10)


@dataclass(frozen=True, kw_only=True, slots=True)
class OpenIdRequest:
    """The issuer puts `nonce` into its answer, and asks for the `verifier` before it gives one (PKCE, RFC 7636)."""

    nonce: str
    verifier: str
    next_path: str


async def add_openid_request(pool: asyncpg.Pool, next_path: str, *, now: datetime) -> tuple[str, OpenIdRequest]:
    """Returns the state with which somebody has to come back, and the request."""
    state = make_token()
    request = OpenIdRequest(nonce=make_token(), verifier=make_token(), next_path=next_path)
    await pool.execute(_QUERIES["delete_old_requests"], now - REQUEST_AGE_MAX)
    await pool.execute(_QUERIES["add_request"], digest_of(state), request.nonce, request.verifier, request.next_path, now)
    return state, request


async def claim_openid_request(pool: asyncpg.Pool, state: str, *, now: datetime) -> OpenIdRequest | None:
    """Use it up. None if nobody left with this state, if they have come back before, or if it took them too long."""
    row = await pool.fetchrow(_QUERIES["claim_request"], digest_of(state), now - REQUEST_AGE_MAX)
    if row is None:
        return None
    return OpenIdRequest(nonce=row["nonce"], verifier=row["verifier"], next_path=row["next_path"])
