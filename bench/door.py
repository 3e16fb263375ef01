"""`python -m bench.door`: webhooks per second at 1, 64 and 256 connections, next to the same server that only verifies.

What is stored is durable. The servers, the sender and NATS share the machine, so the ratio says more than the rates. Both
servers run the whole time and are measured in turn.
"""

import argparse
import asyncio
import base64
import hmac
import json
import os
import signal
import statistics
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import cast

import uvloop
from starlette.types import ASGIApp

from deploy.local.servers.nats_server import NatsServer
from deploy.local.servers.ports import find_free_ports
from services.ingest.app import web_app
from services.ingest.domain.adapter import STORED
from services.ingest.domain.adapters import ADAPTERS
from services.ingest.domain.crm.standard import key_of
from services.ingest.domain.webhook import Source
from services.ingest.metrics import IngestMetrics
from services.ingest.receive_webhook import WebhookReceiver
from services.ingest.settings import IngestSettings
from shared.clock import SystemClock, monotonic_s
from shared.jetstream.client import connect
from shared.jetstream.publisher import Outgoing, Publisher
from shared.jetstream.streams import provision
from shared.observation import SourceName
from shared.service.process import Front, collect_garbage_rarely
from shared.service.settings import load_settings

SECRET = b"whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
ACME = SourceName("acme")
SOURCES = {ACME: Source(name=ACME, kind="standard", secrets=(SECRET,))}
BODY = json.dumps(
    {
        "activity_id": "173712-3",
        "kind": "call",
        "observed_at": "2026-03-02T10:10:25.759+02:00",
        "facts": {
            "actor": "10912",
            "started_at": "2026-03-02T10:08:36.700+02:00",
            "duration_s": 109.059,
            "outcome": "connected",
        },
    }
).encode()
ROUNDS, SECONDS = 3, 4.0


class _NoPublisher(Publisher):
    """Stores nothing, so that only the server and the verification are measured."""

    async def store(self, message: Outgoing) -> None: ...


async def serve(port: int, nats_url: str) -> None:
    """The door without the translation behind it. Without a NATS URL it only verifies."""
    settings = load_settings(IngestSettings)
    metrics, clock = IngestMetrics(SOURCES), SystemClock()

    async def always_ready() -> None:
        """A check that finds no problem."""

    async def run(publisher: Publisher) -> None:
        app = web_app(WebhookReceiver(SOURCES, ADAPTERS, publisher, clock), settings, metrics, clock, always_ready)
        await _serve_until_terminated(app, port)

    if not nats_url:
        await run(_NoPublisher.__new__(_NoPublisher))
        return
    connection = await connect(nats_url, name="door")
    await provision(connection)
    async with Publisher(connection) as publisher:
        await run(publisher)


async def _serve_until_terminated(app: ASGIApp, port: int) -> None:
    """As `run_process` does, without subscribers and jobs."""
    collect_garbage_rarely()
    front = Front(app, host="127.0.0.1", port=port)

    def stop() -> None:
        front.server.should_exit = True

    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, stop)
    await front.serving


def _request() -> bytes:
    seconds = str(int(SystemClock().now().timestamp()))
    digest = hmac.digest(key_of(SECRET), f"m1.{seconds}.".encode() + BODY, "sha256")
    head = (
        f"POST /webhooks/acme HTTP/1.1\r\nHost: door\r\nContent-Type: application/json\r\nContent-Length: {len(BODY)}\r\n"
        f"webhook-id: m1\r\nwebhook-timestamp: {seconds}\r\nwebhook-signature: v1,{base64.b64encode(digest).decode()}\r\n\r\n"
    )
    return head.encode() + BODY


