"""Days that have to be scored again because a definition has changed: requested in the transaction that changes it, and worked
off in the background.

There is one row per rep. Requests for the same rep are merged, and what was under way when a process died is still there.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from types import MappingProxyType
from typing import Final

import msgspec

from services.scoring.domain.roster.roster import Identity
from shared.events import RepId
from shared.postgres.pool import Connection
from shared.postgres.queries import Queries
from shared.requests.definitions import RescoreState

_QUERIES: Final = Queries.beside(__file__)
_identities_decoder: Final = msgspec.json.Decoder(tuple[Identity, ...])


@dataclass(frozen=True, kw_only=True, slots=True)
class RepSpan:
    """The days of a rep from `first` to `last`, both included, and what identities the rep has lost since the activities were
    assigned."""

    rep_id: RepId
    first: date
    last: date
    lost_identities: tuple[Identity, ...] = ()


async def request_rescore(
    connection: Connection,
    rep_ids: Collection[RepId],
    *,
    first: date,
    last: date,
    needs_reassignment: bool,
    now: datetime,
    lost_identities: Mapping[RepId, Sequence[Identity]] = MappingProxyType({}),
) -> None:
    """Request that these reps' days from `first` to `last` are scored again. With `needs_reassignment` their activities are
    assigned to reps and days again before."""
    in_order = sorted(rep_ids)
    lost = [msgspec.json.encode(lost_identities.get(rep_id, ())).decode() for rep_id in in_order]
    if in_order:
        await connection.execute(_QUERIES["request_rescore"], in_order, first, last, needs_reassignment, now, lost)


async def claim_rescores(connection: Connection, *, needs_reassignment: bool, reps_max: int) -> list[RepSpan]:
    """The reps to reassign, or to score, next; locked until the transaction ends, and none that another replica works on."""
    rows = await connection.fetch(_QUERIES["claim_rescores"], needs_reassignment, reps_max)
    return [
        RepSpan(
            rep_id=row["rep_id"],
            first=row["first_day"],
            last=row["last_day"],
            lost_identities=_identities_decoder.decode(row["lost_identities"]),
        )
        for row in rows
    ]


async def finish_reassignment(connection: Connection, rep_ids: Collection[RepId]) -> None:
    """Record that these reps' activities are reassigned; their days are still to be scored."""
    await connection.execute(_QUERIES["finish_reassignment"], list(rep_ids))


async def finish_scoring(connection: Connection, rep_ids: Collection[RepId], *, next_day: date | None) -> None:
    """Record that these reps' days before `next_day` are scored; None: all days are."""
    if next_day is None:
        await connection.execute(_QUERIES["delete_rescores"], list(rep_ids))
    else:
        await connection.execute(_QUERIES["advance_rescores"], list(rep_ids), next_day)


async def list_pending_rescores(connection: Connection, rep_ids: Collection[RepId] | None = None) -> set[RepId]:
    """Which of these reps, or of all reps, have days that still have to be scored again."""
    rows = await connection.fetch(_QUERIES["list_pending_rescores"], list(rep_ids) if rep_ids is not None else None)
    return {row["rep_id"] for row in rows}


async def find_rescore_state(connection: Connection) -> RescoreState:
    """How much waits."""
    row = await connection.fetchrow(_QUERIES["count_pending_rescores"])
    assert row is not None
    return RescoreState(reps=row["reps"], days=row["days"])
