"""The days with activity of a manager's reps, for comparing a rep's recent weeks with the rep's own earlier ones."""

import json
from collections.abc import Collection, Mapping
from datetime import date, datetime
from typing import Final

from services.nudges.domain.announcements import was_known_before
from services.nudges.domain.baseline import PastDay
from shared.events import BehaviourKey, RepId, VersionNumber
from shared.postgres.pool import Connection
from shared.postgres.queries import Queries

_QUERIES: Final = Queries.beside(__file__)

Announced = Mapping[VersionNumber, datetime]
"""When each version was announced to a rep."""


async def list_active_days(
    connection: Connection,
    versions: Mapping[RepId, VersionNumber | None],
    delivered_at: Mapping[RepId, Announced],
    *,
    since: date,
    before: date,
) -> dict[RepId, list[PastDay]]:
    """By rep, the worked days with activity from `since` to before another day, oldest first. `versions` has the version that
    judges each rep now.

    Days before the playbook was announced to the rep are left out. So are the counts of behaviours for which something else
    counted on the day than counts now.
    """
    counted = await _load_what_counted(connection, versions)
    active: dict[RepId, list[PastDay]] = {rep_id: [] for rep_id in versions}
    for row in await connection.fetch(_QUERIES["list_active_days"], list(versions), since, before):
        rep_id, version = RepId(row["rep_id"]), VersionNumber(row["version"])
        announced_at = delivered_at[rep_id].get(version)
        if not was_known_before(row["day"], delivered_at=announced_at, timezone=row["timezone"]):
            continue
        judged_by, counts_now = counted[rep_id].get(version, {}), counted[rep_id].get(versions[rep_id], {})
        counts = {
            BehaviourKey(key): count
            for key, count in json.loads(row["counts"] or "{}").items()
            if version == versions[rep_id] or (key in counts_now and judged_by.get(key) == counts_now[key])
        }
        active[rep_id].append(PastDay(day=row["day"], counts=counts, part=row["part"]))
    return active


async def _load_what_counted(
    connection: Connection, rep_ids: Collection[RepId]
) -> dict[RepId, dict[VersionNumber | None, Mapping[str, str]]]:
    counted: dict[RepId, dict[VersionNumber | None, Mapping[str, str]]] = {rep_id: {} for rep_id in rep_ids}
    for row in await connection.fetch(_QUERIES["list_what_counted"], list(rep_ids)):
        counted[RepId(row["rep_id"])][VersionNumber(row["version"])] = json.loads(row["counted"] or "{}")
    return counted
