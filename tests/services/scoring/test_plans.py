"""Every query finds what it asks for by an index, on a table as large as that of years: `TEST_ACTIVITIES` says how large."""

import json
import os
from collections.abc import AsyncIterator
from datetime import UTC, date, datetime
from typing import Any

import asyncpg
import pytest

from services.scoring.days.count_query import Block, count_query
from services.scoring.domain.definition_files.playbook_file import read_playbooks
from services.scoring.store import MIGRATIONS, QUERIES, SCHEMA
from shared.postgres.migrations import migrate
from shared.postgres.pool import make_pool
from tests.services.scoring.conftest import PLAYBOOK

ACTIVITIES = int(os.environ.get("TEST_ACTIVITIES", "100000"))
REPS, A_DAY = 100, 20
NOW = datetime(2026, 3, 2, tzinfo=UTC)
DAY = date(2026, 3, 1)
FILL = """
INSERT INTO activity (source, account, activity_id, kind, actor, started_at, rep_id, day)
SELECT 'acme', '', number::text, 'call', (number % $2)::text, at,
       CASE WHEN number % 1000 < 999 THEN 'r' || number % $2 END, CASE WHEN number % 1000 < 999 THEN at::date END
FROM generate_series(1, $1::integer) AS number,
LATERAL (SELECT $4::timestamptz - number / ($2::integer * $3::integer) * interval '1 day' AS at) AS made
"""
FILL_DAYS = """
INSERT INTO rep_day (rep_id, day, state) SELECT DISTINCT rep_id, day, 'closed' FROM activity WHERE rep_id IS NOT NULL
"""
FILL_RESCORE = """
INSERT INTO rescore SELECT 'r' || number, $1, 'infinity', false, $2 FROM generate_series(1, 5) AS number
"""
FILL_PROGRESS = "INSERT INTO rep_progress SELECT 'r' || number, $1 FROM generate_series(0, 99) AS number"
GENERIC_PLAN = """
CREATE FUNCTION pg_temp.generic_plan(query text) RETURNS json LANGUAGE plpgsql AS $$
DECLARE plan json;
BEGIN EXECUTE 'EXPLAIN (FORMAT JSON, GENERIC_PLAN) ' || query INTO plan; RETURN plan; END $$
"""
READS_ALL = {
    "list_placed_activities",  # the audit's
    "list_unplaced_activities",
    "list_all_days",
    "list_activities_of_contact",  # too rare to keep an index for
}
PLACES = (["r1", "r2"], [DAY, DAY])
SPANS = (["r1", "r2"], [DAY, DAY], [date.max, date.max])
KEYS = (["acme", "acme"], ["", ""], ["1", "2"])
COLUMNS = (["{}"] * 2, ["call"] * 2, [False] * 2, ["1"] * 2, [NOW] * 2, [1.0] * 2, *[[None] * 2] * 5, *PLACES)
VERSIONS = [*read_playbooks(PLAYBOOK, file=""), *read_playbooks(PLAYBOOK, file="")]
COUNTED = {
    "count_query": count_query(VERSIONS, KEYS, within=None),
    "count_query of a block": count_query(VERSIONS, KEYS, within=Block(["r1", "r2"], DAY, DAY)),
}
USERS = (["acme", "acme"], [None, "x"], ["1", "2"], ["acme"], ["y"], ["1"])
RULES = json.dumps([{"version": 0, "burst_more_than": 3, "burst_within_s": 60}])
ASKED: dict[str, tuple[Any, ...]] = {
    "insert_activities": (*KEYS, *COLUMNS),
    "lock_activities": KEYS,
    "lock_activities_of_reps": (["r1"], ["acme"], ["1"]),
    "update_activities": (*KEYS, *COLUMNS),
    "list_nobodys": (),
    "list_activities_of_day": ("r1", DAY),
    "insert_days": (*PLACES, ["open", "open"]),
    "lock_days": PLACES,
    "find_unverified": (*PLACES, [0, 0], RULES),
    "sum_goals": ([0], ["month"], ["r1"], [date(2026, 2, 1)], [DAY]),
    "update_days": (*PLACES, ["open"] * 2, ["{}"] * 2, ["{}"] * 2, [None] * 2, [None] * 2, [1, 1]),
    "list_days": (DAY, DAY, ["r1"], True, "", DAY, 1_000),
    "list_scores_of": PLACES,
    "find_first_to_rescore": SPANS,
    "lock_days_to_rescore": (*SPANS, DAY, DAY),
    "lock_long_past_days": (*SPANS, DAY, DAY),
    "update_long_past_days": (*PLACES, [None] * 2, [0] * 2, ["{}"], ["{}"], [None]),
    "find_rescore_state": (),
    "count_activities_of_users": USERS,
    "delete_activities_of_users": (*USERS, 1_000),
    "list_days_of": ("r1",),
    "list_counts": (DAY, DAY),
    "count_days_of": ("r1",),
    "delete_days_of": ("r1",),
    "list_progress": (),
    "list_open_days": (["r1"],),
}


@pytest.fixture
async def large(scoring_database_url: str) -> AsyncIterator[asyncpg.Pool]:
    pool = await make_pool(scoring_database_url, schema=SCHEMA)
    await migrate(pool, schema=SCHEMA, folder=MIGRATIONS)
    await pool.execute(FILL, ACTIVITIES, REPS, A_DAY, NOW, timeout=900)
    await pool.execute(FILL_DAYS, timeout=900)
    await pool.execute(FILL_RESCORE, DAY, NOW)
    await pool.execute(FILL_PROGRESS, DAY)
    for table in ("activity", "rep_day", "rescore", "rep_progress"):
        await pool.execute(f"VACUUM ANALYZE {table}", timeout=900)
    yield pool
    await pool.close()


@pytest.mark.timeout(1_800)
async def test_no_query_reads_a_whole_table_to_find_a_part_of_it(large: asyncpg.Pool) -> None:
    """Neither as planned for what is asked nor as planned once and for all, whichever Postgres takes up."""
    on_large_tables = {name for name in QUERIES if {"activity", "rep_day"} & set(QUERIES[name].split())}
    assert on_large_tables - READS_ALL == ASKED.keys()

    scanned = {}
    queries = [(name, QUERIES[name], arguments) for name, arguments in ASKED.items()]
    queries += [(name, query.sql, (*PLACES, [0, 1], *query.arguments)) for name, query in COUNTED.items()]
    async with large.acquire() as connection:
        await connection.execute(GENERIC_PLAN)
        for name, sql, arguments in queries:
            planned = [
                await connection.fetchval(f"EXPLAIN (FORMAT JSON) {sql}", *arguments),
                await connection.fetchval("SELECT pg_temp.generic_plan($1)", sql),
            ]
            whole = [scan for plan in planned for scan in _whole_tables(json.loads(plan)[0]["Plan"])]
            if whole:
                scanned[name] = whole

    assert scanned == {}


def _whole_tables(plan: dict[str, Any]) -> list[str]:
    """The large tables that a plan reads from the beginning to the end, also in the order of an index."""
    below = [table for part in plan.get("Plans", []) for table in _whole_tables(part)]
    is_scan = plan["Node Type"] in {"Seq Scan", "Index Scan", "Index Only Scan", "Bitmap Index Scan"}
    is_whole = is_scan and "Index Cond" not in plan and plan.get("Relation Name") in {"activity", "rep_day"}
    return [plan["Relation Name"], *below] if is_whole else below
