"""`python -m bench.reprocessing`: reading stored webhooks again while others arrive.

`daymark up` runs as its user starts it. The map of one source lacks a word, so its calls count for nothing; then the map is
mended and its webhooks are reprocessed by the command, while another source sends. What is measured is how long a live call
takes from its POST until scoring has stored it, without and beside the reprocessing.
"""

import argparse
import asyncio
import json
import tempfile
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final

import asyncpg
import httpx

from bench.machine import describe_machine
from shared.clock import SystemClock, monotonic_s
from shared.jetstream.client import disconnect
from shared.jetstream.publisher import Outgoing, Publisher
from tests.running_daymark import RunningDaymark, running_daymark

_SECRET: Final = "a-secret-of-the-benchmark"
_SOURCE: Final = """\
[sources.{name}]
kind = "shared-secret"
secrets = ["file:{folder}/secret"]
secret_in = "query:key"
[sources.{name}.fields]
activity_id = "id"
kind = "type"
observed_at = "changed"
actor = "rep"
started_at = "at"
outcome = "result"
"""
_PORTS: Final = "[ingest]\nport = 0\nprobes_port = 0\n[scoring]\nport = 0\n[nudges]\nport = 0\nprobes_port = 0\n"
_MENDED: Final = '[sources.stored.outcomes]\nspoken = "connected"\n'
_REPS: Final = 50
_DAYS: Final = 20
_PLAYBOOK: Final = """\
team: north
effective_from: 2020-01-01
behaviours: [{key: calls, label: Calls, counts: {kinds: [call], outcomes: [connected]}, target: 10, weight: 1}]
"""
_LIVE_PER_S: Final = 20
_LIVE_ALONE_S: Final = 20
_POLL_S: Final = 0.002
_STORED_AT_ONCE: Final = 5_000


def _call(name: str, result: str, at: datetime, rep: int) -> bytes:
    moment = at.isoformat()
    content = {"id": name, "type": "call", "rep": str(rep), "at": moment, "changed": moment, "result": result}
    return json.dumps(content).encode()


async def _store_webhooks(daymark: RunningDaymark, *, number: int) -> None:
    """Store webhooks as the door would, of calls on the last working days."""
    now = SystemClock().now()
    connection = await daymark.connect()
    async with Publisher(connection, timeout_s=30) as publisher:
        for first in range(0, number, _STORED_AT_ONCE):
            await publisher.store_all([_webhook(place, now) for place in range(first, min(first + _STORED_AT_ONCE, number))])
    await disconnect(connection)
    await daymark.wait_until_scored()


def _webhook(place: int, now: datetime) -> Outgoing:
    at = now - timedelta(days=1 + place % _DAYS, seconds=place % 3_600)
    headers = {"ce-id": str(place), "ce-time": (now + timedelta(microseconds=place)).isoformat()}
    body = _call(f"stored-{place}", "spoken", at, place % _REPS)
    return Outgoing(subject="webhook.received.v1.stored", headers=headers, data=body)


async def _send_live(daymark: RunningDaymark, stop: asyncio.Event, prefix: str) -> list[float]:
    """Post calls at a steady rate until told to stop. Returns how long each took until scoring had stored it, in seconds."""
    took_s: list[float] = []
    pool = await asyncpg.create_pool(daymark.urls.postgres, min_size=4, max_size=8)
    async with httpx.AsyncClient(base_url=daymark.urls.ingest, params={"key": _SECRET}, timeout=30) as client:
        started_s, place = monotonic_s(), 0
        async with asyncio.TaskGroup() as posts:
            while not stop.is_set():
                due_s = started_s + place / _LIVE_PER_S
                await asyncio.sleep(max(due_s - monotonic_s(), 0))
                posts.create_task(_send_one(client, pool, f"{prefix}-{place}", place % _REPS, due_s, took_s))
                place += 1
    await pool.close()
    return took_s


async def _send_one(
    client: httpx.AsyncClient, pool: asyncpg.Pool, name: str, rep: int, due_s: float, took_s: list[float]
) -> None:
    body = _call(name, "connected", datetime.now(UTC), rep)
    assert (await client.post("/webhooks/live", content=body)).status_code == 200
    query = "SELECT FROM scoring.activity WHERE source = 'live' AND account = '' AND activity_id = $1"
    while not await pool.fetch(query, name):  # noqa: ASYNC110  # Postgres does not say when
        await asyncio.sleep(_POLL_S)
    took_s.append(monotonic_s() - due_s)


def _describe(label: str, took_s: Sequence[float]) -> str:
    in_order = [1_000 * seconds for seconds in sorted(took_s)]
    shares = {percent: in_order[min(len(in_order) * percent // 100, len(in_order) - 1)] for percent in (50, 95, 99)}
    described = ", ".join(f"{percent}% {ms:.0f} ms" for percent, ms in shares.items())
    return f"  {label:<24} {described}, longest {in_order[-1]:.0f} ms ({len(in_order)} calls)"


async def measure(*, webhooks: int) -> None:
    """Print how long live calls take without and beside the reprocessing, and how long that takes."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        folder.chmod(0o755)
        sources = "".join(_SOURCE.format(name=source, folder=folder) for source in ("stored", "live"))
        (folder / "secret").write_text(_SECRET)
        identities = '{{source: stored, user: "{0}"}}, {{source: live, user: "{0}"}}'
        reps = "".join(
            f"      - {{id: r{rep}, name: R, timezone: UTC, identities: [{identities.format(rep)}]}}\n" for rep in range(_REPS)
        )
        (folder / "roster.yaml").write_text(f"teams:\n  - id: north\n    name: North\n    reps:\n{reps}")
        (folder / "playbook.yaml").write_text(_PLAYBOOK)
        async with running_daymark(folder / "d", _PORTS + sources) as daymark:
            for definition in ("roster", "playbook"):
                await daymark.command(definition, "apply", str(folder / f"{definition}.yaml"))
            await _store_webhooks(daymark, number=webhooks)
            print(f"{webhooks:,} stored webhooks of one source, {_LIVE_PER_S} live ones a second of another")
            stop = asyncio.Event()
            alone = asyncio.create_task(_send_live(daymark, stop, "alone"))
            await asyncio.sleep(_LIVE_ALONE_S)
            stop.set()
            print(_describe("live, nothing else", await alone))
            daymark.config.write_text(_PORTS + sources + _MENDED)
            for options, label in (((), "live, beside the plan"), (("--yes",), "live, beside --yes")):
                stop = asyncio.Event()
                live = asyncio.create_task(_send_live(daymark, stop, label.replace(" ", "")))
                started_s = monotonic_s()
                output = await daymark.command("webhooks", "reprocess", "--source", "stored", *options)
                seconds = monotonic_s() - started_s
                stop.set()
                print(_describe(label, await live))
                print(f"    took {seconds:.1f} s: {output.splitlines()[1]}")


def main() -> None:
    """Run the benchmark."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--webhooks", type=int, default=100_000)
    print(describe_machine())
    asyncio.run(measure(webhooks=parser.parse_args().webhooks))


if __name__ == "__main__":
    main()
