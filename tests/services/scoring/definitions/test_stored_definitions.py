"""Definitions as they are stored: the newest is in force, and earlier ones are kept."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import nullcontext
from dataclasses import replace
from datetime import date, timedelta

import asyncpg
import pytest

from services.scoring.definitions.stored_definitions import (
    RosterInForce,
    Tombstone,
    add_playbooks,
    add_roster,
    add_tombstones,
    bump_version,
    find_roster,
    find_roster_file,
    find_version,
    list_playbook_files,
    list_playbooks,
    list_rosters,
    list_tombstones,
    lock_definitions,
    remove_editor,
    share_definitions,
    update_roster,
)
from shared.events import PersonId, TeamId
from shared.postgres.pool import Connection
from tests.services.scoring.conftest import MONDAY, MONDAY_NOON, ROSTER, Scoring
from tests.services.scoring.domain.builders import NORTH, playbook

SOUTH = TeamId("south")
MARA = PersonId("mara")
Lock = Callable[[Connection], Awaitable[None]]


@pytest.fixture
async def connection(scoring: Scoring) -> AsyncIterator[Connection]:
    async with scoring.pool.acquire() as acquired:
        yield acquired


async def _add_playbook(connection: Connection, body: str, *, team: TeamId = SOUTH, effective_from: date = MONDAY) -> None:
    version = replace(playbook(team=team, effective_from=effective_from), revises=f"for {body}")
    await add_playbooks(connection, [version], body, published_by=None, now=MONDAY_NOON)


async def test_the_newest_roster_is_in_force_and_every_one_is_listed(connection: Connection) -> None:
    for body in ("second", "third"):
        await add_roster(connection, body, entered_by=MARA, now=MONDAY_NOON)

    assert await find_roster(connection) == RosterInForce(body="third", applied_at=MONDAY_NOON, entered_by=MARA)
    assert [roster.body for roster in await list_rosters(connection)] == ["third", "second", ROSTER]


async def test_the_newest_file_comes_before_what_was_entered_into_it(connection: Connection) -> None:
    await add_roster(connection, "a file", now=MONDAY_NOON)
    for body in ("an entry", "another"):
        await add_roster(connection, body, entered_by=MARA, now=MONDAY_NOON)

    assert await find_roster_file(connection) == "a file"


async def test_what_an_erased_person_entered_stays_without_their_id(connection: Connection) -> None:
    await add_roster(connection, "by another", entered_by=PersonId("jon"), now=MONDAY_NOON)
    await remove_editor(connection, MARA)
    newest = await find_roster(connection)
    assert newest is not None
    assert newest.entered_by == "jon"
    await add_roster(connection, "hers", entered_by=MARA, now=MONDAY_NOON)

    await remove_editor(connection, MARA)

    assert await find_roster(connection) == RosterInForce(body="hers", applied_at=MONDAY_NOON, entered_by=PersonId(""))
    assert await find_roster_file(connection) == ROSTER


async def test_one_roster_can_be_replaced_by_its_version(connection: Connection) -> None:
    await add_roster(connection, "second", now=MONDAY_NOON)
    _, first = await list_rosters(connection)

    await update_roster(connection, first.version, "anonymous")

    assert [roster.body for roster in await list_rosters(connection)] == ["second", "anonymous"]


async def test_the_newest_version_of_each_team_and_date_is_listed(connection: Connection) -> None:
    await _add_playbook(connection, "a mistake")
    await _add_playbook(connection, "corrected")
    await _add_playbook(connection, "later", effective_from=MONDAY + timedelta(days=1))

    stored = await list_playbooks(connection)
    bodies = await list_playbook_files(connection, {row.file for row in stored})

    listed = {(row.team, row.effective_from): (bodies[row.file], row.reason) for row in stored}
    assert {key: value for key, value in listed.items() if key[0] == SOUTH} == {
        (SOUTH, MONDAY): ("corrected", "for corrected"),
        (SOUTH, MONDAY + timedelta(days=1)): ("later", "for later"),
    }
    assert [team for team, _ in listed].count(NORTH) == 1


async def test_versions_of_one_file_are_numbered_in_their_order_and_store_it_once(connection: Connection) -> None:
    in_order = [playbook(team=TeamId(team), effective_from=MONDAY) for team in ("zulu", "alpha", "mike")]

    added = await add_playbooks(connection, in_order, "three teams", published_by=None, now=MONDAY_NOON)

    assert added == in_order
    first = added[0].number
    assert [version.number for version in added] == [first, first + 1, first + 2]
    assert len({row.file for row in await list_playbooks(connection) if row.team != NORTH}) == 1


async def test_only_the_wanted_files_are_listed(connection: Connection) -> None:
    await _add_playbook(connection, "of the south")
    file = next(row.file for row in await list_playbooks(connection) if row.team == SOUTH)

    assert await list_playbook_files(connection, {file}) == {file: "of the south"}


async def test_the_version_of_all_definitions_rises(connection: Connection) -> None:
    before = await find_version(connection)

    await bump_version(connection)

    assert await find_version(connection) > before


async def test_a_tombstone_keeps_the_time_at_which_it_was_added(scoring: Scoring, connection: asyncpg.Connection) -> None:
    tombstone, other = Tombstone(kind="contact", digest=b"one"), Tombstone(kind="user", digest=b"two")
    await add_tombstones(connection, [tombstone], now=MONDAY_NOON)

    await add_tombstones(connection, [tombstone, other], now=MONDAY_NOON + timedelta(days=1))

    assert await list_tombstones(connection) == [tombstone, other]
    erased_at = await scoring.pool.fetchval("SELECT erased_at FROM tombstone WHERE digest = 'one'")
    assert erased_at == MONDAY_NOON


@pytest.mark.parametrize(
    ("first", "second", "is_excluded"),
    [
        (share_definitions, share_definitions, False),
        (share_definitions, lock_definitions, True),
        (lock_definitions, share_definitions, True),
        (lock_definitions, lock_definitions, True),
    ],
)
async def test_definitions_are_shared_until_somebody_changes_them(
    scoring: Scoring, first: Lock, second: Lock, *, is_excluded: bool
) -> None:
    async with scoring.pool.acquire() as holder, holder.transaction(), scoring.pool.acquire() as other, other.transaction():
        await first(holder)
        await other.execute("SET LOCAL lock_timeout = 1")

        with pytest.raises(asyncpg.LockNotAvailableError) if is_excluded else nullcontext():
            await second(other)
