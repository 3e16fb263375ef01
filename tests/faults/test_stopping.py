"""How the services end when they are stopped while their servers are away: quietly, and with exit status 0."""

import asyncio
import signal
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest

from deploy.local.servers.nats_server import NatsServer
from deploy.local.servers.ports import find_free_ports
from shared.jetstream.client import connect, disconnect
from shared.jetstream.streams import provision
from tests.running_daymark import ROOT

CONFIGURATION = """\
[nats]
url = "nats://127.0.0.1:{nats_port}"
[postgres]
url = "{database_url}"
[{service}]
port = {port}
"""
PROBES = "probes_port = {probes_port}\n"
TIMEOUT_S = 60
SIGNALS = [signal.SIGTERM, signal.SIGINT]


class _Service:
    """One process with a broker of its own. `log` is what it has written."""

    def __init__(self, process: asyncio.subprocess.Process, broker: NatsServer, *, port: int, log: Path) -> None:
        self.process, self.broker = process, broker
        self._url, self._log = f"http://127.0.0.1:{port}", log

    @property
    def log(self) -> str:
        return self._log.read_text()

    async def until_it_answers(self, path: str) -> None:
        async with httpx.AsyncClient(base_url=self._url) as client, asyncio.timeout(TIMEOUT_S):
            while True:
                try:
                    if (await client.get(path)).status_code == httpx.codes.OK:
                        return
                except httpx.TransportError:
                    pass
                await asyncio.sleep(0.05)

    async def until_it_logs(self, event: str) -> None:
        async with asyncio.timeout(TIMEOUT_S):
            while event not in self.log:
                await asyncio.sleep(0.05)

    async def stop(self, number: signal.Signals) -> int:
        """The exit status."""
        self.process.send_signal(number)
        async with asyncio.timeout(TIMEOUT_S):
            return await self.process.wait()


@pytest.fixture(params=["ingest", "scoring", "nudges"])
async def service(
    request: pytest.FixtureRequest, tmp_path: Path, scoring_database_url: str, nudges_database_url: str
) -> AsyncIterator[_Service]:
    """Its broker is not started yet."""
    nats_port, port, own_port = find_free_ports(3)
    probes_port = port if request.param == "scoring" else own_port
    url = scoring_database_url if request.param == "scoring" else nudges_database_url
    configuration, log = tmp_path / "daymark.toml", tmp_path / "log"
    text = CONFIGURATION if probes_port == port else CONFIGURATION + PROBES
    values = {"nats_port": nats_port, "database_url": url, "port": port, "probes_port": probes_port}
    configuration.write_text(text.format_map({"service": request.param} | values))
    with log.open("wb") as output:
        process = await asyncio.create_subprocess_exec(
            sys.executable,
            "-m",
            f"services.{request.param}",
            cwd=ROOT,
            stderr=output,
            env={"DAYMARK_CONFIG": str(configuration)},
        )
    broker = NatsServer(tmp_path / "nats", port=nats_port)
    yield _Service(process, broker, port=probes_port, log=log)
    if process.returncode is None:
        process.kill()
        await process.wait()
    await broker.kill()


async def _create_all_streams(broker: NatsServer) -> None:
    """As if the other services had been started, too."""
    connection = await connect(broker.url, name="test")
    await provision(connection)
    await disconnect(connection)


@pytest.mark.parametrize("number", SIGNALS)
async def test_a_service_that_still_waits_for_its_broker_just_ends(service: _Service, number: signal.Signals) -> None:
    await service.until_it_answers("/livez")
    await service.until_it_logs("nats")

    assert await service.stop(number) == 0
    assert "Traceback" not in service.log


async def test_a_service_whose_broker_is_gone_ends_like_any_other(service: _Service) -> None:
    await service.broker.start()
    await _create_all_streams(service.broker)
    await service.until_it_answers("/metrics")
    await service.broker.stop()
    await service.until_it_logs("nats_disconnected")

    assert await service.stop(signal.SIGTERM) == 0
    assert "Traceback" not in service.log
