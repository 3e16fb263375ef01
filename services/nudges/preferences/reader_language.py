"""The language in which a person reads messages."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import asyncpg

from services.nudges.preferences.stored_preferences import find_language
from shared.events import PersonId
from shared.languages.catalogue import LANGUAGES
from shared.languages.current import using_language
from shared.postgres.shared_connection import Querier


async def language_of(connection: Querier | asyncpg.Pool, person_id: PersonId, *, default: str) -> str:
    """What the person has chosen. The default is for those who chose none, or one that Daymark no longer has."""
    chosen = await find_language(connection, person_id)
    return chosen if chosen in LANGUAGES else default


@asynccontextmanager
async def in_language_of(connection: Querier | asyncpg.Pool, person_id: PersonId, *, default: str) -> AsyncIterator[None]:
    """Write for a person within the block, whoever reads what is written around it."""
    with using_language(await language_of(connection, person_id, default=default)):
        yield
