"""What the tests of erasing have in common."""

from services.scoring.definitions.cache import DefinitionsCache
from shared.privacy.erasure import mention_of
from tests.services.scoring.conftest import Scoring

KEY = b"a key of the installation"


def with_key(scoring: Scoring) -> Scoring:
    """As an installation with an erasure key."""
    scoring.cache = DefinitionsCache(KEY)
    return scoring


async def dump(scoring: Scoring) -> str:
    """Every row of every table, as text."""
    tables = await scoring.pool.fetch("SELECT tablename FROM pg_tables WHERE schemaname = 'scoring'")
    queries = [f"SELECT whole::text FROM {table['tablename']} AS whole" for table in tables]
    return "\n".join([row[0] for query in queries for row in await scoring.pool.fetch(query)])


async def find_mentions(scoring: Scoring, *canaries: str) -> list[str]:
    """Which of these texts are in a table."""
    return [match[0] for match in mention_of(canaries).finditer(await dump(scoring))]
