"""Migration 0022 renames tables, columns, constraints and statuses of a database that holds rows."""

import re
import shutil
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Final

import asyncpg
import pytest

from shared.postgres.migrations import migrate
from shared.postgres.pool import make_pool

MIGRATIONS: Final = Path("services/nudges/migrations")
RETIRED: Final = frozenset(
    {"look", "led", "usual", "quiet", "contest", "contested", "settled", "forgotten", "looked", "recheck", "chance", "said"}
    | {"revised", "held", "dropped", "told", "times", "heard", "drawn", "words"}
)
"""Parts of names that must be gone afterwards."""

ROWS_BEFORE: Final = """
INSERT INTO day (rep_id, day, revision, report, heard_at, heard) VALUES
    ('ana', '2026-03-02', 1, '{"state": "open", "playbook_version": 1, "team": {"id": "north"}}',
     '2026-03-02T09:00Z', '{"calls": "2026-03-02T09:00Z"}');
INSERT INTO look (rep_id, day, moment, due_at, done, counts) VALUES
    ('ana', '2026-03-02', 'morning', '2026-03-02T08:00Z', true, '{"calls": 3}'),
    ('ana', '2026-03-02', 'midday', '2026-03-02T12:00Z', false, NULL);
INSERT INTO led (manager_id, rep_id, name, timezone, newest_day) VALUES
    ('mara', 'ana', 'Mara Lind', 'Europe/Madrid', '2026-03-02');
INSERT INTO team_usual (team_id, day, version, usual) VALUES ('north', '2026-03-02', 1, '{"rate": 20}');
INSERT INTO quiet_feed (team_id, team_name, behaviour, label, since, because) VALUES
    ('north', 'North', 'calls', 'Calls', '2026-03-02T10:00Z', 'nothing arrived');
INSERT INTO contest (id, rep_id, day, source, account, activity_id, reason, recorded, contested_at, settled, manager_id,
                     settled_at)
VALUES ('c1', 'ana', '2026-03-02', 'acme', '', '7', 'time', '{"kind": "call"}', '2026-03-02T10:00Z', 'stands', 'mara',
        '2026-03-02T11:00Z'),
       ('c2', 'ana', '2026-03-02', 'acme', '', '8', 'twice', '{"kind": "call"}', '2026-03-02T10:30Z', '', '', NULL);
INSERT INTO forgotten (digest, forgotten_at) VALUES ('\\x01', '2026-03-02T10:00Z');
UPDATE effects_look SET looked_on = '2026-03-01';
INSERT INTO calibration_plan (team_id, due_at) VALUES ('north', '2026-03-08T03:00Z'), ('gone', '2026-03-08T03:00Z');
INSERT INTO announcement (rep_id, version, times, body, nudge_id, told_at) VALUES
    ('ana', 1, 2, '{}', 'sent', '2026-03-01T09:00Z');
INSERT INTO nudge (id, rule, kind, person_id, person_name, team_id, manager_ids, occasion, day, timezone, text, reason, status,
                   decided_at, send_at, event, traceparent, chance, said_with, revised_at, revised_because)
SELECT status, 'plan_done', 'celebration', 'ana', 'Ana Ruiz', 'north', '{mara}', status, '2026-03-02', 'Europe/Madrid',
       'text of ' || status, 'reason', status, '2026-03-02T10:00Z', '2026-03-02T10:00Z', '{}', '', 0.9,
       CASE status WHEN 'bundled' THEN 'sent' END,
       CASE status WHEN 'bundled' THEN timestamptz '2026-03-02T12:00Z' END,
       CASE status WHEN 'bundled' THEN 'late data' ELSE '' END
FROM unnest('{sent,bundled,held,held_out,dropped}'::text[]) AS status;
"""


@pytest.fixture
async def pool(servers: object, database: str, nudges_database_url: str) -> AsyncIterator[asyncpg.Pool]:
    """A pool on a database whose schema has no tables yet."""
    opened = await make_pool(nudges_database_url, schema="nudges")
    tables = await opened.fetch("SELECT tablename FROM pg_tables WHERE schemaname = 'nudges'")
    functions = await opened.fetch(
        "SELECT oid::regprocedure::text AS name FROM pg_proc WHERE pronamespace = 'nudges'::regnamespace"
    )
    for row in tables:
        await opened.execute(f'DROP TABLE "{row["tablename"]}" CASCADE')
    for row in functions:
        await opened.execute(f"DROP FUNCTION {row['name']}")
    yield opened
    await opened.close()


