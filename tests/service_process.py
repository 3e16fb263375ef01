"""One service as a process of its own, for what only a process shows."""

import asyncio
import os
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime
from pathlib import Path
from typing import Final

import httpx

from shared.jetstream.client import LeanClient
from shared.requests.client import NO_QUERY, ask
from shared.requests.demonstration.clock_status import status_endpoint
from tests.house import ROOT

_START_TIMEOUT_S: Final = 60


@asynccontextmanager
async def running_service(
    name: str, configuration: Path, *, probes_port: int, probe: str = "/readyz"
) -> AsyncIterator[asyncio.subprocess.Process]:
    """Start the service with this configuration file. Yields the process once the probe answers 200; what still runs at the end
    is killed."""
    environment = {**os.environ, "DAYMARK_CONFIG": str(configuration)}
    process = await asyncio.create_subprocess_exec(sys.executable, "-m", f"services.{name}", cwd=ROOT, env=environment)
    try:
        async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{probes_port}") as client, asyncio.timeout(_START_TIMEOUT_S):
            while not await _answers(client, probe):
                await asyncio.sleep(0.05)
        yield process
    finally:
        if process.returncode is None:
            process.kill()
        await process.wait()


async def until_caught_up(nats: LeanClient, service: str, *, now: datetime) -> None:
    """Return once a service on stepped time has done everything that is due at this time."""
    while not (status := await ask(nats, status_endpoint(service), NO_QUERY)).caught_up or status.now < now:
        await asyncio.sleep(0.01)


async def _answers(client: httpx.AsyncClient, probe: str) -> bool:
    try:
        return (await client.get(probe)).status_code == httpx.codes.OK
    except httpx.TransportError:
        return False
