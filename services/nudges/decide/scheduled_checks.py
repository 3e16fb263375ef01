"""The moments at which a person's day is checked by itself, whatever happens in it."""

import json
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final

import asyncpg

from services.nudges.domain.moments import Moment
from shared.events import BehaviourKey, ManagerId, PersonId, RepId
from shared.postgres.queries import Queries
from shared.postgres.shared_connection import Querier, change

_QUERIES: Final = Queries.beside(__file__)


@dataclass(frozen=True, kw_only=True, slots=True)
class DueCheck:
    """A moment of a rep's day that has come."""

    rep_id: RepId
    day: date
    moment: Moment


@dataclass(frozen=True, kw_only=True, slots=True)
class DueDigest:
    """A manager whose morning has come."""

    manager_id: ManagerId
    day: date


@dataclass(frozen=True, kw_only=True, slots=True)
class ManagerClock:
    """A manager and their zone."""

    manager_id: ManagerId
    timezone: str


async def add_checks(
    connection: Querier | asyncpg.Pool, person_id: PersonId, day: date, moments: Mapping[Moment, datetime]
) -> None:
    """Schedule each of these moments once."""
    rows = [(person_id, day, moment.value, due_at) for moment, due_at in moments.items()]
    await change(connection, _QUERIES["add_checks"], rows)


async def add_checks_of_team(
    connection: Querier, rep_ids: Collection[RepId], day: date, rules: Collection[str], *, now: datetime
) -> None:
    """Schedule a check of everybody's day now, now that the last of a team has done the plan. Reps for whom a nudge of
    these rules has been decided for the day are left out."""
    moment, names = Moment.TEAM_DONE.value, " ".join(rules)
    await change(connection, _QUERIES["add_checks_of_team"], [(rep_id, day, moment, now, names) for rep_id in rep_ids])


async def list_due_checks(pool: asyncpg.Pool, *, checks_max: int, now: datetime) -> list[DueCheck]:
    """Those that have waited longest first."""
    return [
        DueCheck(rep_id=RepId(row["person_id"]), day=row["day"], moment=Moment(row["moment"]))
        for row in await pool.fetch(_QUERIES["list_due_checks"], now, checks_max)
    ]


async def is_check_due(connection: Querier, rep_id: RepId, day: date, moment: Moment, *, now: datetime) -> bool:
    """Whether a moment of a rep's day has come and has not been checked yet."""
    return await connection.fetchval(_QUERIES["find_due_check"], rep_id, day, moment.value, now) is not None


async def mark_check_done(
    connection: Querier,
    person_id: PersonId,
    day: date,
    moment: Moment,
    counts: Mapping[BehaviourKey, int] | None,
    *,
    now: datetime,
) -> bool:
    """Take a check; True for exactly one replica. `counts` are those of the behaviours with a target, kept for comparison."""
    counts_json = json.dumps(counts) if counts is not None else None
    return bool(await change(connection, _QUERIES["mark_checks_done"], [(person_id, day, moment.value, now, counts_json)]))


async def list_due_digests(pool: asyncpg.Pool, *, digests_max: int, now: datetime) -> list[DueDigest]:
    """Those that have waited longest first."""
    return [
        DueDigest(manager_id=ManagerId(row["manager_id"]), day=row["day"])
        for row in await pool.fetch(_QUERIES["list_due_digests"], now, digests_max)
    ]


async def list_managers_without_digest(pool: asyncpg.Pool, *, seen_since: date) -> list[ManagerClock]:
    """Managers of reps whose days were seen since, for whom no digest is scheduled."""
    return [
        ManagerClock(manager_id=ManagerId(row["manager_id"]), timezone=row["timezone"])
        for row in await pool.fetch(_QUERIES["list_managers_without_digest"], seen_since)
    ]
