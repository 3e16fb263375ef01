"""`python -m bench.pages`: 500 open pages of 100 teams and 1,000 reps, while 50 activities a second come in.

Nudges runs as a process of its own on real servers. Every page is a connection that keeps *Today* up to date, of one of 100
managers. Day reports are published as scoring does; the time of an update begins then, and ends when the page has the new row.
"""

import argparse
import asyncio
import statistics
import tempfile
from collections.abc import Sequence
from pathlib import Path

from bench.machine import describe_machine
from bench.pages.open_pages import Figures, run
from bench.pages.teams import Load


def _describe(figures: Figures, load: Load) -> str:
    updates, first = _quantiles(figures.updates_s), _quantiles(figures.first_bytes_s)
    sizes = ", ".join(f"{page} {size / 1024:.1f} KB" for page, size in figures.page_bytes.items())
    return (
        f"{load.pages} open pages, {load.teams} teams, {load.teams * load.reps_per_team} reps, {load.reports_per_s} reports a "
        f"second for {load.duration_s} s: {len(figures.updates_s)} of {figures.expected} updates, {updates}; first byte of "
        f"/today {first}; memory of nudges {figures.memory_before_mib:.0f} to {figures.memory_after_mib:.0f} MiB; gzipped: "
        f"{sizes}"
    )


def _quantiles(taken_s: Sequence[float]) -> str:
    *_, p95_s = statistics.quantiles(taken_s, n=20)
    return f"p50 {statistics.median(taken_s) * 1e3:.0f} ms, p95 {p95_s * 1e3:.0f} ms, at most {max(taken_s) * 1e3:.0f} ms"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--pages", type=int, default=500)
    parser.add_argument("--teams", type=int, default=100)
    parser.add_argument("--rate", type=int, default=50, help="reports per second")
    parser.add_argument("--seconds", type=int, default=20)
    arguments = parser.parse_args()
    load = Load(pages=arguments.pages, teams=arguments.teams, reports_per_s=arguments.rate, duration_s=arguments.seconds)
    print(describe_machine())
    with tempfile.TemporaryDirectory(prefix="daymark-") as folder:
        print(_describe(asyncio.run(run(Path(folder), load)), load))


if __name__ == "__main__":
    main()
