"""A full disk ends nothing. Once there is room, everything works again by itself, and what was confirmed is there."""

import asyncio
import base64
import hashlib
import hmac
import json
import os
import signal
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

import httpx
import nats.errors
import pytest
from structlog.testing import capture_logs

from deploy.local.servers.nats_server import STORAGE_MAX_BYTES, NatsServer
from deploy.local.servers.supervised_server import SupervisedServer
from shared.jetstream.client import connect, disconnect
from tests.deploy.local.one_rep import FREE_PORTS, ROSTER
from tests.folders import open_to_everybody
from tests.running_daymark import RunningDaymark, running_daymark
from tests.small_disk import fill, small_disk

_KEY: Final = b"0123456789abcdef01234567"
_SOURCE: Final = '[sources.acme]\nkind = "standard"\nsecrets = ["env:ACME_SECRET"]\n'
_UNTIL_WELL_S: Final = 90


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[Path]:
    open_to_everybody(tmp_path)
    with small_disk(tmp_path / "disk", mebibytes=160) as disk:
        yield disk


async def test_nats_on_a_full_disk_is_restarted_when_there_is_room_and_not_before(disk: Path) -> None:
    server = NatsServer(disk / "nats")
    with capture_logs() as logs:
        async with _supervised(server, disk / "nats"):
            await _create_stream(server)
            confirmed = await _publish(server, 5)
            filling = fill(disk)
            full_pid = server.pid
            while not any(log["event"] == "disk_full" for log in logs):
                confirmed += await _publish(server, 1)
            assert server.pid == full_pid

            filling.unlink()
            async with asyncio.timeout(_UNTIL_WELL_S):
                while not (stored := await _publish(server, 1)):
                    await asyncio.sleep(0.05)

            assert server.pid != full_pid
            assert await _message_count(server) >= confirmed + stored
            assert await _storage_limit(server) == STORAGE_MAX_BYTES


async def test_a_start_on_a_full_disk_leaves_nats_able_to_store_once_there_is_room(disk: Path) -> None:
    server = NatsServer(disk / "nats")
    await server.start()
    await _create_stream(server)
    filling = fill(disk)
    await server.stop()

    await server.start()
    filling.unlink()

    try:
        assert await _publish(server, 3) == 3
        assert await _storage_limit(server) == STORAGE_MAX_BYTES
    finally:
        await server.stop()


@pytest.mark.timeout(300)
async def test_daymark_works_again_after_a_full_disk_and_has_every_confirmed_webhook(
    disk: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ACME_SECRET", "whsec_" + base64.b64encode(_KEY).decode())
    (disk.parent / "roster.yaml").write_text(ROSTER)
    async with running_daymark(disk / "d", FREE_PORTS + _SOURCE) as daymark, httpx.AsyncClient(timeout=10) as sender:
        await daymark.command("roster", "apply", str(disk.parent / "roster.yaml"))
        confirmed = sum([await _post(sender, daymark, f"before-{number}") for number in range(20)])
        assert confirmed == 20
        filling = fill(disk)
        number = 0
        while await _is_ready(sender, daymark.urls.probes["ingest"]):
            confirmed += await _post(sender, daymark, f"meanwhile-{(number := number + 1)}")
        os.kill(daymark.pids()["nudges"], signal.SIGKILL)  # it is started again, although its id cannot be written down

        filling.unlink()
        async with asyncio.timeout(_UNTIL_WELL_S):
            while not await _post(sender, daymark, "after"):
                await asyncio.sleep(0.05)
            for url in daymark.urls.probes.values():
                while not await _is_ready(sender, url):
                    await asyncio.sleep(0.05)

        await daymark.wait_until_scored()
        audit = await daymark.command("audit")
        assert int(audit.split()[0]) >= confirmed + 1
        assert "0 differences" in audit


@asynccontextmanager
async def _supervised(server: NatsServer, folder: Path) -> AsyncIterator[None]:
    started = asyncio.Event()
    supervised = SupervisedServer(name="nats", folder=folder, server=server, on_start=started.set)
    task = asyncio.create_task(supervised.keep_running())
    try:
        async with asyncio.timeout(30):
            await started.wait()
        yield
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        await server.stop()


async def _create_stream(server: NatsServer) -> None:
    connection = await connect(server.url, name="test")
    await connection.jetstream().add_stream(name="A", subjects=["a"])
    await disconnect(connection)


async def _publish(server: NatsServer, count: int) -> int:
    """Publish messages. Returns how many were confirmed."""
    confirmed = 0
    with suppress(nats.errors.Error, OSError, TimeoutError):
        async with asyncio.timeout(5):
            connection = await connect(server.url, name="test")
            try:
                for _ in range(count):
                    await connection.jetstream().publish("a", bytes(10_000), timeout=1)
                    confirmed += 1
            finally:
                await disconnect(connection)
    return confirmed


async def _message_count(server: NatsServer) -> int:
    connection = await connect(server.url, name="test")
    count: int = (await connection.jetstream().stream_info("A")).state.messages
    await disconnect(connection)
    return count


async def _storage_limit(server: NatsServer) -> int:
    async with httpx.AsyncClient() as client:
        limit: int = (await client.get(f"{server.monitor_url}/jsz")).json()["config"]["max_storage"]
        return limit


async def _post(sender: httpx.AsyncClient, daymark: RunningDaymark, message_id: str) -> bool:
    """Post a webhook with one call. Returns whether it was confirmed."""
    now = datetime.now(UTC)
    at = now.isoformat()
    data = {"activity_id": message_id, "kind": "call", "observed_at": at, "facts": {"actor": "7", "started_at": at}}
    body = json.dumps({"type": "activity", "data": data}).encode()
    timestamp = str(int(now.timestamp()))
    signature = hmac.new(_KEY, f"{message_id}.{timestamp}.".encode() + body, hashlib.sha256).digest()
    headers = {
        "webhook-id": message_id,
        "webhook-timestamp": timestamp,
        "webhook-signature": "v1," + base64.b64encode(signature).decode(),
    }
    try:
        response = await sender.post(f"{daymark.urls.ingest}/webhooks/acme", content=body, headers=headers)
    except httpx.TransportError:
        return False
    return response.status_code == 200


async def _is_ready(sender: httpx.AsyncClient, url: str) -> bool:
    try:
        return (await sender.get(f"{url}/readyz")).status_code == 200
    except httpx.TransportError:
        return False
