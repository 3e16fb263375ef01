"""`python -m bench.rescoring`: how long a new playbook takes to score a year of a million activities again.

The time is compared with that of two plain queries. In the last round observations are recorded meanwhile, and
their delay is measured. Then a playbook is previewed on four weeks of a thousand reps. `--share 0.1` does both for a tenth of
the reps.
"""

import argparse
import asyncio
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final

import asyncpg

from bench.machine import describe_machine
from bench.scoring_database import open_empty_scoring
from deploy.database import DATABASE, ensure_database
from services.scoring.days.recount_days import recount_days
from services.scoring.definitions.apply_definitions import apply_playbooks
from services.scoring.definitions.cache import DefinitionsCache
from services.scoring.domain.activities.assignment import RepDay
from services.scoring.domain.definition_files.playbook_file import read_playbooks
from services.scoring.explain.preview_playbook import preview_playbooks
from services.scoring.record.read_event import ObservedEvent
from services.scoring.record.record_activities import record_activities
from services.scoring.rescore.rescore_days import rescore_next_days
from shared.clock import monotonic_s
from shared.fact_values import FactValue
from shared.observation import ActivityId, Observation, SourceName, observation_id
from shared.requests.definitions import PreviewQuery
from shared.service.logs import configure_logs
from tests.backends import PASSWORD, Servers, running_servers

_NOW: Final = datetime(2026, 3, 2, 12, tzinfo=UTC)
_ROUNDS: Final = 3
_WORKERS: Final = 2
"""So many tasks score days again at the same time, as two replicas of the service do."""
_LIVE_PAUSE_S: Final = 0.02
_QUERY_TIMEOUT_S: Final = 600
_PLAYBOOK: Final = """\
team: t
effective_from: 2024-01-01
behaviours:
  - {key: calls, label: Calls, counts: {kinds: [call], min_duration_s: 60}, target: 10, weight: 40}
  - {key: talks, label: Talks, counts: {kinds: [call], outcomes: [connected]}, target: 5, weight: 30}
  - {key: offers, label: Offers, counts: {kinds: [proposal_sent]}, target: 2, weight: 30}
"""
_OTHER_PLAYBOOK: Final = _PLAYBOOK.replace("min_duration_s: 60", "min_duration_s: 90")
_ADD_ACTIVITIES: Final = """
-- So many activities ($3) of each rep ($1) on each day ($2) before $4, added in the order of time, as they would have arrived.
INSERT INTO activity (source, account, activity_id, states, kind, actor, started_at, duration_s, outcome, rep_id, day)
SELECT 'acme', '', format('%s-%s-%s', rep, day, number),
       jsonb_build_object('_kind', jsonb_build_array(kind, started_at, 'e'),
                          'actor', jsonb_build_array(format('u%s', rep), started_at, 'e'),
                          'started_at', jsonb_build_array(started_at, started_at, 'e'),
                          'duration_s', jsonb_build_array(duration_s, started_at, 'e'),
                          'outcome', jsonb_build_array(outcome, started_at, 'e')),
       kind, format('u%s', rep), started_at, duration_s, outcome, format('r%s', rep), started_at::date
FROM generate_series(1, $1) AS rep, generate_series(1, $2) AS day, generate_series(1, $3) AS number,
LATERAL (SELECT $4::timestamptz - day * interval '1 day' - number * interval '1 minute' AS started_at,
                CASE number % 7 WHEN 0 THEN 'proposal_sent' ELSE 'call' END AS kind, (number * 13 % 240)::float8 AS duration_s,
                CASE number % 3 WHEN 0 THEN 'no_answer' ELSE 'connected' END AS outcome) AS activity
ORDER BY activity.started_at
"""
_RECOUNT_BY_HAND: Final = """
-- Count and score every day under the other playbook, in one statement.
WITH counted AS (
    SELECT rep_id, day, count(*) FILTER (WHERE kind = 'call' AND duration_s >= 90) AS calls,
           count(*) FILTER (WHERE kind = 'call' AND outcome = 'connected') AS talks,
           count(*) FILTER (WHERE kind = 'proposal_sent') AS offers, min(started_at) AS first_at
    FROM activity WHERE rep_id IS NOT NULL GROUP BY rep_id, day
)
UPDATE recounted_day AS d
SET counts = jsonb_build_object('calls', calls, 'talks', talks, 'offers', offers), first_counted_at = first_at,
    score = round(40 * least(calls / 10.0, 1.5) + 30 * least(talks / 5.0, 1.5) + 30 * least(offers / 2.0, 1.5), 2)
FROM counted WHERE d.rep_id = counted.rep_id AND d.day = counted.day
"""


