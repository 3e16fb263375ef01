"""`python -m bench.nudge_quality`: what people receive from nudges, day after day, and whether it is true.

A real trace, if it is on this machine, and two that no rule was fitted to, a public one and simulated teams, are played through
everything that nudges decides: rostered days, the empty ones included, from an empty installation on. Then each is played again
with each kind of change in its second half. `--history 6` imports the first six weeks and judges what follows. `--trace` and
`--only` choose a part; `--share 0.2` plays so many of the changes, and `--draws 8` each of them so often, in other reps.
"""

import argparse
import asyncio
from collections.abc import Sequence
from itertools import groupby
from typing import Final

from bench.judge.tables import LEGEND, print_runs
from bench.machine import describe_machine
from bench.play.runs import play_runs
from bench.trials.help_desk import read_help_desk
from bench.trials.injections import INJECTIONS, inject, middle_of
from bench.trials.loan_sales import read_trace
from bench.trials.rostered_teams import simulate_trace
from bench.trials.trace import Trace
from shared.service.logs import configure_logs
from tests.backends import Servers, running_servers

_TRACES: Final = ("real", "help-desk", "simulated")


def read_traces(names: Sequence[str]) -> list[Trace]:
    """Those of these traces that there are."""
    traces = []
    if "real" in names:
        real = read_trace()
        if real is None:
            print("\nThe real trace is not on this machine, so nothing is measured on it.")
        else:
            traces.append(real)
    readers = {"help-desk": read_help_desk, "simulated": simulate_trace}
    return traces + [read() for name, read in readers.items() if name in names]


async def print_trace(servers: Servers, trace: Trace, injections: Sequence[str], *, draws: int, history_weeks: int) -> None:
    """Play a trace and all that is put into it, and print a table of each kind of change."""
    days = sum(len(trace.rostered_days(rep_id)) for rep_id in trace.rep_ids)
    empty = sum(not trace.total_on(rep_id, day) for rep_id in trace.rep_ids for day in trace.rostered_days(rep_id))
    history = f"its first {history_weeks} weeks imported as history" if history_weeks else "from an empty installation on"
    size = f"{len(trace.rep_ids)} reps, {days:,} rostered days, {empty / days:.0%} of them empty"
    print(f"\nThe {trace.name} trace: {size}; {history}.")
    changed = [inject(kind, trace, draw=draw) for kind in injections for draw in range(draws)]
    as_it_is, *others = await play_runs(servers, trace, changed, history_weeks=history_weeks)
    print(f"\n{trace.name}")
    print_runs([as_it_is], without_change=trace)
    for name, runs in groupby(others, key=lambda run: run.trace.name):
        print(f"\n{name} (from {middle_of(trace)} on, in a few reps or in all; {draws} times)")
        print_runs(list(runs), without_change=trace)


async def play_all(options: argparse.Namespace) -> None:
    """Start a Postgres and print every table."""
    print(describe_machine())
    print("\nWhat people receive. One table per run:")
    print(LEGEND)
    count = round(len(INJECTIONS) * options.share)
    injections = [kind for kind in INJECTIONS if kind in options.only] if options.only is not None else INJECTIONS[:count]
    async with running_servers(with_nats=False) as servers:
        for trace in read_traces(options.trace):
            await print_trace(servers, trace, injections, draws=options.draws, history_weeks=options.history)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--share", type=float, default=1.0, help="how many of the changes to play, at most 1")
    parser.add_argument("--draws", type=int, default=1, help="how often each change is played, each time in other reps")
    parser.add_argument("--history", type=int, default=0, help="how many of the first weeks are imported as history")
    parser.add_argument("--trace", nargs="+", choices=_TRACES, default=_TRACES, help="which traces to play")
    parser.add_argument("--only", nargs="*", choices=INJECTIONS, help="which changes to play; none for the traces as they are")
    options = parser.parse_args()
    configure_logs("bench", level="CRITICAL")
    asyncio.run(play_all(options))


if __name__ == "__main__":
    main()
