"""The process of ingest while it waits for its broker."""

import asyncio
import base64
import hmac
import json
import os
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest

from deploy.local.servers.nats_server import NatsServer
from deploy.local.servers.ports import find_free_ports
from shared.clock import SystemClock
from tests.house import ROOT

KEY = bytes(range(32))
CONFIGURATION = """\
[nats]
url = "nats://127.0.0.1:{nats_port}"
[ingest]
port = {port}
[sources.acme]
kind = "standard"
secrets = ["file:{folder}/acme"]
[sources.reach]
kind = "outreach"
secrets = ["file:{folder}/acme"]
"""


@pytest.fixture
def nats_port() -> int:
    """Nobody listens there yet."""
    return find_free_ports(1)[0]


@pytest.fixture
async def door(tmp_path: Path, nats_port: int) -> AsyncIterator[httpx.AsyncClient]:
    """Of a process that looks for its broker there."""
    (port,) = find_free_ports(1)
    (tmp_path / "acme").write_text("whsec_" + base64.b64encode(KEY).decode())
    config = tmp_path / "daymark.toml"
    config.write_text(CONFIGURATION.format(folder=tmp_path, nats_port=nats_port, port=port))
    environment = {**os.environ, "DAYMARK_CONFIG": str(config)}
    process = await asyncio.create_subprocess_exec(sys.executable, "-m", "services.ingest", cwd=ROOT, env=environment)
    try:
        async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}") as client:
            async with asyncio.timeout(60):
                while not await _lives(client):
                    await asyncio.sleep(0.05)
            yield client
    finally:
        process.terminate()
        await process.wait()


async def _lives(client: httpx.AsyncClient) -> bool:
    try:
        return (await client.get("/livez")).status_code == 200
    except httpx.TransportError:
        return False


async def _post(client: httpx.AsyncClient, source: str = "acme") -> httpx.Response:
    body = json.dumps({"activity_id": "a", "kind": "call", "observed_at": "2026-03-02T10:00:00Z"}).encode()
    timestamp = str(int(SystemClock().now().timestamp()))
    signature = base64.b64encode(hmac.digest(KEY, f"m1.{timestamp}.".encode() + body, "sha256")).decode()
    headers = {"webhook-id": "m1", "webhook-timestamp": timestamp, "webhook-signature": f"v1,{signature}"}
    return await client.post(f"/webhooks/{source}", content=body, headers=headers)


async def test_before_the_broker_is_there_a_sender_is_asked_to_come_again(door: httpx.AsyncClient) -> None:
    answer = await _post(door)

    assert (answer.status_code, answer.headers["retry-after"]) == (503, "5")
    assert (await _post(door, "nobody")).status_code == 404
    with pytest.raises(httpx.RemoteProtocolError):  # a sender that takes every answer for a yes
        await _post(door, "reach")


async def test_before_the_broker_is_there_the_service_lives_and_is_not_ready(door: httpx.AsyncClient) -> None:
    ready = await door.get("/readyz")

    assert ready.status_code == 503
    assert ready.json()["problems"] == {"starting": "the service waits for its servers; its log names them"}
    assert (await door.get("/metrics")).status_code == 404


async def test_once_the_broker_is_there_the_same_door_takes_webhooks(
    door: httpx.AsyncClient, nats_port: int, tmp_path: Path
) -> None:
    broker = NatsServer(tmp_path / "nats", port=nats_port)
    await broker.start()
    try:
        while (answer := await _post(door)).status_code == 503:
            await asyncio.sleep(0.05)
    finally:
        await broker.stop()

    assert answer.json() == {"stored": True}
