"""Advisory locks of the schema. Each is held until the transaction ends.

Take them in this order, so that replicas cannot deadlock: erasure, people, teams. Of several people or teams take all at once.
"""

from collections.abc import Collection
from typing import Final

from shared.events import PersonId, TeamId
from shared.postgres.queries import Queries
from shared.postgres.shared_connection import Querier

_QUERIES: Final = Queries.beside(__file__)


async def lock_person(connection: Querier, person_id: PersonId) -> None:
    """Nobody else decides about this person, and nobody is erased."""
    await connection.execute(_QUERIES["lock_person"], person_id)


async def lock_people(connection: Querier, person_ids: Collection[PersonId], team_ids: Collection[TeamId]) -> None:
    """As `lock_person` for several people; and no other finished day of these teams is processed."""
    await connection.execute(_QUERIES["lock_people"], list(person_ids), list(team_ids))


async def lock_erasure(connection: Querier) -> None:
    """No decision about anybody is under way, and none begins."""
    await connection.execute(_QUERIES["lock_erasure"])


async def block_erasure(connection: Querier) -> None:
    """Nobody is erased. Several transactions can hold this lock at once."""
    await connection.execute(_QUERIES["block_erasure"])
