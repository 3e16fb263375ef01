"""`python -m bench.door`: webhooks per second over 1, 64 and 256 connections, stored and only verified.

One server stores each webhook on disk before it confirms, as ingest does. The other only verifies the signature. Both run all
the time and are measured in turn. The servers, the sender and NATS share the machine, so the ratio of the two means more than
the rates.
"""

import argparse
import asyncio
import json
import signal
import statistics
import sys
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final, NamedTuple, cast

import uvloop
from standardwebhooks.webhooks import Webhook
from starlette.types import ASGIApp

from bench.machine import describe_machine
from deploy.local.servers.nats_server import NatsServer
from deploy.local.servers.ports import find_free_ports
from services.ingest.app import web_app
from services.ingest.domain.adapter import STORED
from services.ingest.domain.adapters import ADAPTERS
from services.ingest.domain.webhook import Source
from services.ingest.metrics import IngestMetrics
from services.ingest.receive_webhook import WebhookReceiver
from services.ingest.settings import IngestSettings
from shared.clock import SystemClock, monotonic_s
from shared.jetstream.client import connect
from shared.jetstream.publisher import Outgoing, Publisher
from shared.jetstream.streams import provision
from shared.observation import SourceName
from shared.service.logs import configure_logs
from shared.service.process import Front, collect_garbage_rarely
from shared.service.settings import load_settings

_SECRET: Final = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
_SOURCE: Final = SourceName("acme")
_SOURCES: Final = {_SOURCE: Source(name=_SOURCE, kind="standard", secrets=(_SECRET.encode(),))}
_BODY: Final = json.dumps(
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
)
_CONNECTIONS: Final = (1, 64, 256)
_ROUNDS: Final = 3
_VERIFIED: Final = "verified only"
_STORED: Final = "stored"
_LAST_RESPONSES_S: Final = 0.5
_POLL_S: Final = 0.05


class Load(NamedTuple):
    """The result of one measurement. `durations_s` of the requests are sorted."""

    webhooks_per_s: float
    durations_s: Sequence[float]

    def quantile_ms(self, share: float) -> float:
        return self.durations_s[int(len(self.durations_s) * share)] * 1e3


class _NoPublisher(Publisher):
    """Stores nothing, so that only the HTTP server and the verification are measured."""

    def __init__(self) -> None:
        """It needs no connection."""

    async def store(self, message: Outgoing) -> None: ...


async def serve(port: int, nats_url: str) -> None:
    """The HTTP side of ingest. It translates nothing; without a NATS URL it stores nothing either."""
    settings = load_settings(IngestSettings)
    metrics, clock = IngestMetrics(_SOURCES), SystemClock()

    async def run(publisher: Publisher) -> None:
        receiver = WebhookReceiver(_SOURCES, ADAPTERS, publisher, clock)
        await _serve_until_terminated(web_app(receiver, settings, metrics, clock), port)

    if not nats_url:
        await run(_NoPublisher())
        return
    connection = await connect(nats_url, name="door")
    await provision(connection)
    async with Publisher(connection) as publisher:
        await run(publisher)


async def _serve_until_terminated(app: ASGIApp, port: int) -> None:
    """Serve as `run_process` does, but without subscribers and jobs."""
    collect_garbage_rarely()
    front = Front(app, host="127.0.0.1", port=port)

    def stop() -> None:
        front.server.should_exit = True

    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, stop)
    await front.serving


def _make_request() -> bytes:
    now = SystemClock().now()
    head = (
        f"POST /webhooks/{_SOURCE} HTTP/1.1\r\nHost: door\r\nContent-Type: application/json\r\n"
        f"Content-Length: {len(_BODY)}\r\nwebhook-id: m1\r\nwebhook-timestamp: {int(now.timestamp())}\r\n"
        f"webhook-signature: {Webhook(_SECRET).sign('m1', now, _BODY)}\r\n\r\n"
    )
    return (head + _BODY).encode()


class _Sender(asyncio.Protocol):
    """One connection. It sends the next request when the previous one is answered."""

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


