"""Remember, by keyed hashes, that somebody is forgotten."""

from collections.abc import Sequence
from datetime import datetime

from services.scoring.domain.day import Definitions
from services.scoring.domain.erased import Kind
from services.scoring.store import QUERIES
from shared.postgres.pool import Connection
from shared.privacy.erasure import NoErasureKey, tombstone_of_key


async def mark_forgotten(
    connection: Connection, definitions: Definitions, tombstones: Sequence[tuple[Kind, bytes]], *, now: datetime
) -> None:
    """From the end of this transaction on, these are recognised. Needs the definitions locked.

    Raises:
        NoForgetKey: there is none.
    """
    key = definitions.forgotten.key
    if not key:
        raise NoErasureKey
    kinds, digests = zip(("key", tombstone_of_key(key)), *tombstones, strict=True)
    await connection.execute(QUERIES["add_forgotten"], kinds, digests, now)
    await connection.execute(QUERIES["bump_definitions_version"])
