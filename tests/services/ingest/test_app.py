"""The process of ingest, before and after its broker can be reached."""

import asyncio
import base64
import hmac
import json
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest

from deploy.local.servers.nats_server import NatsServer
from deploy.local.servers.ports import find_free_ports
from shared.clock import SystemClock
from shared.jetstream.client import connect, disconnect
from shared.requests.client import NO_QUERY, ask
from shared.requests.demonstration.clock_status import status_endpoint
from shared.requests.sources.endpoints import SOURCE_STORE, SourceDescription, SourceToStore
from tests.service_process import running_service

KEY = bytes(range(32))
CONFIGURATION = """\
[nats]
url = "nats://127.0.0.1:{nats_port}"
[ingest]
port = {port}
probes_port = {probes_port}
sources_key = "file:{folder}/acme"
[sources.acme]
kind = "standard"
secrets = ["file:{folder}/acme"]
[sources.reach]
kind = "outreach"
secrets = ["file:{folder}/acme"]
"""


@dataclass(kw_only=True)
class RunningIngest:
    """A process of ingest, with clients of its door and of its probes."""

    process: asyncio.subprocess.Process
    client: httpx.AsyncClient
    probes: httpx.AsyncClient

    async def post(self, source: str = "acme") -> httpx.Response:
        """A properly signed webhook."""
        body = json.dumps({"activity_id": "a", "kind": "call", "observed_at": "2026-03-02T10:00:00Z"}).encode()
        timestamp = str(int(SystemClock().now().timestamp()))
        signature = base64.b64encode(hmac.digest(KEY, f"m1.{timestamp}.".encode() + body, "sha256")).decode()
        headers = {"webhook-id": "m1", "webhook-timestamp": timestamp, "webhook-signature": f"v1,{signature}"}
        return await self.client.post(f"/webhooks/{source}", content=body, headers=headers)

    async def until_stored(self) -> httpx.Response:
        """The first answer that is not 503."""
        while (response := await self.post()).status_code == 503:
            await asyncio.sleep(0.05)
        return response


@pytest.fixture
def nats_port() -> int:
    """Nothing listens there yet."""
    return find_free_ports(1)[0]


@pytest.fixture
async def ingest(tmp_path: Path, nats_port: int) -> AsyncIterator[RunningIngest]:
    """A process that waits for its broker."""
    port, probes_port = find_free_ports(2)
    (tmp_path / "acme").write_text("whsec_" + base64.b64encode(KEY).decode())
    configuration = tmp_path / "daymark.toml"
    configuration.write_text(CONFIGURATION.format(folder=tmp_path, nats_port=nats_port, port=port, probes_port=probes_port))
    async with (
        running_service("ingest", configuration, probes_port=probes_port, probe="/livez") as process,
        httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}") as client,
        httpx.AsyncClient(base_url=f"http://127.0.0.1:{probes_port}") as probes,
    ):
        yield RunningIngest(process=process, client=client, probes=probes)


@pytest.fixture
async def broker(tmp_path: Path, nats_port: int) -> AsyncIterator[NatsServer]:
    """Started after the process."""
    server = NatsServer(tmp_path / "nats", port=nats_port)
    await server.start()
    yield server
    await server.stop()


async def test_before_the_broker_is_reached_a_sender_is_asked_to_retry(ingest: RunningIngest) -> None:
    response = await ingest.post()

    assert (response.status_code, response.headers["retry-after"]) == (503, "5")
    for source in ("reach", "may-be-stored"):  # such a sender would take any response for success
        with pytest.raises(httpx.RemoteProtocolError):
            await ingest.post(source)


async def test_before_the_broker_is_reached_the_service_is_alive_and_not_ready(ingest: RunningIngest) -> None:
    response = await ingest.probes.get("/readyz")

    assert response.status_code == 503
    assert response.json()["problems"] == {"starting": "the service is waiting for its servers; its log names them"}
    assert (await ingest.probes.get("/metrics")).status_code == 404


@pytest.mark.parametrize("path", ["/livez", "/readyz", "/metrics"])
async def test_the_port_of_senders_answers_no_probe_and_the_port_of_probes_no_webhook(
    ingest: RunningIngest, broker: NatsServer, path: str
) -> None:
    assert (await ingest.client.get(path)).status_code == 404
    await ingest.until_stored()

    assert (await ingest.client.get(path)).status_code == 404
    assert (await ingest.probes.get(path)).status_code in {200, 503}
    assert (await ingest.probes.post("/webhooks/acme", content=b"{}")).status_code == 404


async def test_once_the_broker_is_reached_the_same_door_stores_webhooks(ingest: RunningIngest, broker: NatsServer) -> None:
    assert (await ingest.until_stored()).json() == {"stored": True}


async def test_a_source_that_is_added_while_the_service_runs_is_open_at_once(
    ingest: RunningIngest, broker: NatsServer, tmp_path: Path
) -> None:
    await ingest.until_stored()
    refused = (await ingest.post("added")).status_code
    connection = await connect(broker.url, name="test")
    secret = (tmp_path / "acme").read_text()
    query = SourceToStore(name="added", description=SourceDescription(kind="standard"), secrets=(secret,))

    await ask(connection, SOURCE_STORE, query)
    accepted = (await ingest.post("added")).status_code
    while not (await ask(connection, status_endpoint("ingest"), NO_QUERY)).caught_up:
        await asyncio.sleep(0.05)
    subject = (await connection.jetstream().get_last_msg("ACTIVITIES", "activity.observed.v1.added")).subject
    await disconnect(connection)

    assert (refused, accepted, subject) == (404, 200, "activity.observed.v1.added")
    assert 'daymark_ingest_webhooks_total{result="stored",source="added"} 1.0' in (await ingest.probes.get("/metrics")).text


async def test_the_service_reports_over_nats_that_it_has_translated_everything(
    ingest: RunningIngest, broker: NatsServer
) -> None:
    await ingest.until_stored()

    connection = await connect(broker.url, name="test")
    while not (status := await ask(connection, status_endpoint("ingest"), NO_QUERY)).caught_up:
        await asyncio.sleep(0.05)
    await disconnect(connection)

    assert status.now <= SystemClock().now()


async def test_on_sigterm_the_process_ends_cleanly(ingest: RunningIngest, broker: NatsServer) -> None:
    await ingest.until_stored()

    ingest.process.terminate()
    async with asyncio.timeout(30):
        status = await ingest.process.wait()

    assert status == 0
