"""What the tables hold about a person, clause by clause."""

import json
from collections.abc import AsyncIterator
from datetime import timedelta

import pytest

from services.scoring.days.days import insert_days
from services.scoring.days.last_opened_days import claim_last_opened_days, list_opened_days
from services.scoring.domain.activities.activity_record import ActivityRecord
from services.scoring.domain.activities.assignment import RepDay
from services.scoring.domain.roster.roster import Identity
from services.scoring.erase.erase_contact import list_activities_of_contact
from services.scoring.erase.stored_person import (
    add_totals,
    count_activities,
    count_days,
    delete_activities,
    delete_days,
    delete_reports,
    list_counts,
)
from services.scoring.erase.users_of_person import UsersOfPerson
from services.scoring.record.activities import insert_activities
from shared.events import BehaviourKey, PersonId
from shared.observation import ActivityId, SourceName
from shared.postgres.pool import Connection
from tests.services.scoring.conftest import ANA, BEN, MONDAY, MONDAY_NOON, Scoring
from tests.services.scoring.domain.builders import ACME, NORTH, activity

OTHER = SourceName("other")
SUNDAY, TUESDAY = MONDAY - timedelta(days=1), MONDAY + timedelta(days=1)
CALLS = BehaviourKey("calls")


@pytest.fixture
async def connection(scoring: Scoring) -> AsyncIterator[Connection]:
    """To a database without days and events."""
    async with scoring.pool.acquire() as acquired:
        await acquired.execute("TRUNCATE rep_day, last_opened_day, outbox")
        yield acquired


async def _add_activity(
    connection: Connection,
    activity_id: str,
    actor: str,
    *,
    source: SourceName = ACME,
    account: str = "",
    rep_day: RepDay | None = None,
    contact_key: str | None = None,
) -> None:
    stated = activity({"actor": actor, "contact_key": contact_key})
    key = (source, account, ActivityId(activity_id))
    await insert_activities(connection, [ActivityRecord(key=key, states={}, activity=stated, rep_day=rep_day)], now=MONDAY_NOON)


async def _activity_ids(connection: Connection) -> list[str]:
    return [row["activity_id"] for row in await connection.fetch("SELECT activity_id FROM activity ORDER BY activity_id")]


async def _add_days(connection: Connection) -> None:
    for rep_id, days in ((ANA, (MONDAY, TUESDAY)), (BEN, (SUNDAY,))):
        await insert_days(connection, [(RepDay(rep_id, day), "closed") for day in days])
        await claim_last_opened_days(connection, {rep_id: TUESDAY})
    await connection.execute("""UPDATE rep_day SET counts = '{"calls": 3}' WHERE day <= $1""", MONDAY)


async def test_the_activities_of_a_persons_users_are_counted_and_deleted_some_at_a_time(connection: Connection) -> None:
    users = UsersOfPerson(
        own=(
            Identity(source=ACME, user="7"),
            Identity(source=ACME, account="one", user="7"),
            Identity(source=OTHER, account="one", user="8"),
        ),
        reassigned=(),
        of_others=(Identity(source=ACME, account="two", user="7"),),
    )
    await _add_activity(connection, "a1", "7")
    await _add_activity(connection, "a2", "7", account="one")
    await _add_activity(connection, "a3", "8", source=OTHER, account="one")
    await _add_activity(connection, "b1", "7", account="two")
    await _add_activity(connection, "b2", "8", source=OTHER, account="two")
    await _add_activity(connection, "b3", "8", account="one")
    await _add_activity(connection, "b4", "7", source=OTHER, account="one")
    await _add_activity(connection, "b5", "7", rep_day=RepDay(BEN, MONDAY))

    assert await count_activities(connection, users) == 3
    assert [await delete_activities(connection, users, limit=limit) for limit in (1, 3, 3)] == [1, 2, 0]
    assert await _activity_ids(connection) == ["b1", "b2", "b3", "b4", "b5"]


async def test_days_are_counted_and_those_on_which_something_counted_are_listed(connection: Connection) -> None:
    await _add_days(connection)

    assert await count_days(connection, ANA) == 2
    assert await list_counts(connection, ANA) == {MONDAY: {CALLS: 3}}


async def test_the_days_of_a_rep_are_deleted_and_no_others(connection: Connection) -> None:
    await _add_days(connection)

    assert await delete_days(connection, ANA) == 2

    assert [await count_days(connection, rep_id) for rep_id in (ANA, BEN)] == [0, 1]
    assert list(await list_opened_days(connection)) == [BEN]


async def test_totals_of_erased_reps_add_up(connection: Connection) -> None:
    month = MONDAY.replace(day=1)
    for total in (3, 4):
        await add_totals(connection, {(NORTH, month, CALLS): total, (NORTH, month, BehaviourKey(f"only-{total}")): total})

    rows = await connection.fetch("SELECT behaviour, total FROM total_of_erased_reps ORDER BY behaviour")
    assert [tuple(row) for row in rows] == [("calls", 7), ("only-3", 3), ("only-4", 4)]


async def _add_event(connection: Connection, subject: str, body: object) -> None:
    await connection.execute(
        "INSERT INTO outbox (event_id, event_type, subject, body, traceparent, at)"
        " VALUES ($1, 'day.closed.v1', $1, $2, '', $3)",
        subject,
        json.dumps(body),
        MONDAY_NOON,
    )


async def test_unpublished_reports_of_a_person_are_deleted_and_no_others(connection: Connection) -> None:
    for subject in ("ana", "ana/2026-03-02", "anabel/2026-03-02", "ben/ana"):
        await _add_event(connection, subject, {})

    await delete_reports(connection, ANA)

    rows = await connection.fetch("SELECT subject FROM outbox ORDER BY subject")
    assert [row["subject"] for row in rows] == ["anabel/2026-03-02", "ben/ana"]


async def test_a_manager_is_taken_out_of_unpublished_reports_about_others(connection: Connection) -> None:
    mara, jon = {"id": "mara", "name": "Mara"}, {"id": "jon", "name": "Jon"}
    for subject, managers in (("a", [jon, mara]), ("b", [mara]), ("c", [jon])):
        await _add_event(connection, subject, {"managers": managers})
    await _add_event(connection, "d", {"note": "mara"})

    await delete_reports(connection, PersonId("mara"))

    bodies = [json.loads(row["body"]) for row in await connection.fetch("SELECT body FROM outbox ORDER BY subject")]
    assert bodies == [{"managers": [jon]}, {"managers": []}, {"managers": [jon]}, {"note": "mara"}]


@pytest.mark.parametrize(("source", "listed"), [(None, ["a1", "a2", "a3", "a4"]), (ACME, ["a1", "a2"]), (OTHER, ["a3", "a4"])])
async def test_the_activities_with_a_contact_are_listed_in_order(
    connection: Connection, source: SourceName | None, listed: list[str]
) -> None:
    await _add_activity(connection, "a4", "7", source=OTHER, contact_key="ada")
    await _add_activity(connection, "a3", "7", source=OTHER, contact_key="ada")
    await _add_activity(connection, "a2", "7", account="two", contact_key="ada")
    await _add_activity(connection, "a1", "7", account="one", contact_key="ada")
    await _add_activity(connection, "a0", "7", contact_key="bob")

    keys = await list_activities_of_contact(connection, "ada", source=source)

    assert [activity_id for *_, activity_id in keys] == listed
