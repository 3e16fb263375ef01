"""What the tables hold about a rep or a manager who is to be erased, and its removal."""

from collections.abc import Mapping
from datetime import date
from typing import Final

import msgspec

from services.scoring.days.days import read_counts
from services.scoring.domain.activities.statements import FactStates
from services.scoring.domain.erased import without_owners
from services.scoring.erase.users_of_person import UsersOfPerson, identity_columns
from shared.events import BehaviourKey, PersonId, RepId, TeamId
from shared.postgres.pool import Connection
from shared.postgres.queries import Queries

_QUERIES: Final = Queries.beside(__file__)
_states_decoder: Final = msgspec.json.Decoder(FactStates)

TotalKey = tuple[TeamId, date, BehaviourKey]
"""A team, the first day of a month, and a behaviour."""


async def count_activities(connection: Connection, users: UsersOfPerson) -> int:
    """How many activities are the person's."""
    count: int = await connection.fetchval(_QUERIES["count_activities_of_users"], *_user_columns(users))
    return count


async def delete_activities(connection: Connection, users: UsersOfPerson, *, limit: int) -> int:
    """Delete up to `limit` of the person's activities. Returns how many."""
    return _affected(await connection.execute(_QUERIES["delete_activities_of_users"], *_user_columns(users), limit))


async def remove_from_owners(connection: Connection, users: UsersOfPerson, *, key: bytes, limit: int) -> int:
    """Replace the person as an owner of up to `limit` activities that somebody else did. Returns of how many."""
    rows = await connection.fetch(_QUERIES["lock_activities_naming_users"], *_user_columns(users), limit)
    own = {(identity.source, identity.user) for identity in users.own}
    states = [
        without_owners(
            _states_decoder.decode(row["states"]), {user for source, user in own if source == row["source"]}, key=key
        )
        for row in rows
    ]
    columns = [[row[name] for row in rows] for name in ("source", "account", "activity_id")]
    await connection.execute(
        _QUERIES["replace_states"], *columns, [msgspec.json.encode(statements).decode() for statements in states]
    )
    return len(rows)


async def count_days(connection: Connection, rep_id: RepId) -> int:
    """How many days of the rep are stored."""
    count: int = await connection.fetchval(_QUERIES["count_days_of"], rep_id)
    return count


async def list_counts(connection: Connection, rep_id: RepId) -> dict[date, dict[BehaviourKey, int]]:
    """The counts of the rep's days, without days on which nothing counted."""
    rows = await connection.fetch(_QUERIES["list_counts_of"], rep_id)
    return {row["day"]: read_counts(row["counts"]) for row in rows}


async def add_totals(connection: Connection, totals: Mapping[TotalKey, int]) -> None:
    """Add to what erased reps did for their teams."""
    await connection.execute(
        _QUERIES["add_totals"],
        [team for team, _, _ in totals],
        [month for _, month, _ in totals],
        [behaviour for _, _, behaviour in totals],
        list(totals.values()),
    )


async def delete_days(connection: Connection, rep_id: RepId) -> int:
    """Delete the rep's days. Returns how many."""
    days = _affected(await connection.execute(_QUERIES["delete_days_of"], rep_id))
    await connection.execute(_QUERIES["delete_last_opened_day_of"], rep_id)
    return days


async def delete_reports(connection: Connection, person_id: PersonId) -> None:
    """Take the person out of what is not published yet: their own reports, and their name as a manager in others'."""
    await connection.execute(_QUERIES["delete_reports_of"], person_id)
    await connection.execute(_QUERIES["remove_manager_from_reports"], person_id)


def _user_columns(users: UsersOfPerson) -> tuple[object, ...]:
    own, of_others = identity_columns(users.own), identity_columns(users.of_others)
    return own.sources, own.accounts, own.users, of_others.sources, of_others.accounts, of_others.users


def _affected(status: str) -> int:
    """The number of rows in a command status such as `DELETE 3`."""
    return int(status.rpartition(" ")[2])
