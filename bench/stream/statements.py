"""`python -m bench.stream.statements`: what one live activity costs Postgres, by service.

`daymark up` runs as its user starts it, with pg_stat_statements in its Postgres. Reps take turns, twenty at a time; the fifth
activity of each completes a plan, which earns a nudge that is delivered to a webhook. Counted is everything that the services
ask meanwhile, also what they ask by the clock: statements, those that begin or end a transaction among them, and how often
Postgres syncs its log.
"""

import argparse
import asyncio
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Final, NamedTuple

import asyncpg

from bench.latency import (
    CONFIGURATION,
    CRM_SECRET,
    PLAYBOOK,
    TARGET,
    Activity,
    Timeline,
    make_roster,
    order_activities,
    post_on_time,
)
from bench.machine import describe_machine
from deploy.local.servers.postgres_server import PostgresServer
from shared.clock import SystemClock
from tests.faults.nudges.day_reports import find_timezone_at_noon
from tests.receiver import SECRET, Receiver, receiving
from tests.running_daymark import Checkout, RunningDaymark, running_daymark

_RATE_PER_S: Final = 20.0
_REPS_AT_ONCE: Final = 20
_LOAD_STATISTICS: Final = "ALTER SYSTEM SET shared_preload_libraries = 'pg_stat_statements'"
_RESET: Final = "SELECT pg_stat_statements_reset(), pg_stat_reset_shared('io')"
_COUNT: Final = """
SELECT r.rolname AS service, s.query, sum(s.calls)::bigint AS calls
FROM pg_stat_statements AS s JOIN pg_roles AS r ON r.oid = s.userid
WHERE s.toplevel AND r.rolname IN ('scoring', 'nudges') GROUP BY r.rolname, s.query ORDER BY calls DESC
"""
_COUNT_SYNCS: Final = "SELECT sum(fsyncs)::bigint FROM pg_stat_io WHERE object = 'wal'"
_BEGINNING: Final = "BEGIN"
_RECORDED: Final = "INSERT INTO activity ("
_TRANSACTION_STATEMENTS: Final = (_BEGINNING, "COMMIT", "ROLLBACK")


class Cost(NamedTuple):
    """How often each statement was asked, by service and text, and how often the log was synced."""

    calls: Mapping[tuple[str, str], int]
    syncs: int


def count_statements(cost: Cost, service: str) -> tuple[int, int]:
    """The statements of a service, without those that begin or end a transaction, and the transactions that it began."""
    of_service = {query: calls for (role, query), calls in cost.calls.items() if role == service}
    statements = sum(calls for query, calls in of_service.items() if not query.startswith(_TRANSACTION_STATEMENTS))
    return statements, sum(calls for query, calls in of_service.items() if query.startswith(_BEGINNING))


async def read_cost(connection: asyncpg.Connection) -> Cost:
    rows = await connection.fetch(_COUNT)
    calls = {(row["service"], row["query"]): row["calls"] for row in rows}
    return Cost(calls=calls, syncs=await connection.fetchval(_COUNT_SYNCS))


async def post_all(daymark: RunningDaymark, receiver: Receiver, activities: list[Activity]) -> None:
    """Post the activities in time, and return once everything that follows from them is done."""
    timeline = Timeline()
    receiver.behave = timeline.receive
    await post_on_time(daymark.urls.ingest, activities, timeline, activities_per_s=_RATE_PER_S)
    await timeline.wait_for_nudges()
    assert timeline.received_s.keys() == timeline.due_s.keys(), "a nudge is missing"


async def measure(folder: Path, checkout: Checkout, *, warm_up: int, activities: int) -> Cost:
    """Run Daymark in the folder, and count what follows the warm-up. Both are numbers of activities."""
    (folder / "acme-secret").write_text(CRM_SECRET)
    (folder / "receiver-secret").write_text(SECRET)
    (folder / "playbook.yaml").write_text(PLAYBOOK)
    reps = (warm_up + activities) // TARGET
    in_order = order_activities(reps, reps_at_once=_REPS_AT_ONCE)
    (folder / "roster.yaml").write_text(make_roster(reps, find_timezone_at_noon(SystemClock().now())))
    async with receiving() as receiver:
        configuration = CONFIGURATION.format(receiver=receiver.url, folder=folder)
        admin_url = PostgresServer(folder / "d" / "postgres").url()
        async with running_daymark(folder / "d", configuration, checkout=checkout):
            admin = await asyncpg.connect(admin_url)
            await admin.execute("CREATE EXTENSION pg_stat_statements")
            await admin.execute(_LOAD_STATISTICS)
            await admin.close()
        async with running_daymark(folder / "d", configuration, checkout=checkout) as daymark:
            await daymark.command("roster", "apply", str(folder / "roster.yaml"))
            await daymark.command("playbook", "apply", str(folder / "playbook.yaml"))
            await daymark.settle()
            await post_all(daymark, receiver, in_order[:warm_up])
            admin = await asyncpg.connect(admin_url)
            await admin.execute(_RESET)
            await post_all(daymark, receiver, in_order[warm_up:])
            cost = await read_cost(admin)
            await admin.close()
            return cost


def print_cost(cost: Cost, activities: int, *, shown: int) -> None:
    print(f"  {'':<10}{'statements':>12}{'transactions':>14}{'all':>8}   for one activity")
    total = 0.0
    for service in ("scoring", "nudges"):
        statements, transactions = (count / activities for count in count_statements(cost, service))
        everything = statements + 2 * transactions
        total += everything
        print(f"  {service:<10}{statements:>12.1f}{transactions:>14.2f}{everything:>8.1f}")
    batches = sum(calls for (_, query), calls in cost.calls.items() if _RECORDED in query)
    print(f"  Recorded in {batches / activities:.2f} batches for an activity. Compare only runs in which each came alone (1).")
    print(f"  Together {total:.1f}. Syncs of the log of Postgres: {cost.syncs / activities:.2f}.")
    for (service, query), calls in list(cost.calls.items())[:shown]:
        print(f"  {calls / activities:>8.2f}  {service:<8} {' '.join(query.split())[:110]}")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=30.0, help="duration of the measurement")
    parser.add_argument("--warm-up", type=float, default=10.0, help="seconds before it, which are not counted")
    parser.add_argument("--show", type=int, default=0, help="how many of the most frequent statements to print")
    parser.add_argument("--checkout", type=Path, help="the folder of another checkout, to compare with")
    options = parser.parse_args()
    warm_up, activities = (round(seconds) * round(_RATE_PER_S) for seconds in (options.warm_up, options.seconds))
    checkout = Checkout(root=options.checkout) if options.checkout else Checkout()
    print(f"{describe_machine()}\n")
    print(f"{_RATE_PER_S:g} activities per second for {options.seconds:g} s. Lower is better.", flush=True)
    with tempfile.TemporaryDirectory(prefix="daymark-") as name:
        folder = Path(name)
        folder.chmod(0o755)  # PostgreSQL runs as another user if this one is root
        print_cost(
            asyncio.run(measure(folder, checkout, warm_up=warm_up, activities=activities)), activities, shown=options.show
        )


if __name__ == "__main__":
    main()
