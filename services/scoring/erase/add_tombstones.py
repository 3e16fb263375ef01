"""Store tombstones: keyed hashes by which an erased person is recognised from then on."""

from collections.abc import Sequence
from datetime import datetime

from services.scoring.definitions.stored_definitions import Tombstone, bump_version
from services.scoring.definitions.stored_definitions import add_tombstones as store_tombstones
from services.scoring.domain.definitions import Definitions
from shared.postgres.pool import Connection
from shared.privacy.erasure import NoErasureKey, tombstone_of_key


async def add_tombstones(
    connection: Connection, definitions: Definitions, tombstones: Sequence[Tombstone], *, now: datetime
) -> None:
    """Recognise these from the end of the transaction on, on every replica. Needs the definitions locked.

    Raises:
        NoErasureKey: no key is configured under which anybody could be recognised.
    """
    key = definitions.erased.key
    if not key:
        raise NoErasureKey
    await store_tombstones(connection, [Tombstone(kind="key", digest=tombstone_of_key(key)), *tombstones], now=now)
    await bump_version(connection)
