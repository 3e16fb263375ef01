"""`python -m bench.rescoring`: a year of a million activities is scored under another playbook, compared with the query alone.

Observations are recorded meanwhile, and how long they wait is measured. Then four weeks of a thousand reps are previewed.
"""

import asyncio
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import asyncpg

from deploy.database import DATABASE, ensure_database
from services.scoring.days.recount_days import recount_days
from services.scoring.definitions.apply_definitions import apply_playbooks, apply_roster
from services.scoring.definitions.cache import DefinitionsCache
from services.scoring.domain.activities.assignment import RepDay
from services.scoring.domain.definition_files.playbook_file import read_playbooks
from services.scoring.explain.preview_playbook import preview_playbooks
from services.scoring.record.read_event import ObservedEvent
from services.scoring.record.record_activities import record_activities
from services.scoring.rescore.rescore_days import rescore_next_days
from services.scoring.schema import MIGRATIONS, SCHEMA
from shared.clock import monotonic_s
from shared.fact_values import FactValue
from shared.observation import ActivityId, Observation, SourceName, observation_id
from shared.postgres.migrations import migrate
from shared.postgres.pool import make_pool
from shared.requests.definitions import PreviewQuery
from tests.backends import PASSWORD, running_servers

_NOW = datetime(2026, 3, 2, 12, tzinfo=UTC)
_PLAYBOOK = """\
team: t
effective_from: 2024-01-01
behaviours:
  - {key: calls, label: Calls, counts: {kinds: [call], min_duration_s: 60}, target: 10, weight: 40}
  - {key: talks, label: Talks, counts: {kinds: [call], outcomes: [connected]}, target: 5, weight: 30}
  - {key: offers, label: Offers, counts: {kinds: [proposal_sent]}, target: 2, weight: 30}
"""
_OTHER = _PLAYBOOK.replace("min_duration_s: 60", "min_duration_s: 90")
_FILL = """
INSERT INTO activity (source, account, activity_id, states, kind, actor, started_at, duration_s, outcome, rep_id, day)
SELECT 'acme', '', format('%s-%s-%s', rep, day, number),
       jsonb_build_object('_kind', jsonb_build_array(kind, made_at, 'e'),
                          'actor', jsonb_build_array(format('u%s', rep), made_at, 'e'),
                          'started_at', jsonb_build_array(made_at, made_at, 'e'),
                          'duration_s', jsonb_build_array(length, made_at, 'e'),
                          'outcome', jsonb_build_array(outcome, made_at, 'e')),
       kind, format('u%s', rep), made_at, length, outcome, format('r%s', rep), made_at::date
FROM generate_series(1, $1) AS rep, generate_series(1, $2) AS day, generate_series(1, $3) AS number,
LATERAL (SELECT $4::timestamptz - day * interval '1 day' - number * interval '1 minute' AS made_at,
                CASE number % 7 WHEN 0 THEN 'proposal_sent' ELSE 'call' END AS kind, (number * 13 % 240)::float8 AS length,
                CASE number % 3 WHEN 0 THEN 'no_answer' ELSE 'connected' END AS outcome) AS made
ORDER BY made.made_at  -- the order in which they would have arrived
"""
_RECOUNT = """
WITH counted AS (
    SELECT rep_id, day, count(*) FILTER (WHERE kind = 'call' AND duration_s >= 90) AS calls,
           count(*) FILTER (WHERE kind = 'call' AND outcome = 'connected') AS talks,
           count(*) FILTER (WHERE kind = 'proposal_sent') AS offers, min(started_at) AS first_at
    FROM activity WHERE rep_id IS NOT NULL GROUP BY rep_id, day
)
UPDATE recounted AS d
SET counts = jsonb_build_object('calls', calls, 'talks', talks, 'offers', offers), first_counted_at = first_at,
    score = round(40 * least(calls / 10.0, 1.5) + 30 * least(talks / 5.0, 1.5) + 30 * least(offers / 2.0, 1.5), 2)
FROM counted WHERE d.rep_id = counted.rep_id AND d.day = counted.day
"""


@dataclass(frozen=True)
class Scale:
    reps: int
    days: int
    per_day: int

    @property
    def activities(self) -> int:
        return self.reps * self.days * self.per_day


YEAR = Scale(reps=200, days=250, per_day=20)
FOUR_WEEKS = Scale(reps=1_000, days=28, per_day=20)


async def _filled(postgres_url: str, scale: Scale) -> asyncpg.Pool:
    pool = await make_pool(postgres_url, schema=SCHEMA)
    await migrate(pool, schema=SCHEMA, folder=MIGRATIONS)
    await pool.execute(
        "TRUNCATE activity, rep_day, last_opened_day, roster, playbook_version, announcement, pending_rescore, outbox"
    )
    await pool.execute("UPDATE definitions_version SET version = version + 1")
    roster = "teams:\n  - id: t\n    name: T\n    reps:\n" + "".join(
        f"      - {{id: r{number}, name: R, timezone: UTC, workdays: [mon, tue, wed, thu, fri, sat, sun], identities: "
        f'[{{source: acme, user: "u{number}"}}]}}\n'
        for number in range(1, scale.reps + 1)
    )
    cache = DefinitionsCache()
    await apply_roster(pool, cache, roster, file="roster", now=_NOW)
    await apply_playbooks(pool, cache, _PLAYBOOK, file="playbook", now=_NOW)
    await pool.execute(_FILL, scale.reps, scale.days, scale.per_day, _NOW, timeout=600)
    await pool.execute("VACUUM ANALYZE activity", timeout=600)
    started_s = monotonic_s()
    await asyncio.gather(*[_rescore_all(pool, cache) for _ in range(2)])
    taken_s = monotonic_s() - started_s
    print(f"  first scoring of {scale.activities:,} activities that were stored before their reps: {taken_s:.1f} s")
    await pool.execute("VACUUM ANALYZE rep_day", timeout=600)
    return pool


