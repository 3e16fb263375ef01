"""Every query finds its rows through an index, on a table as large as that of years: `TEST_ACTIVITIES` says how large.

Statistics are fresh or a day old. Those of yesterday know nothing of today's activities, and are what every day begins with.
"""

import json
import os
from collections.abc import AsyncIterator
from datetime import UTC, date, datetime, timedelta
from typing import Any

import asyncpg
import pytest

from services.scoring.days.count_query import Block, count_query
from services.scoring.domain.definition_files.playbook_file import read_playbooks
from services.scoring.schema import MIGRATIONS, SCHEMA
from shared.events import RepId
from shared.facts import STORED_FACTS
from shared.postgres.migrations import migrate
from shared.postgres.pool import make_pool
from tests.services.scoring.conftest import PLAYBOOK
from tests.services.scoring.domain.builders import rep_id_of
from tests.services.scoring.queries import all_queries

ACTIVITIES = int(os.environ.get("TEST_ACTIVITIES", "100000"))
REPS, PER_DAY = 100, 20
NOW = datetime(2026, 3, 2, tzinfo=UTC)
DAY = date(2026, 3, 1)
TODAY = date(2026, 3, 3)
COMPARED_MAX = 3 * REPS * PER_DAY
"""Activities times days that a count may hold against each other in vain."""
FILL = """
INSERT INTO activity (source, account, activity_id, kind, actor, started_at, stored_on, rep_id, day)
SELECT 'acme', '', number::text, 'call', (number % $2)::text, at, at::date,
       CASE WHEN number % 1000 < 999 THEN 'r' || number % $2 END, CASE WHEN number % 1000 < 999 THEN at::date END
FROM generate_series(1, $1::integer) AS number,
LATERAL (SELECT $4::timestamptz - number / ($2::integer * $3::integer) * interval '1 day' AS at) AS made
"""
FILL_TODAY = """
INSERT INTO activity (source, account, activity_id, kind, actor, started_at, stored_on, rep_id, day)
SELECT 'acme', '', 'today-' || number, 'call', (number % $1)::text, $3::date, $3, 'r' || number % $1, $3
FROM generate_series(1, $1::integer * $2::integer) AS number
"""
FILL_DAYS = """
INSERT INTO rep_day (rep_id, day, state) SELECT DISTINCT rep_id, day, 'closed' FROM activity WHERE rep_id IS NOT NULL
ON CONFLICT DO NOTHING
"""
FILL_PENDING_RESCORES = """
INSERT INTO pending_rescore SELECT 'r' || number, $1, 'infinity', false, $2 FROM generate_series(1, 5) AS number
"""
FILL_ABSENCES = """
INSERT INTO entered_absence SELECT 'r' || number, $1, false, 'm', $2 FROM generate_series(1, 5) AS number
"""
FILL_OPENED_DAYS = "INSERT INTO last_opened_day SELECT 'r' || number, $1 FROM generate_series(0, 99) AS number"
GENERIC_PLAN = """
CREATE FUNCTION pg_temp.generic_plan(query text) RETURNS json LANGUAGE plpgsql AS $$
DECLARE plan json;
BEGIN EXECUTE 'EXPLAIN (FORMAT JSON, GENERIC_PLAN) ' || query INTO plan; RETURN plan; END $$
"""
READS_ALL = {
    "days.days.list_all_days",  # the audit's
    "record.activities.list_assigned_activities",
    "record.activities.list_unassigned_activities",
    "erase.erase_contact.list_activities_of_contact",  # too rare to keep an index for
}
R1, R2 = rep_id_of("r1"), rep_id_of("r2")
KEYS = (["acme", "acme"], ["", ""], ["1", "2"])
VALUES = {"kind": "call", "actor": "1", "started_at": NOW, "duration_s": 1.0}
VERSIONS = [*read_playbooks(PLAYBOOK, file=""), *read_playbooks(PLAYBOOK, file="")]
USERS = (["acme", "acme"], [None, "x"], ["1", "2"], ["acme"], ["y"], ["1"])
RULES = json.dumps([{"version": 0, "burst_more_than": 3, "burst_within_s": 60}])


