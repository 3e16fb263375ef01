"""`python -m bench.many_teams`: a large company puts its roster and the playbooks of all of its teams in force.

`daymark up` runs as its user starts it. Printed are how long each command takes, how long it takes until the playbooks are
announced to everybody, and the longest time that a service needed meanwhile to answer `/livez`, for which its event loop stood
still.
"""

import argparse
import asyncio
import json
import tempfile
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import Final

import httpx

from bench.machine import describe_machine
from shared.clock import SystemClock, monotonic_s
from tests.deploy.local.one_rep import FREE_PORTS
from tests.faults.nudges.day_reports import find_timezone_at_noon
from tests.receiver import SECRET, receiving
from tests.running_daymark import RunningDaymark, running_daymark

_PROBE_INTERVAL_S: Final = 0.02
_POLL_S: Final = 0.25
_TIMEOUT_S: Final = 300.0
_CONFIGURATION: Final = (
    FREE_PORTS
    + """\
[channels.webhook]
url = "{receiver}"
secrets = ["file:{folder}/receiver-secret"]
allow_networks = ["127.0.0.0/8"]
"""
)
_HOURS: Final = '"06:00-20:00"'
_DAYS: Final = "[mon, tue, wed, thu, fri, sat, sun]"
_PLAYBOOK: Final = """\
team: team-{number}
effective_from: 2020-01-01
behaviours:
  - {{key: conversations, label: Conversations, counts: {{kinds: [call], min_duration_s: 120}}, target: {target}, weight: 35}}
  - {{key: meetings, label: Meetings, counts: {{kinds: [meeting]}}, target: 1, weight: 40}}
  - {{key: proposals, label: Proposals, counts: {{kinds: [proposal_sent]}}, target: {{mon: 1, fri: 2}}, weight: 25}}
"""


def make_roster(teams: int, reps: int, timezone: str) -> str:
    """Teams of equal size, each with a manager, whose reps work on every day of the week."""
    rows = ["teams:"]
    for team in range(teams):
        manager = f"{{id: manager-{team}, name: Manager {team}, timezone: {timezone}}}"
        rows.append(f"  - id: team-{team}\n    name: Team {team}\n    managers: [{manager}]\n    reps:")
        rows += [
            f"      - {{id: rep-{team}-{rep}, name: Rep {rep} Of {team}, timezone: {timezone}, "
            f'workdays: {_DAYS}, hours: {_HOURS}, identities: [{{source: acme, user: "{team}-{rep}"}}]}}'
            for rep in range(reps // teams)
        ]
    return "\n".join(rows) + "\n"


def make_playbooks(teams: int) -> str:
    return "---\n".join(_PLAYBOOK.format(number=number, target=5 + number % 5) for number in range(teams))


@asynccontextmanager
async def longest_waits(urls: Mapping[str, str]) -> AsyncIterator[dict[str, float]]:
    """Asks each service again and again whether it lives. Yields the longest time in seconds that each took to answer."""
    waits = dict.fromkeys(urls, 0.0)

    async def probe(name: str) -> None:
        async with httpx.AsyncClient(base_url=urls[name], timeout=_TIMEOUT_S, trust_env=False) as client:
            while True:
                started_s = monotonic_s()
                await client.get("/livez")
                waits[name] = max(waits[name], monotonic_s() - started_s)
                await asyncio.sleep(_PROBE_INTERVAL_S)

    probes = [asyncio.create_task(probe(name)) for name in urls]
    try:
        yield waits
    finally:
        for task in probes:
            task.cancel()
            with suppress(asyncio.CancelledError):
                await task


async def apply(daymark: RunningDaymark, kind: str, path: Path) -> float:
    """Apply a file. Returns the seconds that the command took."""
    started_s = monotonic_s()
    await daymark.command(kind, "apply", str(path))
    return monotonic_s() - started_s


async def wait_until_delivered(daymark: RunningDaymark, reps: int) -> None:
    """Return once the announcements of so many reps have been delivered."""
    async with asyncio.timeout(_TIMEOUT_S):
        while True:
            versions = json.loads(await daymark.command("playbook", "list", "--json"))
            if sum(version["delivered"] for version in versions) >= reps:
                return
            await asyncio.sleep(_POLL_S)


async def measure(folder: Path, *, teams: int, reps: int) -> None:
    (folder / "receiver-secret").write_text(SECRET)
    (folder / "roster.yaml").write_text(make_roster(teams, reps, find_timezone_at_noon(SystemClock().now())))
    (folder / "playbooks.yaml").write_text(make_playbooks(teams))
    async with (
        receiving() as receiver,
        running_daymark(folder / "d", _CONFIGURATION.format(receiver=receiver.url, folder=folder)) as daymark,
    ):
        urls = {name: daymark.urls.probes[name] for name in ("scoring", "nudges")}
        async with longest_waits(urls) as waits:
            print(f"  roster apply     {await apply(daymark, 'roster', folder / 'roster.yaml'):6.1f} s", flush=True)
            print(f"  playbook apply   {await apply(daymark, 'playbook', folder / 'playbooks.yaml'):6.1f} s", flush=True)
            started_s = monotonic_s()
            await wait_until_delivered(daymark, reps // teams * teams)
            print(f"  then announced   {monotonic_s() - started_s:6.1f} s", flush=True)
            await daymark.settle()
            print(f"  then settled     {monotonic_s() - started_s:6.1f} s")
        print("  longest answer of /livez: " + ", ".join(f"{name} {wait_s * 1e3:.0f} ms" for name, wait_s in waits.items()))
        started_s = monotonic_s()
        await daymark.kill("scoring")
        await daymark.command("playbook", "list", "--json")
        print(f"  scoring killed, and asked again after {monotonic_s() - started_s:.1f} s")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--teams", type=int, default=500)
    parser.add_argument("--reps", type=int, default=10_000)
    options = parser.parse_args()
    print(f"{describe_machine()}\n")
    print(f"{options.reps:,} reps in {options.teams} teams. Lower is better.", flush=True)
    with tempfile.TemporaryDirectory(prefix="daymark-") as name:
        folder = Path(name)
        folder.chmod(0o755)  # PostgreSQL runs as another user if this one is root
        asyncio.run(measure(folder, teams=options.teams, reps=options.reps))


if __name__ == "__main__":
    main()
