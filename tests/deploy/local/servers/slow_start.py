"""A server whose program never serves."""

import asyncio
from pathlib import Path
from typing import Protocol

from structlog.testing import capture_logs


class Server(Protocol):
    """nats-server or PostgreSQL."""

    async def start(self) -> None: ...

    async def kill(self) -> None: ...


def make_slow_program(folder: Path) -> Path:
    """A stand-in that runs and does nothing."""
    program = folder / "slow"
    program.write_text("#!/bin/sh\nexec sleep 60\n")
    program.chmod(0o755)
    return program


async def kill_while_starting(server: Server) -> asyncio.Task[None]:
    """Start the server, and kill it once the log has said twice that it is waited for. Returns the start, which has failed."""
    with capture_logs() as logs:
        starting = asyncio.create_task(server.start())
        async with asyncio.timeout(30):
            while sum(log["event"] == "server_starting" for log in logs) < 2:
                await asyncio.sleep(0.01)
        assert not starting.done()
        await server.kill()
    return starting