def arguments_for(day: date) -> dict[str, tuple[object, ...]]:
    """What each query on a large table is planned for, by name. Most are about two reps on this day."""
    rep_days: tuple[list[RepId], list[date]] = ([R1, R2], [day, day])
    spans = ([R1, R2], [day, day], [date.max, date.max])
    days = (*rep_days, ["open"] * 2, ["{}"] * 2, ["{}"] * 2, [None] * 2, [None] * 2, [1, 1])
    facts = [[VALUES.get(fact.name)] * 2 for fact in STORED_FACTS]
    records = (*KEYS, [None] * 2, ["{}"] * 2, [False] * 2, [False] * 2, *rep_days, *facts)
    return {
        "record.activities.insert_activities": (*records, day),
        "record.activities.insert_small_batch": (*records, day, 1, *rep_days, ["open", "open"]),
        "record.activities.lock_activities": KEYS,
        "record.activities.list_parts": KEYS,
        "record.activities.list_reps_with_activities": ([R1], [R1], ["acme"], ["1"]),
        "record.activities.lock_activities_of_reps": ([R1], ["acme"], ["1"]),
        "record.activities.update_activities": records,
        "erase.stored_person.lock_activities_naming_users": (*USERS, 10),
        "erase.stored_person.replace_states": (*KEYS, ["{}"] * 2),
        "record.activities.list_activities_of_day": (R1, day),
        "record.activities.list_activities_with_parts": KEYS,
        "days.days.insert_days": (*rep_days, ["open", "open"]),
        "days.days.claim_days": (*rep_days, ["open", "open"], True),
        "days.days.update_days": days,
        "days.days.update_reported_days": (*days, [], [], [], [], [], [], 5.0),
        "days.days.list_open_days": ([R1],),
        "days.days.list_scores": rep_days,
        "days.last_opened_days.list_last_opened_days": (None,),
        "days.recount_days.find_unverified": (*rep_days, [0, 0], RULES),
        "days.recount_days.sum_goals": ([0], ["month"], [R1], [date(2026, 2, 1)], [day]),
        "definitions.entered_absences.list_counted_days": (R1, day, day),
        "definitions.entered_absences.list_refuted_days": (),
        "definitions.pending_rescores.count_pending_rescores": (),
        "rescore.days_to_rescore.find_first_day": spans,
        "rescore.days_to_rescore.lock_days": (*spans, day, day),
        "rescore.days_to_rescore.lock_past_days": (*spans, day, day),
        "rescore.days_to_rescore.update_past_days": (*rep_days, [None] * 2, [0] * 2, ["{}"], ["{}"], [None]),
        "explain.count_gaps.count_gaps": (day,),
        "explain.list_scores.list_scores": (day, day, [R1], True, "", day, 1_000),
        "explain.list_totals.list_counts": (day, day),
        "explain.list_unmatched_users.list_unmatched_users": (),
        "erase.stored_person.count_activities_of_users": USERS,
        "erase.stored_person.delete_activities_of_users": (*USERS, 1_000),
        "erase.stored_person.count_days_of": (R1,),
        "erase.stored_person.list_counts_of": (R1,),
        "erase.stored_person.delete_days_of": (R1,),
    }


@pytest.fixture(params=["fresh", "a day old"])
async def large(request: pytest.FixtureRequest, scoring_database_url: str) -> AsyncIterator[tuple[asyncpg.Pool, date]]:
    """A pool, and the newest day. Statistics are fresh, or from before that day."""
    pool = await make_pool(scoring_database_url, schema=SCHEMA)
    await migrate(pool, schema=SCHEMA, folder=MIGRATIONS)
    for table in ("activity", "rep_day"):
        await pool.execute(f"ALTER TABLE {table} SET (autovacuum_enabled = off)")
    await pool.execute(FILL, ACTIVITIES, REPS, PER_DAY, NOW, timeout=900)
    await pool.execute(FILL_DAYS, timeout=900)
    await pool.execute(FILL_PENDING_RESCORES, DAY, NOW)
    await pool.execute(FILL_OPENED_DAYS, DAY)
    await pool.execute(FILL_ABSENCES, DAY, NOW)
    for table in ("activity", "entered_absence", "rep_day", "pending_rescore", "last_opened_day"):
        await pool.execute(f"VACUUM ANALYZE {table}", timeout=900)
    day = DAY
    if request.param == "a day old":
        day = TODAY
        await pool.execute(FILL_TODAY, REPS, PER_DAY, day)
        await pool.execute(FILL_DAYS, timeout=900)
    yield pool, day
    await pool.close()