class _Sender(asyncio.Protocol):
    """One connection, which sends the next request when the previous one is answered."""

    def __init__(self, request: bytes, durations_s: list[float]) -> None:
        self._request, self._durations_s, self._sent_s, self.is_stopped = request, durations_s, 0.0, False

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.Transport", transport)  # uvloop's transport is not declared as one
        self._send()

    def data_received(self, data: bytes) -> None:
        if not data.endswith(STORED.body):  # the head of a response can arrive alone
            assert data.startswith(b"HTTP/1.1 200"), data[:200]
            return
        self._durations_s.append(monotonic_s() - self._sent_s)
        if not self.is_stopped:
            self._send()

    def _send(self) -> None:
        self._sent_s = monotonic_s()
        self._transport.write(self._request)


async def load(port: int, connections: int, seconds: float) -> tuple[float, Sequence[float]]:
    """Webhooks per second over so many connections, and the sorted durations of the requests in seconds."""
    durations_s: list[float] = []
    request, loop = _request(), asyncio.get_running_loop()

    def make_sender() -> _Sender:
        return _Sender(request, durations_s)

    opened = [await loop.create_connection(make_sender, "127.0.0.1", port) for _ in range(connections)]
    durations_s.clear()
    started_s = monotonic_s()
    await asyncio.sleep(seconds)
    count, elapsed_s = len(durations_s), monotonic_s() - started_s
    for _, sender in opened:
        sender.is_stopped = True
    await asyncio.sleep(0.5)
    for transport, _ in opened:
        transport.close()
    return count / elapsed_s, sorted(durations_s)


async def _until_open(port: int) -> None:
    while True:
        try:
            _, writer = await asyncio.open_connection("127.0.0.1", port)
        except OSError:
            await asyncio.sleep(0.05)
        else:
            writer.close()
            return


async def measure() -> None:
    """Start NATS and both servers, and compare them."""
    folder = Path(tempfile.mkdtemp(prefix="daymark-bench-"))
    nats_server = NatsServer(folder)
    await nats_server.start()
    ports = dict(zip(("verified only", "stored"), find_free_ports(2), strict=True))
    servers = [
        await asyncio.create_subprocess_exec(
            sys.executable, "-m", "bench.door", "--serve", str(port), "--nats", nats_server.url if name == "stored" else ""
        )
        for name, port in ports.items()
    ]
    load_average = os.getloadavg()[0]
    print(
        f"Python {sys.version.split()[0]}, {os.cpu_count()} cores, load average {load_average:.1f} before, "
        f"bodies of {len(BODY)} bytes, sync_interval: always"
    )
    try:
        for port in ports.values():
            await _until_open(port)
        for connections in (1, 64, 256):
            await _compare(ports, connections)
    finally:
        for server in servers:
            server.terminate()
            await server.wait()
        await nats_server.stop()


async def _compare(ports: dict[str, int], connections: int) -> None:
    rates: dict[str, list[float]] = {name: [] for name in ports}
    latencies_ms: dict[str, list[tuple[float, float]]] = {name: [] for name in ports}
    for _ in range(ROUNDS):
        for name, port in ports.items():
            rate, durations_s = await load(port, connections, SECONDS)
            rates[name].append(rate)
            median_s, p99_s = durations_s[len(durations_s) // 2], durations_s[int(len(durations_s) * 0.99)]
            latencies_ms[name].append((median_s * 1e3, p99_s * 1e3))
    for name in ports:
        p50_ms, p99_ms = (statistics.median(values) for values in zip(*latencies_ms[name], strict=True))
        rate = statistics.median(rates[name])
        print(f"  {connections:>4} connections, {name:<14} {rate:>8,.0f}/s  p50 {p50_ms:.1f} ms  p99 {p99_ms:.1f} ms")
    ratios = [stored / verified for verified, stored in zip(rates["verified only"], rates["stored"], strict=True)]
    ratio = statistics.median(ratios)
    print(f"  {connections:>4} connections, stored / verified only: {ratio:.2f} ({min(ratios):.2f} to {max(ratios):.2f})")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--serve", type=int, help="be a server on this port")
    parser.add_argument("--nats", default="")
    arguments = parser.parse_args()
    uvloop.run(serve(arguments.serve, arguments.nats) if arguments.serve else measure())


if __name__ == "__main__":
    main()