@dataclass(frozen=True, kw_only=True)
class Scale:
    """How many reps have how many activities on each of how many days."""

    reps: int
    days: int
    activities_per_day: int

    @property
    def activities(self) -> int:
        return self.reps * self.days * self.activities_per_day


def make_year(share: float) -> Scale:
    return Scale(reps=max(2, round(200 * share)), days=250, activities_per_day=20)


def make_four_weeks(share: float) -> Scale:
    return Scale(reps=max(2, round(1_000 * share)), days=28, activities_per_day=20)


async def fill_database(servers: Servers, scale: Scale) -> asyncpg.Pool:
    """A database with these activities, all of them scored. Prints how long it took to score them for the first time."""
    roster = "teams:\n  - id: t\n    name: T\n    reps:\n" + "".join(
        f"      - {{id: r{rep}, name: R, timezone: UTC, workdays: [mon, tue, wed, thu, fri, sat, sun], identities: "
        f'[{{source: acme, user: "u{rep}"}}]}}\n'
        for rep in range(1, scale.reps + 1)
    )
    pool, cache = await open_empty_scoring(servers, database=DATABASE, roster=roster, playbook=_PLAYBOOK, now=_NOW)
    await pool.execute(_ADD_ACTIVITIES, scale.reps, scale.days, scale.activities_per_day, _NOW, timeout=_QUERY_TIMEOUT_S)
    await pool.execute("VACUUM ANALYZE activity", timeout=_QUERY_TIMEOUT_S)
    started_s = monotonic_s()
    await _rescore_all(pool, cache)
    print(f"  first scoring of {scale.activities:,} stored activities: {monotonic_s() - started_s:.1f} s")
    await pool.execute("VACUUM ANALYZE rep_day", timeout=_QUERY_TIMEOUT_S)
    return pool


async def _rescore_all(pool: asyncpg.Pool, cache: DefinitionsCache) -> None:
    """Score all days again whose rescoring is pending."""

    async def rescore() -> None:
        while await rescore_next_days(pool, cache, now=_NOW):
            pass

    await asyncio.gather(*[rescore() for _ in range(_WORKERS)])


async def _record_live(pool: asyncpg.Pool, scale: Scale, stopping: asyncio.Event) -> list[float]:
    """Record one observation after the other until `stopping` is set. Returns how many seconds each took, sorted."""
    cache, durations_s, number = DefinitionsCache(), list[float](), 0
    while not stopping.is_set():
        number += 1
        at = _NOW - timedelta(days=number % 100, minutes=number % 60)
        facts: dict[str, FactValue] = {"actor": f"u{number % scale.reps + 1}", "started_at": at.isoformat(), "duration_s": 120}
        observation = Observation(activity_id=ActivityId(f"live-{number}"), kind="call", observed_at=_NOW, facts=facts)
        event_id = observation_id("acme", observation)
        event = ObservedEvent(event_id=event_id, source=SourceName("acme"), observation=observation)
        started_s = monotonic_s()
        await record_activities(pool, cache, [event], now=_NOW)
        durations_s.append(monotonic_s() - started_s)
        await asyncio.sleep(_LIVE_PAUSE_S)
    return sorted(durations_s)


