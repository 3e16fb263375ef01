"""Advisory locks of the schema. Each is held until the transaction ends.

Take them in this order, so that replicas cannot deadlock: erasure, person, team.
"""

from typing import Final

from shared.events import PersonId, TeamId
from shared.postgres.pool import Connection
from shared.postgres.queries import Queries

_QUERIES: Final = Queries.beside(__file__)


async def lock_person(connection: Connection, person_id: PersonId) -> None:
    """Nobody else decides about this person, and nobody is erased."""
    await connection.execute(_QUERIES["lock_person"], person_id)


async def lock_team(connection: Connection, team_id: TeamId) -> None:
    """No other finished day of this team is processed."""
    await connection.execute(_QUERIES["lock_team"], team_id)


async def lock_erasure(connection: Connection) -> None:
    """No decision about anybody is under way, and none begins."""
    await connection.execute(_QUERIES["lock_erasure"])


async def block_erasure(connection: Connection) -> None:
    """Nobody is erased. Several transactions can hold this lock at once."""
    await connection.execute(_QUERIES["block_erasure"])
