"""`python -m bench.nudge_reports`: how many day reports nudges takes in per second, by itself and from memory.

Each report is an activity of a rep: every fifth of them completes a day's plan of five, which earns a nudge. Reps may have
worked days behind them, which some rules look back to. Decided nudges are committed with synced writes; nothing is sent.
"""

import argparse
import asyncio
import os
from collections.abc import Iterator, Sequence
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Final
from zoneinfo import ZoneInfo

import asyncpg

from bench.machine import describe_machine
from bench.play.database import add_empty_database, url_of
from services.nudges.decide.decision_context import DecisionSettings
from services.nudges.decide.policy.holdout import Holdout
from services.nudges.domain.day_plan_subscribers import NO_SUBSCRIBERS
from services.nudges.intake.read_message import Arrived
from services.nudges.intake.take_in import take_in
from services.nudges.schema import SCHEMA
from shared.clock import monotonic_s
from shared.events import BehaviourKey, BehaviourResult, DayReport, PersonId, Presence, Rep, RepId, Team, TeamId, VersionNumber
from shared.postgres.pool import make_pool
from shared.service.logs import configure_logs
from tests.backends import Servers, running_servers

_ZONE: Final = ZoneInfo("Europe/Madrid")
_TODAY: Final = date(2026, 3, 2)
_NOON: Final = datetime(2026, 3, 2, 12, tzinfo=_ZONE)
_TARGET: Final = 5
_SETTINGS: Final = DecisionSettings(channels=(), holdout=Holdout(seed="", share=0.0), subscribers=NO_SUBSCRIBERS)
_TEAM_SIZE: Final = 10


def make_report(rep: int, day: date, count: int, *, is_over: bool) -> DayReport:
    """A rep's day with so many calls."""
    starts, ends = (datetime.combine(day, datetime.min.time(), _ZONE) + timedelta(hours=hour) for hour in (9, 17))
    points = Decimal(100 * min(count, _TARGET)) / _TARGET
    calls = BehaviourResult(
        key=BehaviourKey("calls"), label="Calls", count=count, target=Decimal(_TARGET), weight=Decimal(1), points=points
    )
    team = rep // _TEAM_SIZE
    return DayReport(
        rep=Rep(id=RepId(PersonId(f"rep-{rep}")), name=f"Rep {rep}"),
        team=Team(id=TeamId(f"team-{team}"), name=f"Team {team}"),
        managers=(),
        day=day,
        timezone=_ZONE.key,
        state="closed" if is_over else "open",
        first_counted_at=starts if count else None,
        revision=count + 1,
        score=points,
        presence=Presence.WORKING,
        work_starts_at=starts,
        work_ends_at=ends,
        next_work_starts_at=starts + timedelta(days=1),
        playbook_from=date(2026, 1, 1),
        playbook_version=VersionNumber(1),
        behaviours=(calls,),
        goals=(),
        silent=is_over,
    )


def make_reports(reps: int) -> Iterator[DayReport]:
    """Today's reports of all reps, who take turns."""
    for count in range(1, _TARGET + 1):
        for rep in range(reps):
            yield make_report(rep, _TODAY, count, is_over=False)


async def measure(servers: Servers, *, reps: int, past_days: int, batch_max: int) -> None:
    """Take in today's reports of so many reps and print the rate."""
    database = f"reports-{reps}-{past_days}-{batch_max}"
    await add_empty_database(servers, database)
    pool = await make_pool(url_of(servers, database), schema=SCHEMA)
    for days_ago in range(past_days, 0, -1):
        past = [make_report(rep, _TODAY - timedelta(days=days_ago), 4, is_over=True) for rep in range(reps)]
        await _take_in_all(pool, past, batch_max=1_000)
    await pool.execute("ANALYZE")
    reports = list(make_reports(reps))
    started_s, started_cpu_s = monotonic_s(), os.times().user
    await _take_in_all(pool, reports, batch_max=batch_max)
    taken_s, cpu_s = monotonic_s() - started_s, os.times().user - started_cpu_s
    nudges = await pool.fetchval("SELECT count(*) FROM nudge")
    print(
        f"  {reps:>6,} reps, {past_days:>3} past days, batches of {batch_max:>3}: {len(reports) / taken_s:>7,.0f} reports/s, "
        f"{1e6 * cpu_s / len(reports):>5.0f} µs of CPU per report, {nudges:>6,} nudges"
    )
    await pool.close()


async def _take_in_all(pool: asyncpg.Pool, reports: Sequence[DayReport], *, batch_max: int) -> None:
    for number, start in enumerate(range(0, len(reports), batch_max)):
        batch = [Arrived(event=report) for report in reports[start : start + batch_max]]
        await take_in(pool, batch, _SETTINGS, now=_NOON + timedelta(milliseconds=number), erasure_key=b"")


async def measure_all() -> None:
    """Start the servers and print the table."""
    print(describe_machine())
    print("\nDay reports taken in, over one connection. Higher is better.")
    async with running_servers() as servers:
        for reps, past_days, batch_max in ((100, 0, 1), (1_000, 0, 20), (2_000, 0, 100), (10_000, 0, 100), (500, 60, 100)):
            await measure(servers, reps=reps, past_days=past_days, batch_max=batch_max)


def main() -> None:
    argparse.ArgumentParser(description=__doc__).parse_args()
    configure_logs("bench", level="WARNING")
    asyncio.run(measure_all())


if __name__ == "__main__":
    main()
