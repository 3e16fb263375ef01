"""This version continues an installation of an earlier one exactly as the earlier one would have.

`README.md` describes the recorded installation. Its databases and streams are put into a data folder, and this version is
started on it. Then both versions finish the same evening and work until the next noon.
"""

import json
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import asyncpg
import pytest

from deploy.database import OWNERS, ensure_database
from deploy.demo.settings import configuration
from shared.event_types import NUDGE_DECIDED
from shared.jetstream.client import disconnect
from shared.jetstream.stored_messages import StoredMessage, find_last_number, read_messages
from shared.jetstream.streams import NUDGES
from shared.postgres.migrations import migrate
from shared.postgres.pool import make_pool
from tests.backends import PASSWORD, Servers
from tests.running_daymark import ROOT, running_daymark
from tests.upgrade.dumps import restore_schemas
from tests.upgrade.installation import restore_installation
from tests.upgrade.names import (
    ANNOUNCEMENT_FIELDS,
    DISCARDED,
    DISPUTE_FIELDS,
    EFFECT_FIELDS,
    NUDGE_FIELDS,
    STATUSES,
    TABLES,
    rename_fields,
)
from tests.upgrade.recording import Recording
from tests.upgrade.snapshots import STOPPED_AT, Snapshot, continue_for_a_day

pytestmark = pytest.mark.timeout(600)
SNAPSHOTS = pytest.mark.parametrize("snapshot", [0, 1], ids=["that evening", "the next noon"])
_READ = ("text", "reason")
"""What a person has read, once a nudge was sent. One that is deferred is worded when it is sent."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Upgrade:
    """What the earlier version answered (`expected`), and what this one did. `delivered` are the ids of nudges in the order in
    which this version appended them to the file of nudges, and `published` the messages that it stored on NUDGES."""

    expected: tuple[Snapshot, Snapshot]
    actual: tuple[Snapshot, Snapshot]
    delivered: list[str]
    published: list[StoredMessage]


@pytest.fixture(scope="module")
def recording() -> Recording:
    return Recording.read()


@pytest.fixture(scope="module")
async def upgrade(recording: Recording, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Upgrade]:
    folder = tmp_path_factory.mktemp("upgrade") / "d"
    await restore_installation(folder, recording)
    restored = next(len(stream.messages) for stream in recording.streams if stream.config["name"] == NUDGES)
    settings = configuration(folder / "secrets", nudges_file=folder / "nudges.ndjson")
    async with running_daymark(folder, settings) as daymark:
        connection = await daymark.connect()
        snapshots = await continue_for_a_day(daymark, connection)
        last = await find_last_number(connection, NUDGES)
        messages = [message async for batch in read_messages(connection, NUDGES, last=last) for message in batch]
        await disconnect(connection)
        yield Upgrade(
            expected=recording.snapshots,
            actual=snapshots,
            delivered=_read_delivered(folder / "nudges.ndjson"),
            published=messages[restored:],
        )


async def test_migrations_keep_every_row(recording: Recording, servers: Servers) -> None:
    await ensure_database(servers.admin_url, database="upgrade", passwords=dict.fromkeys(OWNERS, PASSWORD))
    await restore_schemas(recording.schemas, url_of_role=lambda role: servers.postgres_url(role=role, database="upgrade"))
    admin = await asyncpg.connect(servers.admin_url, database="upgrade")
    before = await _count_rows(admin)

    for owner in OWNERS:
        pool = await make_pool(servers.postgres_url(role=owner, database="upgrade"), schema=owner)
        assert await migrate(pool, schema=owner, folder=ROOT / "services" / owner / "migrations") > 0
        await pool.close()

    after = await _count_rows(admin)
    await admin.close()
    renamed = {TABLES.get(table, table): count for table, count in before.items() if not table.endswith(".migration")}
    expected = {table: 0 if table in DISCARDED else count for table, count in renamed.items()}
    assert {table: after[table] for table in renamed} == expected
    assert sum(count > 0 for count in renamed.values()) > 20


@SNAPSHOTS
def test_scores_and_totals_are_the_same_row_by_row(upgrade: Upgrade, snapshot: int) -> None:
    expected, actual = upgrade.expected[snapshot], upgrade.actual[snapshot]

    assert len(expected["scores"]) > 300
    assert actual["scores"] == expected["scores"]
    assert actual["totals"] == expected["totals"]
    for user in actual["unmatched_users"]["users"]:
        del user["oldest_at"]  # the earlier version did not say since when
    assert actual["unmatched_users"]["users"] == expected["unmatched_users"]["identities"]


@SNAPSHOTS
def test_an_audit_counts_the_same_and_finds_no_difference(upgrade: Upgrade, snapshot: int) -> None:
    assert "0 differences" in upgrade.actual[snapshot]["audit"]
    assert upgrade.actual[snapshot]["audit"] == upgrade.expected[snapshot]["audit"]


@SNAPSHOTS
def test_the_same_nudges_were_decided_and_none_for_the_past(upgrade: Upgrade, snapshot: int) -> None:
    """Those from before the upgrade also keep their times and assignments, and the texts that people have read. Since the
    upgrade *quiet afternoon* is silent: it needs forty known days, and the installation has run for four weeks. *Sent to the
    team* is new, and part of a manager's message."""
    rows = [_with_new_names(row) for row in upgrade.expected[snapshot]["nudges"]]
    stopped_at = STOPPED_AT.strftime("%Y-%m-%dT%H:%M:%S")
    expected = [row for row in rows if row["rule"] != "quiet_afternoon" or row["decided_at"][:19] < stopped_at]
    actual = [row for row in upgrade.actual[snapshot]["nudges"] if (row["rule"], row["status"]) != ("sent_to_team", "bundled")]

    assert _identify_all(actual) == _identify_all(expected)
    assert _decided_before_upgrade(actual) == _decided_before_upgrade(expected)