async def apply_load(port: int, *, connections: int, seconds: float) -> Load:
    """Send webhooks over so many connections for so long."""
    durations_s: list[float] = []
    request, loop = _make_request(), asyncio.get_running_loop()

    def make_sender() -> _Sender:
        return _Sender(request, durations_s)

    opened = [await loop.create_connection(make_sender, "127.0.0.1", port) for _ in range(connections)]
    durations_s.clear()  # the first connections were at work while the last ones were opened
    started_s = monotonic_s()
    await asyncio.sleep(seconds)
    count, elapsed_s = len(durations_s), monotonic_s() - started_s
    for _, sender in opened:
        sender.is_stopped = True
    await asyncio.sleep(_LAST_RESPONSES_S)
    for transport, _ in opened:
        transport.close()
    return Load(webhooks_per_s=count / elapsed_s, durations_s=sorted(durations_s))


async def measure(*, seconds: float) -> None:
    """Start NATS and both servers, and compare them."""
    print(describe_machine())
    nats_server = NatsServer(Path(tempfile.mkdtemp(prefix="daymark-bench-")))
    await nats_server.start()
    ports = dict(zip((_VERIFIED, _STORED), find_free_ports(2), strict=True))
    nats_urls = {_VERIFIED: "", _STORED: nats_server.url}
    command = (sys.executable, "-m", "bench.door")
    servers = [
        await asyncio.create_subprocess_exec(*command, "--serve", str(port), "--nats", nats_urls[name])
        for name, port in ports.items()
    ]
    try:
        for port in ports.values():
            await _wait_until_open(port)
        print(f"\nWebhooks of {len(_BODY)} bytes, each stored on disk before it is confirmed, against the same server without")
        print("storing. Good: a high rate, short response times, and a ratio of the rates near 1.")
        print(f"  {'':<31}{'rate':>11}{'p50':>11}{'p99':>11}")
        for connections in _CONNECTIONS:
            await _compare(ports, connections=connections, seconds=seconds)
    finally:
        for server in servers:
            server.terminate()
            await server.wait()
        await nats_server.stop()


async def _wait_until_open(port: int) -> None:
    while True:
        try:
            _, writer = await asyncio.open_connection("127.0.0.1", port)
        except OSError:
            await asyncio.sleep(_POLL_S)
        else:
            writer.close()
            return


async def _compare(ports: Mapping[str, int], *, connections: int, seconds: float) -> None:
    """Print the medians of the rounds."""
    loads: dict[str, list[Load]] = {name: [] for name in ports}
    for _ in range(_ROUNDS):
        for name, port in ports.items():
            loads[name].append(await apply_load(port, connections=connections, seconds=seconds))
    title = f"{connections:>3} {'connection' if connections == 1 else 'connections'}"
    for name, rounds in loads.items():
        rate = statistics.median(load.webhooks_per_s for load in rounds)
        p50_ms, p99_ms = (statistics.median(load.quantile_ms(share) for load in rounds) for share in (0.5, 0.99))
        print(f"  {f'{title}, {name}':<31}{f'{rate:,.0f}/s':>11}{f'{p50_ms:.1f} ms':>11}{f'{p99_ms:.1f} ms':>11}")
    ratios = [
        stored.webhooks_per_s / verified.webhooks_per_s
        for verified, stored in zip(loads[_VERIFIED], loads[_STORED], strict=True)
    ]
    print(f"  {f'{title}, ratio':<31}{statistics.median(ratios):>9.2f}   ({min(ratios):.2f} to {max(ratios):.2f})", flush=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=4.0, help="duration of each of the 18 measurements")
    parser.add_argument("--serve", type=int, metavar="PORT", help="be one of the servers; the benchmark starts both")
    parser.add_argument("--nats", default="", metavar="URL", help="where the server stores; without it, it only verifies")
    options = parser.parse_args()
    configure_logs("bench", level="WARNING")
    uvloop.run(serve(options.serve, options.nats) if options.serve else measure(seconds=options.seconds))


if __name__ == "__main__":
    main()