@pytest.mark.timeout(1_800)
async def test_no_query_reads_a_whole_table_to_find_a_part_of_it(large: tuple[asyncpg.Pool, date]) -> None:
    """Neither as planned for its arguments nor as planned once for all, whichever plan Postgres takes."""
    pool, day = large
    arguments_by_name = arguments_for(day)
    texts = all_queries()
    on_large_tables = {name for name, text in texts.items() if {"activity", "rep_day"} & set(text.split())}
    assert on_large_tables - READS_ALL == arguments_by_name.keys()

    queries = [(name, texts[name], arguments) for name, arguments in arguments_by_name.items()]
    for block in (None, Block([R1, R2], day, day)):
        query = count_query(VERSIONS, KEYS, block=block)
        queries.append((f"count_query of {block}", query.sql, ([R1, R2], [day, day], [0, 1], *query.arguments)))
    scanned = {}
    async with pool.acquire() as connection:
        await connection.execute(GENERIC_PLAN)
        for name, sql, arguments in queries:
            plans = [
                await connection.fetchval(f"EXPLAIN (FORMAT JSON) {sql}", *arguments),
                await connection.fetchval("SELECT pg_temp.generic_plan($1)", sql),
            ]
            tables = [table for plan in plans for table in _whole_tables(json.loads(plan)[0]["Plan"])]
            if tables:
                scanned[name] = tables

    assert scanned == {}


@pytest.mark.timeout(1_800)
@pytest.mark.parametrize("days", [1, 3])
@pytest.mark.parametrize("is_block", [False, True])
async def test_a_count_of_many_days_compares_no_activity_to_every_day(
    large: tuple[asyncpg.Pool, date], days: int, is_block: bool
) -> None:
    """Also when the planner, by its statistics, expects that there is nothing to compare."""
    pool, last = large
    first = last - timedelta(days=days - 1)
    rep_ids = [rep_id_of(f"r{number}") for number in range(REPS)]
    rep_days = [(rep_id, first + timedelta(days=number)) for rep_id in rep_ids for number in range(days)]
    query = count_query(VERSIONS, KEYS, block=Block(rep_ids, first, last) if is_block else None)
    columns = [rep_id for rep_id, _ in rep_days], [day for _, day in rep_days], [0] * len(rep_days)
    async with pool.acquire() as connection, connection.transaction():
        await connection.execute("SELECT set_config('plan_cache_mode', 'force_custom_plan', true)")
        plan = await connection.fetchval(f"EXPLAIN (ANALYZE, FORMAT JSON) {query.sql}", *columns, *query.arguments)

    assert _compared(json.loads(plan)[0]["Plan"]) <= COMPARED_MAX


def _compared(plan: dict[str, Any]) -> int:
    """The rows that the plan puts beside each other or reads, and drops."""
    rejected: int = sum(plan.get(f"Rows Removed by {reason}", 0) for reason in ("Join Filter", "Filter", "Index Recheck"))
    runs: int = plan["Actual Loops"]
    return rejected * runs + sum(_compared(part) for part in plan.get("Plans", []))


def _whole_tables(plan: dict[str, Any]) -> list[str]:
    """The large tables that a plan reads from beginning to end, also in the order of an index."""
    below = [table for part in plan.get("Plans", []) for table in _whole_tables(part)]
    is_scan = plan["Node Type"] in {"Seq Scan", "Index Scan", "Index Only Scan", "Bitmap Index Scan"}
    is_whole = is_scan and "Index Cond" not in plan and plan.get("Relation Name") in {"activity", "rep_day"}
    return [plan["Relation Name"], *below] if is_whole else below
