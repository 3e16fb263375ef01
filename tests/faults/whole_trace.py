"""A real trace as webhooks, in random order and each one twice, while every service is killed again and again.

`python -m tests.faults.whole_trace` posts all of it and prints the outcome; `test_kills.py` runs a slice. The trace is not part
of this repository: DAYMARK_TRACE names its folder (default: `shared/data` beside the repository).
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
from tests.running_daymark import ROOT, RunningDaymark, running_daymark

TRACE: Final = Path(os.environ.get("DAYMARK_TRACE", ROOT.parent / "shared" / "data"))
NAME: Final = "loan-sales-2011q4"
SERVICES: Final = ("ingest", "scoring", "scoring-2", "nudges")
SERVERS: Final = ("nats", "postgres")
KEY: Final = bytes(range(32))
_CONNECTIONS: Final = 64
_RESPONSE_TIMEOUT_S: Final = 20
_RETRY_S: Final = 0.1
CONFIGURATION: Final = """\
[ingest]
port = 0
probes_port = 0
[scoring]
port = 0
replicas = 2
[nudges]
port = 0
probes_port = 0
[channels.file]
path = "{folder}/nudges.ndjson"
[sources.bank]
kind = "standard"
secrets = ["file:{folder}/bank-secret"]
"""


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """What a run resulted in. `csv` and `expected` must be the same bytes."""

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


def has_trace() -> bool:
    """Whether the trace is on this machine."""
    return (TRACE / f"{NAME}.ndjson.gz").is_file()


def read_trace(*, until: str) -> tuple[list[bytes], str]:
    """The observations of activities that started until the day `until`, and an independent recount of those days."""
    with gzip.open(TRACE / f"{NAME}.ndjson.gz") as file:
        lines = [line.strip() for line in file]
    documents = [json.loads(line) for line in lines]
    activities = {document["activity_id"] for document in documents if document["facts"].get("started_at", "9")[:10] <= until}
    rows = (TRACE / NAME / "expected.csv").read_text().splitlines(keepends=True)
    expected = rows[0] + "".join(row for row in rows[1:] if row.split(",")[1] <= until)
    return [line for line, document in zip(lines, documents, strict=True) if document["activity_id"] in activities], expected


async def run(folder: Path, *, until: str, kills_each: int, seed: int, servers_too: bool) -> Outcome:
    """Run everything in an empty folder."""
    rng = random.Random(seed)
    lines, expected = read_trace(until=until)
    bodies = lines * 2
    rng.shuffle(bodies)
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "bank-secret").write_text("whsec_" + base64.b64encode(KEY).decode())
    async with running_daymark(folder, CONFIGURATION.format(folder=folder)) as daymark:
        await daymark.command("roster", "apply", str(TRACE / NAME / "roster.yaml"))
        await daymark.command("playbook", "apply", str(TRACE / NAME / "playbook.yaml"))
        started_s = monotonic_s()
        victims = SERVICES + (SERVERS if servers_too else ())
        killing = asyncio.create_task(kill_all(daymark, victims, kills_each=kills_each, rng=rng))
        retried = await post_all(daymark.urls.ingest, bodies)
        await killing
        await daymark.settle()
        return Outcome(
            posted=len(bodies),
            retried=retried,
            seconds=monotonic_s() - started_s,
            kills=daymark.kills,
            deaths=daymark.deaths(),
            crashes=daymark.crashes(),
            csv=await daymark.command("scores", "--csv", "--from", "2011-10-01", "--until", until),
            expected=expected,
            audit=await daymark.command("audit"),
            nudges=_read_nudge_ids(folder / "nudges.ndjson"),
        )


async def kill_all(daymark: RunningDaymark, victims: Iterable[str], *, kills_each: int, rng: random.Random) -> None:
    """Kill every victim so many times, in random order. Each kill waits until the process of the one before runs again."""
    order = [victim for victim in victims for _ in range(kills_each)]
    rng.shuffle(order)
    for victim in order:
        await daymark.kill(victim)


async def post_all(url: str, bodies: list[bytes]) -> int:
    """Post every body over 64 connections, and again until it is accepted. Returns how many attempts failed."""
    host, _, port = url.removeprefix("http://").partition(":")
    remaining = iter(enumerate(bodies))
    failed = await asyncio.gather(*[_post_remaining(host, int(port), remaining) for _ in range(_CONNECTIONS)])
    return sum(failed)


async def _post_remaining(host: str, port: int, remaining: Iterable[tuple[int, bytes]]) -> int:
    """Post over one connection until no body remains. Returns how many attempts failed."""
    connection: tuple[asyncio.StreamReader, asyncio.StreamWriter] | None = None
    failed = 0
    for number, body in remaining:
        while True:
            try:
                if connection is None:
                    connection = await asyncio.open_connection(host, port)
                reader, writer = connection
                writer.write(_make_request(number, body))
                status = await asyncio.wait_for(_read_status(reader), _RESPONSE_TIMEOUT_S)
            except (OSError, asyncio.IncompleteReadError, TimeoutError):
                status, connection = 0, None
            if status == 200:
                break
            assert status in (0, 503), f"ingest answered {status} to a valid webhook"
            failed += 1
            await asyncio.sleep(_RETRY_S)
    return failed


async def _read_status(reader: asyncio.StreamReader) -> int:
    head = await reader.readuntil(b"\r\n\r\n")
    length = next(int(line[15:]) for line in head.lower().split(b"\r\n") if line.startswith(b"content-length:"))
    await reader.readexactly(length)
    return int(head.split(b" ", 2)[1])


def _make_request(number: int, body: bytes) -> bytes:
    timestamp = str(int(SystemClock().now().timestamp()))
    signed = f"m{number}.{timestamp}.".encode() + body
    signature = base64.b64encode(hmac.digest(KEY, signed, "sha256")).decode()
    head = (
        f"POST /webhooks/bank HTTP/1.1\r\nhost: ingest\r\ncontent-type: application/json\r\ncontent-length: {len(body)}\r\n"
        f"webhook-id: m{number}\r\nwebhook-timestamp: {timestamp}\r\nwebhook-signature: v1,{signature}\r\n\r\n"
    )
    return head.encode() + body


def _read_nudge_ids(path: Path) -> list[str]:
    return [json.loads(line)["id"] for line in path.read_text().splitlines()] if path.exists() else []


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--kills", type=int, default=5, help="how often each process is killed")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--until", default="2011-12-31", help="last day of the trace")
    parser.add_argument("--servers-too", action="store_true", help="kill nats-server and postgres as well")
    arguments = parser.parse_args()
    if not has_trace():
        sys.stderr.write(f"the trace is not in {TRACE}; DAYMARK_TRACE names the folder that holds {NAME}.ndjson.gz\n")
        return 2
    with tempfile.TemporaryDirectory(prefix="daymark-") as name:
        folder = Path(name)
        folder.chmod(0o755)
        work = run(
            folder,
            until=arguments.until,
            kills_each=arguments.kills,
            seed=arguments.seed,
            servers_too=arguments.servers_too,
        )
        outcome = asyncio.run(work)
    return _report(outcome)


def _report(outcome: Outcome) -> int:
    """Print the outcome. Returns the exit status."""
    is_equal = outcome.csv == outcome.expected
    repeated = len(outcome.nudges) - len(set(outcome.nudges))
    sys.stdout.write(
        f"{outcome.posted} webhooks in {outcome.seconds:.0f} s, {outcome.retried} attempts repeated, kills {outcome.kills}, "
        f"deaths of services {outcome.deaths}\n"
        f"scores {'equal' if is_equal else 'DIFFER FROM'} the independent recount; audit: {outcome.audit.strip()}\n"
        f"{len(outcome.nudges)} nudges, {repeated} delivered twice\n"
    )
    for crash in outcome.crashes:
        sys.stdout.write(f"a process or job crashed: {crash[-1_500:]}\n")
    return 0 if is_equal and not repeated else 1


if __name__ == "__main__":
    sys.exit(main())