async def measure_rescoring(pool: asyncpg.Pool, scale: Scale) -> None:
    """Change the playbook three times, and let observations be recorded during the last time.

    Each time is compared with two queries. One is scoring's own query, which only counts, over all days at once. The other is
    written by hand for this playbook and updates a copy of the days. It ignores calendars, takes no locks and publishes
    nothing.
    """
    rows = await pool.fetch("SELECT rep_id, day FROM rep_day ORDER BY day, rep_id")
    days = [RepDay(row["rep_id"], row["day"]) for row in rows]
    await pool.execute("CREATE TABLE recounted_day (LIKE rep_day INCLUDING ALL) WITH (fillfactor = 80)")
    await pool.execute("INSERT INTO recounted_day SELECT * FROM rep_day")
    print(f"\n{len(days):,} days scored again, in seconds and as a multiple of two plain queries. Lower is better.")
    print(f"  {'':<8}{'rescoring':>11}{'own query':>11}{'multiple':>10}{'by hand':>9}{'multiple':>10}")
    for number in range(_ROUNDS):
        by_hand_s = await _time_query_by_hand_s(pool)
        query_s = await _time_own_query_s(pool, days)
        stopping = asyncio.Event()
        is_last = number == _ROUNDS - 1
        recording = asyncio.create_task(_record_live(pool, scale, stopping)) if is_last else None
        playbook = _OTHER_PLAYBOOK if number % 2 == 0 else _PLAYBOOK
        taken_s = await _time_rescoring_s(pool, playbook)
        print(
            f"  round {number + 1:<2}{f'{taken_s:.2f} s':>11}{f'{query_s:.2f} s':>11}{taken_s / query_s:>10.1f}"
            f"{f'{by_hand_s:.2f} s':>9}{taken_s / by_hand_s:>10.1f}"
        )
        if recording is not None:
            stopping.set()
            _print_delays(await recording)


async def _time_query_by_hand_s(pool: asyncpg.Pool) -> float:
    await pool.execute("VACUUM ANALYZE recounted_day", timeout=_QUERY_TIMEOUT_S)
    started_s = monotonic_s()
    await pool.execute(_RECOUNT_BY_HAND, timeout=_QUERY_TIMEOUT_S)
    return monotonic_s() - started_s


async def _time_own_query_s(pool: asyncpg.Pool, days: list[RepDay]) -> float:
    (playbook,) = read_playbooks(_OTHER_PLAYBOOK, file="playbook")
    async with pool.acquire() as connection:
        started_s = monotonic_s()
        await recount_days(connection, dict.fromkeys(days, playbook))
        return monotonic_s() - started_s


async def _time_rescoring_s(pool: asyncpg.Pool, playbook: str) -> float:
    cache = DefinitionsCache()
    started_s = monotonic_s()
    await apply_playbooks(pool, cache, playbook, file="playbook", revise="a measurement", now=_NOW)
    await _rescore_all(pool, cache)
    return monotonic_s() - started_s


def _print_delays(durations_s: list[float]) -> None:
    p50_ms, max_ms = durations_s[len(durations_s) // 2] * 1e3, durations_s[-1] * 1e3
    print(
        f"  {len(durations_s)} observations recorded during the last round took {p50_ms:.0f} ms in the median and "
        f"{max_ms:.0f} ms at most. Lower is better."
    )


async def measure_preview(pool: asyncpg.Pool) -> None:
    """Preview the other playbook on the last four weeks."""
    print("\nPreview of another playbook on these weeks, in seconds. Lower is better, because a manager waits for it.")
    for number in range(_ROUNDS):
        started_s = monotonic_s()
        query = PreviewQuery(name="playbook", text=_OTHER_PLAYBOOK)
        preview = await preview_playbooks(pool, DefinitionsCache(), query, now=_NOW)
        print(f"  round {number + 1}: {len(preview.reps):,} reps in {monotonic_s() - started_s:.2f} s")


async def measure(*, share: float) -> None:
    """Start the servers, and measure rescoring and the preview, each on its own data."""
    print(describe_machine())
    year, four_weeks = make_year(share), make_four_weeks(share)
    async with running_servers() as servers:
        await ensure_database(servers.admin_url, database=DATABASE, passwords={"scoring": PASSWORD, "nudges": PASSWORD})
        print(f"\n{year.activities:,} activities of {year.reps} reps on {year.days} days")
        pool = await fill_database(servers, year)
        await measure_rescoring(pool, year)
        await pool.close()
        print(f"\n{four_weeks.activities:,} activities of {four_weeks.reps:,} reps in four weeks")
        pool = await fill_database(servers, four_weeks)
        await measure_preview(pool)
        await pool.close()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--share", type=float, default=1.0, help="for how many of the reps to measure, at most 1")
    options = parser.parse_args()
    configure_logs("bench", level="WARNING")
    asyncio.run(measure(share=options.share))


if __name__ == "__main__":
    main()