@pytest.fixture
async def upgraded(pool: asyncpg.Pool, tmp_path: Path) -> asyncpg.Pool:
    """A database with rows from before the migration, after it."""
    before = tmp_path / "before"
    before.mkdir()
    for path in sorted(MIGRATIONS.glob("*.sql")):
        if path.name < "0022":
            shutil.copy(path, before)
    await migrate(pool, schema="nudges", folder=before)
    await pool.execute(ROWS_BEFORE)

    shutil.copy(MIGRATIONS / "0022_plain_words.sql", before)
    assert await migrate(pool, schema="nudges", folder=before) == 1
    return pool


async def test_every_row_is_still_there_under_the_new_names(upgraded: asyncpg.Pool) -> None:
    async def rows(query: str) -> list[tuple[object, ...]]:
        return [tuple(str(value) for value in row) for row in await upgraded.fetch(query)]

    assert await rows("SELECT person_id, moment, is_done, counts FROM scheduled_check ORDER BY due_at") == [
        ("ana", "morning", "True", '{"calls": 3}'),
        ("ana", "midday", "False", "None"),
    ]
    assert await rows("SELECT manager_id, rep_id, name FROM manager_of_rep") == [("mara", "ana", "Mara Lind")]
    assert await rows("SELECT team_id, baseline FROM team_baseline") == [("north", '{"rate": 20}')]
    assert await rows("SELECT team_id, behaviour, because FROM silent_feed") == [("north", "calls", "nothing arrived")]
    assert await rows("SELECT id, resolution, disputed_at < resolved_at FROM dispute ORDER BY id") == [
        ("c1", "stands", "True"),
        ("c2", "", "None"),
    ]
    assert await rows("SELECT digest, erased_at IS NOT NULL FROM erased_person") == [("b'\\x01'", "True")]
    assert await rows("SELECT checked_on FROM effects_check") == [("2026-03-01",)]
    assert await rows("SELECT announcement_number, delivered_at IS NOT NULL FROM announcement") == [("2", "True")]
    assert await rows("SELECT first_seen_at IS NOT NULL, first_seen ->> 'calls' FROM day") == [("True", "2026-03-02T09:00Z")]
    assert await rows("SELECT id, bundled_with, retracted_because, propensity FROM nudge WHERE retracted_at IS NOT NULL") == [
        ("bundled", "sent", "late data", "0.9")
    ]


async def test_each_status_has_its_new_name_and_no_other_is_accepted(upgraded: asyncpg.Pool) -> None:
    statuses = {row["id"]: row["status"] for row in await upgraded.fetch("SELECT id, status FROM nudge")}

    assert statuses == {
        "sent": "sent",
        "bundled": "bundled",
        "held": "deferred",
        "held_out": "withheld",
        "dropped": "suppressed",
    }
    for old in ("held", "held_out", "dropped"):
        with pytest.raises(asyncpg.CheckViolationError):
            await upgraded.execute("UPDATE nudge SET status = $1", old)


async def test_the_view_and_the_functions_read_the_new_tables(upgraded: asyncpg.Pool) -> None:
    due = [row["team_id"] for row in await upgraded.fetch("SELECT team_id FROM calibration_due")]
    parts = await upgraded.fetchval("SELECT parts_of('sent', 'text of sent text of bundled')")

    assert due == ["north"]
    assert len(parts) == 1
    assert '"is_retracted" : true' in parts[0]


async def test_no_retired_term_is_left_in_the_schema(upgraded: asyncpg.Pool) -> None:
    names = await upgraded.fetch(
        "SELECT relname AS name FROM pg_class WHERE relnamespace = 'nudges'::regnamespace"
        " UNION SELECT attname FROM pg_attribute AS a JOIN pg_class AS c ON c.oid = a.attrelid"
        "  WHERE c.relnamespace = 'nudges'::regnamespace AND c.relkind IN ('r', 'v') AND NOT attisdropped"
        " UNION SELECT conname FROM pg_constraint WHERE connamespace = 'nudges'::regnamespace"
        " UNION SELECT proname FROM pg_proc WHERE pronamespace = 'nudges'::regnamespace"
        " UNION SELECT unnest(proargnames) FROM pg_proc WHERE pronamespace = 'nudges'::regnamespace"
    )

    retired = {row["name"] for row in names if RETIRED.intersection(re.split("_", row["name"]))}
    assert retired == set()


async def test_the_partial_indexes_cover_the_deferred_nudges(upgraded: asyncpg.Pool) -> None:
    rows = await upgraded.fetch(
        "SELECT indexname, indexdef FROM pg_indexes WHERE schemaname = 'nudges' AND tablename = 'nudge'"
    )
    definitions = {row["indexname"]: row["indexdef"] for row in rows}

    for name in ("nudge_deferred", "nudge_deferred_of_person"):
        assert "status = 'deferred'" in definitions[name]
