"""Clients without a credential that try to take a service: each of the three answers others meanwhile and stays small."""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Final

import httpx
import pytest

from tests.deploy.local.one_rep import FREE_PORTS
from tests.running_daymark import RunningDaymark, running_daymark

CONFIGURATION: Final = f"""\
{FREE_PORTS}
[sources.acme]
kind = "standard"
secrets = ["env:PATH"]
"""  # nothing that is sent here is signed, so any variable will do
PATHS: Final = {
    "ingest": "/webhooks/acme",
    "scoring": "/v1/explain/ana/2026-03-02",
    "nudges": "/absence/mara/ana/token/enter",
    "probes of ingest": "/metrics",
    "probes of nudges": "/readyz",
}
OPEN_TO_OTHERS: Final = {"ingest", "nudges"}
"""Whose own ports answer no probe."""
CONNECTIONS: Final = 8
SENT_MAX_BYTES: Final = 12_000_000
GROWTH_MAX_BYTES: Final = 100_000_000
_PAGE_BYTES: Final = 4096

_CHUNKED: Final = b"POST %s HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n"
_DECLARED: Final = b"POST %s HTTP/1.1\r\nHost: h\r\nContent-Length: 100000000\r\n\r\n"
ATTACKS: Final = {
    "pipelined requests": (b"", b"GET /livez HTTP/1.1\r\nHost: h\r\n\r\n" * 2_000),
    "pipelined posts": (b"", b"POST %s HTTP/1.1\r\nHost: h\r\nContent-Length: 0\r\n\r\n" * 500),
    "trailers": (_CHUNKED + b"2\r\nok\r\n0\r\n", b"a:b\r\n" * 10_000),
    "extensions of chunks": (_CHUNKED, b"1;" + b"a" * 30_000 + b"\r\nx\r\n"),
    "fields": (b"POST %s HTTP/1.1\r\nHost: h\r\n", b"a:b\r\n" * 10_000),
    "a body": (_DECLARED, b"x" * 60_000),
}
"""How each begins, and what follows without end; %s is the path."""


@pytest.fixture(scope="module")
async def daymark(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[RunningDaymark]:
    async with running_daymark(tmp_path_factory.mktemp("hostile"), CONFIGURATION) as daymark:
        yield daymark


def _resident_bytes(pid: int) -> int:
    return int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * _PAGE_BYTES


async def _send_without_end(port: int, first: bytes, rest: bytes) -> None:
    """Send until the server closes the connection or stops reading, and read nothing of what it answers."""
    _, writer = await asyncio.open_connection("127.0.0.1", port, limit=1_000)
    with contextlib.suppress(ConnectionError):
        writer.write(first)
        for _ in range(SENT_MAX_BYTES // len(rest)):
            writer.write(rest)
            await writer.drain()
    writer.transport.abort()


@pytest.mark.parametrize("service", PATHS)
@pytest.mark.parametrize("attack", ATTACKS)
async def test_a_service_answers_others_and_stays_small(daymark: RunningDaymark, service: str, attack: str) -> None:
    urls = {"ingest": daymark.urls.ingest, "scoring": daymark.urls.scoring, "nudges": daymark.urls.pages}
    urls |= {f"probes of {name}": url for name, url in daymark.urls.probes.items()}
    process, port = service.removeprefix("probes of "), httpx.URL(urls[service]).port
    pid = daymark.pids()[process]
    assert port is not None
    first, rest = (part.replace(b"%s", PATHS[service].encode()) for part in ATTACKS[attack])
    before = largest = _resident_bytes(pid)

    attackers = {asyncio.create_task(_send_without_end(port, first, rest)) for _ in range(CONNECTIONS)}
    async with httpx.AsyncClient(base_url=urls[service], timeout=30) as client:
        while attackers and largest - before < GROWTH_MAX_BYTES:
            _, attackers = await asyncio.wait(attackers, timeout=0.05)
            answer = await client.get("/livez", headers={"Connection": "close"})
            largest = max(largest, _resident_bytes(pid))
            assert answer.status_code == (404 if service in OPEN_TO_OTHERS else 200)

    for attacker in attackers:
        attacker.cancel()
    assert largest - before < GROWTH_MAX_BYTES
    assert daymark.pids()[process] == pid