async def _rescore_all(pool: asyncpg.Pool, cache: DefinitionsCache) -> None:
    while await rescore_next_days(pool, cache, now=_NOW):
        pass


async def _live(pool: asyncpg.Pool, stopping: asyncio.Event) -> list[float]:
    """Record a steady trickle of observations until told to stop. Returns how many seconds each took, sorted."""
    cache, durations_s, number = DefinitionsCache(), [], 0
    while not stopping.is_set():
        number += 1
        at = _NOW - timedelta(days=number % 100, minutes=number % 60)
        facts: dict[str, FactValue] = {"actor": f"u{number % YEAR.reps + 1}", "started_at": at.isoformat(), "duration_s": 120}
        observation = Observation(
            activity_id=ActivityId(f"live-{number}"), kind="call", observed_at=_NOW, deleted=None, facts=facts
        )
        event_id = observation_id("acme", observation)
        event = ObservedEvent(event_id=event_id, source=SourceName("acme"), observation=observation)
        started_s = monotonic_s()
        await record_activities(pool, cache, [event], now=_NOW)
        durations_s.append(monotonic_s() - started_s)
        await asyncio.sleep(0.02)
    return sorted(durations_s)


async def measure_rescoring(pool: asyncpg.Pool) -> None:
    """Apply another playbook three times, the third time while observations are recorded, and compare it with two queries.

    One is scoring's own query over all days at once, which only counts. The other is written by hand for this playbook and
    updates a copy of the days; it ignores calendars, takes no locks and reports nothing.
    """
    days = [
        RepDay(row["rep_id"], row["day"]) for row in await pool.fetch("SELECT rep_id, day FROM rep_day ORDER BY day, rep_id")
    ]
    await pool.execute("CREATE TABLE recounted (LIKE rep_day INCLUDING ALL) WITH (fillfactor = 80)")
    await pool.execute("INSERT INTO recounted SELECT * FROM rep_day")
    for turn in range(3):
        await pool.execute("VACUUM ANALYZE recounted", timeout=600)
        started_s = monotonic_s()
        await pool.execute(_RECOUNT, timeout=600)
        by_hand_s = monotonic_s() - started_s
        (other,) = read_playbooks(_OTHER, file="other")
        async with pool.acquire() as connection:
            started_s = monotonic_s()
            await recount_days(connection, dict.fromkeys(days, other))
            recount_s = monotonic_s() - started_s
        cache = DefinitionsCache()
        stopping = asyncio.Event()
        live = asyncio.create_task(_live(pool, stopping)) if turn == 2 else None
        started_s = monotonic_s()
        playbook = _OTHER if turn % 2 == 0 else _PLAYBOOK
        await apply_playbooks(pool, cache, playbook, file="playbook", revise="a measurement", now=_NOW)
        await asyncio.gather(*[_rescore_all(pool, cache) for _ in range(2)])
        taken_s = monotonic_s() - started_s
        print(
            f"  {len(days):,} days scored again in {taken_s:.2f} s; scoring's query over all {recount_s:.2f} s "
            f"({taken_s / recount_s:.1f} times), by hand {by_hand_s:.2f} s ({taken_s / by_hand_s:.1f} times)"
        )
        if live is not None:
            stopping.set()
            durations_s = await live
            p50_ms, max_ms = durations_s[len(durations_s) // 2] * 1e3, durations_s[-1] * 1e3
            print(f"  {len(durations_s)} observations recorded meanwhile: p50 {p50_ms:.0f} ms, at most {max_ms:.0f} ms")


async def measure() -> None:
    """Fill the tables, score again, preview."""
    async with running_servers() as servers:
        await ensure_database(servers.admin_url, database=DATABASE, passwords={"scoring": PASSWORD, "nudges": PASSWORD})
        url = servers.postgres_url(role="scoring", database=DATABASE)
        print(f"{YEAR.activities:,} activities of {YEAR.reps} reps on {YEAR.days} days under another playbook")
        pool = await _filled(url, YEAR)
        await measure_rescoring(pool)
        await pool.close()
        print(f"a preview of four weeks of {FOUR_WEEKS.reps:,} reps, {FOUR_WEEKS.activities:,} activities")
        pool = await _filled(url, FOUR_WEEKS)
        for _ in range(3):
            started_s = monotonic_s()
            preview = await preview_playbooks(pool, DefinitionsCache(), PreviewQuery(name="p", text=_OTHER), now=_NOW)
            print(f"  {len(preview.reps):,} reps in {monotonic_s() - started_s:.2f} s")
        await pool.close()


if __name__ == "__main__":
    asyncio.run(measure())
