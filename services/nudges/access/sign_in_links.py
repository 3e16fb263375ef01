"""Links that sign a person in, once and within a quarter of an hour."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

import asyncpg

from services.nudges.access.sessions import Origin
from services.nudges.access.tokens import digest_of, make_token
from shared.events import PersonId
from shared.postgres.pool import Connection
from shared.postgres.queries import Queries

_QUERIES: Final = Queries.beside(__file__)
LINK_AGE_MAX: Final = timedelta(minutes=15)
FIRST_OPERATOR: Final = PersonId("")
"""Whom a link signs in that is made before anybody is known: whoever opens it says who they are."""
FIRST_LINK_AGE_MAX: Final = timedelta(hours=1)
MESSAGES_MAX: Final = 5
"""How many sign-in links are sent to one person within an hour."""
_COUNTED_FOR: Final = timedelta(hours=1)


@dataclass(frozen=True, kw_only=True, slots=True)
class SignInLink:
    """Whom it signs in, how they got it, and the page that it leads to; an empty path leads to the person's own."""

    person_id: PersonId
    origin: Origin
    next_path: str


async def add_sign_in_link(connection: Connection, link: SignInLink, *, now: datetime) -> str:
    """Returns the token of the link. Links that no longer count are deleted."""
    token = make_token()
    await connection.execute(_QUERIES["delete_old_links"], now - _COUNTED_FOR)
    await connection.execute(_QUERIES["add_link"], digest_of(token), link.person_id, link.origin.value, link.next_path, now)
    return token


async def has_had_enough(connection: Connection, person_id: PersonId, *, now: datetime) -> bool:
    """Whether so many links were sent to the person lately that no more are."""
    sent: int = await connection.fetchval(_QUERIES["count_messages"], person_id, now - _COUNTED_FOR)
    return sent >= MESSAGES_MAX


async def find_sign_in_link(
    pool: asyncpg.Pool, token: str, *, now: datetime, age_max: timedelta = LINK_AGE_MAX
) -> SignInLink | None:
    """The link of a token; None if there is none, or if it has ended or was used. It stays usable."""
    return _to_link(await pool.fetchrow(_QUERIES["find_link"], digest_of(token), now - age_max))


async def claim_sign_in_link(
    connection: Connection, token: str, *, now: datetime, age_max: timedelta = LINK_AGE_MAX
) -> SignInLink | None:
    """Use it up. None if it cannot be used any more."""
    return _to_link(await connection.fetchrow(_QUERIES["claim_link"], digest_of(token), now - age_max, now))


def _to_link(row: asyncpg.Record | None) -> SignInLink | None:
    if row is None:
        return None
    return SignInLink(person_id=row["person_id"], origin=Origin(row["origin"]), next_path=row["next_path"])
