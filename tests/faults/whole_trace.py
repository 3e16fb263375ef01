"""The real trace through the door, in random order, each webhook twice, while every service is killed again and again.

`python -m tests.faults.whole_trace` runs all of it and prints what it did; `test_kills.py` runs a slice. Needs the trace,
which is not part of this repository: DAYMARK_TRACE names its folder (default: ../shared/data beside it).
"""

import argparse
import asyncio
import base64
import gzip
import hmac
import json
import os
import random
import sys
import tempfile
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from shared.clock import SystemClock, monotonic_s
from tests.running_daymark import ROOT, LivingHouse, living_house

TRACE: Final = Path(os.environ.get("DAYMARK_TRACE", ROOT.parent / "shared" / "data"))
NAME: Final = "loan-sales-2011q4"
SERVICES: Final = ("ingest", "scoring", "scoring-2", "nudges")
SERVERS: Final = ("nats", "postgres")
KEY: Final = bytes(range(32))
_CONNECTIONS: Final = 64
CONFIGURATION: Final = """\
[ingest]
port = 0
[scoring]
port = 0
replicas = 2
[nudges]
port = 0
[channels.file]
path = "{folder}/nudges.ndjson"
[sources.bank]
kind = "standard"
secrets = ["file:{folder}/bank-secret"]
"""


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """What a run came to. `csv` and `expected` must be the same bytes."""

    posted: int
    retried: int
    seconds: float
    kills: dict[str, int]
    deaths: dict[str, int]
    crashes: list[str]
    csv: str
    expected: str
    audit: str
    nudges: list[str]


def is_there() -> bool:
    return (TRACE / f"{NAME}.ndjson.gz").is_file()


def read_trace(*, until: str) -> tuple[list[bytes], str]:
    """The observations of activities that started by the day `until`, and the independent recount of those days."""
    with gzip.open(TRACE / f"{NAME}.ndjson.gz") as file:
        lines = [line.strip() for line in file]
    documents = [json.loads(line) for line in lines]
    within = {one["activity_id"] for one in documents if one["facts"].get("started_at", "9")[:10] <= until}
    rows = (TRACE / NAME / "expected.csv").read_text().splitlines(keepends=True)
    expected = rows[0] + "".join(row for row in rows[1:] if row.split(",")[1] <= until)
    return [line for line, one in zip(lines, documents, strict=True) if one["activity_id"] in within], expected


async def run(folder: Path, *, until: str, kills_each: int, seed: int, servers_too: bool) -> Outcome:
    """Do it all in an empty folder."""
    chance = random.Random(seed)
    lines, expected = read_trace(until=until)
    pushed = lines * 2
    chance.shuffle(pushed)
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "bank-secret").write_text("whsec_" + base64.b64encode(KEY).decode())
    async with living_house(folder, CONFIGURATION.format(folder=folder)) as house:
        await house.command("roster", "apply", str(TRACE / NAME / "roster.yaml"))
        await house.command("playbook", "apply", str(TRACE / NAME / "playbook.yaml"))
        started_s = monotonic_s()
        victims = SERVICES + (SERVERS if servers_too else ())
        killing = asyncio.create_task(kill_all(house, victims, times=kills_each, chance=chance))
        retried = await post_all(house.said["ingest"], pushed)
        await killing
        await house.settle()
        return Outcome(
            posted=len(pushed),
            retried=retried,
            seconds=monotonic_s() - started_s,
            kills=house.kills,
            deaths=house.deaths(),
            crashes=house.crashes(),
            csv=await house.command("scores", "--csv", "--from", "2011-10-01", "--until", until),
            expected=expected,
            audit=await house.command("audit"),
            nudges=_nudge_ids(folder / "nudges.ndjson"),
        )


async def kill_all(house: LivingHouse, victims: Iterable[str], *, times: int, chance: random.Random) -> None:
    """Each victim dies so many times, in random order, each as soon as the one before has been started again."""
    order = [victim for victim in victims for _ in range(times)]
    chance.shuffle(order)
    for victim in order:
        await house.kill(victim)


async def post_all(url: str, bodies: list[bytes]) -> int:
    """Post every body over 64 connections, each again until it is taken. Returns how many attempts failed."""
    host, _, port = url.removeprefix("http://").partition(":")
    waiting = iter(enumerate(bodies))
    retried = await asyncio.gather(*[_connection(host, int(port), waiting) for _ in range(_CONNECTIONS)])
    return sum(retried)


async def _connection(host: str, port: int, waiting: "Iterable[tuple[int, bytes]]") -> int:
    reader: asyncio.StreamReader | None = None
    retried = 0
    for number, body in waiting:
        while True:
            try:
                if reader is None:
                    reader, writer = await asyncio.open_connection(host, port)
                writer.write(_request(number, body))
                status = await asyncio.wait_for(_status(reader), 20)
            except (OSError, asyncio.IncompleteReadError, TimeoutError):
                status, reader = 0, None
            if status == 200:
                break
            assert status in (0, 503), f"the door answered {status} to a good webhook"
            retried += 1
            await asyncio.sleep(0.1)
    return retried


async def _status(reader: asyncio.StreamReader) -> int:
    head = await reader.readuntil(b"\r\n\r\n")
    length = next(int(line[15:]) for line in head.lower().split(b"\r\n") if line.startswith(b"content-length:"))
    await reader.readexactly(length)
    return int(head.split(b" ", 2)[1])


def _request(number: int, body: bytes) -> bytes:
    timestamp = str(int(SystemClock().now().timestamp()))
    signed = f"m{number}.{timestamp}.".encode() + body
    signature = base64.b64encode(hmac.digest(KEY, signed, "sha256")).decode()
    head = (
        f"POST /webhooks/bank HTTP/1.1\r\nhost: door\r\ncontent-type: application/json\r\ncontent-length: {len(body)}\r\n"
        f"webhook-id: m{number}\r\nwebhook-timestamp: {timestamp}\r\nwebhook-signature: v1,{signature}\r\n\r\n"
    )
    return head.encode() + body


def _nudge_ids(path: Path) -> list[str]:
    return [json.loads(line)["id"] for line in path.read_text().splitlines()] if path.exists() else []


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--kills", type=int, default=5, help="how often each process dies")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--until", default="2011-12-31", help="last day of the trace to play")
    parser.add_argument("--servers-too", action="store_true", help="kill nats-server and postgres as well")
    given = parser.parse_args()
    if not is_there():
        sys.stderr.write(f"the trace is not in {TRACE}; DAYMARK_TRACE names the folder that holds {NAME}.ndjson.gz\n")
        return 2
    with tempfile.TemporaryDirectory(prefix="daymark-") as folder:
        Path(folder).chmod(0o755)
        work = run(Path(folder), until=given.until, kills_each=given.kills, seed=given.seed, servers_too=given.servers_too)
        outcome = asyncio.run(work)
    same = outcome.csv == outcome.expected
    sys.stdout.write(
        f"{outcome.posted} webhooks in {outcome.seconds:.0f} s, {outcome.retried} attempts repeated, kills {outcome.kills}, "
        f"deaths of services {outcome.deaths}\n"
        f"scores {'equal' if same else 'DIFFER FROM'} the independent recount; audit: {outcome.audit.strip()}\n"
        f"{len(outcome.nudges)} nudges, {len(outcome.nudges) - len(set(outcome.nudges))} twice\n"
    )
    for crash in outcome.crashes:
        sys.stdout.write(f"a process ended by itself: {crash[-1_500:]}\n")
    return 0 if same and len(outcome.nudges) == len(set(outcome.nudges)) else 1


if __name__ == "__main__":
    sys.exit(main())