def test_deferred_nudges_stay_deferred_that_evening_and_are_delivered_once_the_next_day(upgrade: Upgrade) -> None:
    evening, noon = ({row["id"]: row["status"] for row in snapshot["nudges"]} for snapshot in upgrade.actual)
    deferred = {nudge for nudge, status in evening.items() if status == "deferred"}

    assert len(deferred) == 9
    assert {noon[nudge] for nudge in deferred} == {"sent", "withheld"}
    sent_since = {nudge for nudge, status in noon.items() if status == "sent" and evening.get(nudge) != "sent"}
    assert sorted(upgrade.delivered) == sorted(sent_since)


def test_nothing_that_was_sent_before_is_published_again(upgrade: Upgrade) -> None:
    sent_before = {row["id"] for row in upgrade.expected[0]["nudges"] if row["status"] in {"sent", "bundled"}}
    decided = [json.loads(message.data)["id"] for message in upgrade.published if message.subject == NUDGE_DECIDED.name]

    assert decided
    assert sent_before.isdisjoint(decided)


@SNAPSHOTS
def test_announcements_and_disputes_are_the_same(upgrade: Upgrade, snapshot: int) -> None:
    expected, actual = upgrade.expected[snapshot], upgrade.actual[snapshot]

    assert actual["announcements"] == [rename_fields(row, ANNOUNCEMENT_FIELDS) for row in expected["announcements"]]
    assert actual["disputes"] == [[rename_fields(row, DISPUTE_FIELDS) for row in rows] for rows in expected["disputes"]]


@SNAPSHOTS
def test_every_team_is_calibrated_again_for_each_rule(upgrade: Upgrade, snapshot: int) -> None:
    """Limits are measured on another scale than before, and by rule."""
    expected, actual = upgrade.expected[snapshot]["calibrations"], upgrade.actual[snapshot]["calibrations"]

    assert [(row["team"], row["rule"], row["reps"]) for row in actual] == [
        (row["team"], rule, row["reps"]) for row in expected for rule in ("drop", "gone_silent")
    ]


@SNAPSHOTS
def test_effects_are_the_same(upgrade: Upgrade, snapshot: int) -> None:
    """Only the order, and the sentence that says why an effect is not known, may differ. Of new rules nothing is known, and
    what is counted since is not compared."""
    expected, actual = upgrade.expected[snapshot], upgrade.actual[snapshot]

    effects = _by_rule([rename_fields(row, EFFECT_FIELDS) for row in expected["effects"]])
    now = _by_rule(actual["effects"])
    assert {rule: {name: now[rule][name] for name in effect} for rule, effect in effects.items()} == effects
    assert all(now[rule]["effect"] is None for rule in now.keys() - effects.keys())


@SNAPSHOTS
def test_an_erased_person_stays_erased(upgrade: Upgrade, snapshot: int) -> None:
    target = upgrade.actual[snapshot]["erased_person"]

    assert target["is_erased"]
    assert (target["activities"], target["days"], target["rosters"]) == (0, 0, 0)


async def _count_rows(admin: asyncpg.Connection) -> dict[str, int]:
    """The number of rows of each table of the services. Partitions count as tables of their own."""
    query = "SELECT schemaname || '.' || tablename FROM pg_tables WHERE schemaname = ANY($1)"
    tables = [row[0] for row in await admin.fetch(query, list(OWNERS))]
    return {table: await admin.fetchval(f"SELECT count(*) FROM {table}") for table in tables}


def _read_delivered(path: Path) -> list[str]:
    return [json.loads(line)["id"] for line in path.read_text().splitlines()]


def _with_new_names(row: dict[str, Any]) -> dict[str, Any]:
    """A nudge of the earlier version as this one lists it."""
    renamed = rename_fields(row, NUDGE_FIELDS)
    return renamed | {"status": STATUSES.get(row["status"], row["status"])}


def _by_rule(effects: list[dict[str, Any]]) -> dict[str, dict[str, Any]]:
    """The rows of effects without their sentences."""
    return {row["rule"]: row | {"not_known_because": ""} for row in effects}


def _identify_all(rows: list[dict[str, Any]]) -> list[tuple[str, ...]]:
    fields = ("day", "person", "rule", "occasion", "status", "id")
    return sorted(tuple(row[field] for field in fields) for row in rows)


def _decided_before_upgrade(rows: list[dict[str, Any]]) -> dict[str, dict[str, Any]]:
    """What may not change about nudges that the earlier version decided, by id."""
    fields = ("kind", "person_name", "team", "propensity", "decided_at", "send_at", "retracted")
    stopped_at = STOPPED_AT.strftime("%Y-%m-%dT%H:%M:%S")
    decided = [row for row in rows if row["decided_at"][:19] < stopped_at]
    return {
        row["id"]: {field: row[field] for field in (*fields, *(_READ if (row["send_at"] or "") < stopped_at else ()))}
        for row in decided
    }
