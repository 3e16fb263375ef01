"""`python -m tests.faults.recovery [outages|power-cuts|drills]…` runs them (without a name, all), and prints what came of it.

What this machine cannot do is counted as skipped, with the reason; the exit status is then not 0.
"""

import argparse
import asyncio
import subprocess
import sys
import tempfile
import traceback
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

import asyncpg
import nats.errors

from tests.faults.harness.disk import why_no_disks
from tests.faults.harness.monitoring import why_no_monitoring
from tests.faults.harness.report import table
from tests.faults.recovery import drills, outage_run, power_cut_runs
from tests.faults.recovery.outages import OUTAGES


@dataclass(kw_only=True)
class Session:
    """What was asked for, and what came of it so far."""

    rate: float
    seed: int
    outage_s: float | None
    only: str
    wrong: int = 0
    skipped: int = 0
    tables: list[str] = field(default_factory=list)

    def report(self, name: str, wrong: Sequence[str]) -> None:
        """Count and print one result."""
        self.wrong += bool(wrong)
        write(f"{name}: {'; '.join(wrong) or 'as it must be'}\n")

    def skip(self, name: str, reason: str, *, count: int = 1) -> None:
        """Count and print what this machine cannot do."""
        self.skipped += count
        write(f"{name}: {count} skipped, because {reason}\n")

    @contextmanager
    def noting_failure(self, name: str) -> Iterator[None]:
        """A run that fails on its way is one that went wrong, and the next one follows."""
        try:
            yield
        except (AssertionError, OSError, subprocess.CalledProcessError, asyncpg.PostgresError, nats.errors.Error) as failed:
            traceback.print_exc()
            self.report(name, [f"failed: {type(failed).__name__}: {failed}"])

    def wants(self, name: str) -> bool:
        return self.only in name


def write(text: str) -> None:
    """At once, because a run takes long."""
    sys.stdout.write(text)
    sys.stdout.flush()


@contextmanager
def new_home() -> Iterator[Path]:
    """A folder that every user may enter, as Postgres runs as another one."""
    with tempfile.TemporaryDirectory(prefix="daymark-", ignore_cleanup_errors=True) as name:
        Path(name).chmod(0o755)
        yield Path(name)


def run_outages(session: Session) -> None:
    """With Prometheus beside each of them, if there is one."""
    outcomes = []
    no_monitoring = why_no_monitoring()
    if no_monitoring:
        session.skip("alerts of outages", no_monitoring, count=len(OUTAGES))
    for outage in filter(lambda outage: session.wants(outage.name), OUTAGES):
        if reason := outage_run.why_not(outage):
            session.skip(outage.name, reason)
            continue
        with new_home() as home:
            run = outage_run.OutageRun(
                home=home,
                outage=outage,
                outage_s=session.outage_s or outage.lasts_s,
                rate=session.rate,
                seed=session.seed,
                with_alerts=not no_monitoring,
            )
            with session.noting_failure(outage.name):
                outcomes.append(asyncio.run(run.run()))
                session.report(outage.name, outcomes[-1].wrong)
    session.tables.append(table(outage_run.HEAD, [outage_run.row(outcome) for outcome in outcomes]))


def run_power_cuts(session: Session) -> None:
    """The controls first."""
    if reason := why_no_disks():
        session.skip("power cuts", reason, count=power_cut_runs.RUNS)
        return
    outcomes = []
    for name, run in power_cut_runs.power_cut_runs(rate=session.rate, seed=session.seed).items():
        if not session.wants(name):
            continue
        with new_home() as home, session.noting_failure(name):
            outcomes.append(asyncio.run(run(home)))
            session.report(outcomes[-1].name, power_cut_runs.wrong_with(outcomes[-1]))
    session.tables.append(table(power_cut_runs.HEAD, [power_cut_runs.row(outcome) for outcome in outcomes]))


def run_drills(session: Session) -> None:
    """One after the other on the same installation."""
    if reason := why_no_monitoring(with_alertmanager=True):
        session.skip("drills", reason, count=len(drills.DRILLS))
        return
    with new_home() as home:
        outcomes = asyncio.run(_collect_drills(session, home))
    session.tables.append(table(drills.HEAD, [drills.row(outcome) for outcome in outcomes]))


async def _collect_drills(session: Session, home: Path) -> Sequence[drills.DrillOutcome]:
    outcomes = []
    async with drills.drill_ground(home) as ground:
        for drill in filter(lambda drill: session.wants(drill.alert), drills.DRILLS):
            with session.noting_failure(drill.alert):
                outcomes.append(await drills.run_drill(ground, drill))
                session.report(f"drill {drill.alert}", outcomes[-1].wrong)
    return outcomes


_PARTS: Final[Mapping[str, Callable[[Session], None]]] = {
    "outages": run_outages,
    "power-cuts": run_power_cuts,
    "drills": run_drills,
}


def main(options: Sequence[str]) -> int:
    """Returns the exit status: 1 if something went wrong or was skipped."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("parts", nargs="*", metavar="PART", help=f"{', '.join(_PARTS)} (default: all)")
    parser.add_argument("--rate", type=float, default=20, help="webhooks per second")
    parser.add_argument("--seed", type=int, default=1, help="of the pauses of the sender and the moments of power cuts")
    parser.add_argument("--outage-s", type=float, help="how long each outage lasts (default: 40 or 60 s)")
    parser.add_argument("--only", default="", help="part of the name of an outage, a power cut or an alert")
    arguments = parser.parse_args(options)
    unknown = set(arguments.parts) - _PARTS.keys()
    if unknown:
        parser.error(f"no such part: {', '.join(sorted(unknown))}")
    session = Session(rate=arguments.rate, seed=arguments.seed, outage_s=arguments.outage_s, only=arguments.only)
    write(f"seed {session.seed}\n")
    for part in arguments.parts or _PARTS:
        _PARTS[part](session)
    write("\n\n".join(session.tables) + f"\n\n{session.wrong} went wrong, {session.skipped} skipped\n")
    return 1 if session.wrong or session.skipped else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
