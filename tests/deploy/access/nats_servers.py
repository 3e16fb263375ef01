"""nats-server with the users that Daymark gives it: as `daymark up` configures it, and as the compose file does."""

import asyncio
import shutil
import sys
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from deploy.access.catalogue import USERS
from deploy.access.server_configuration import users_configuration
from deploy.docker.make_secrets import make_secrets
from deploy.local.servers.nats_server import NatsServer
from deploy.local.servers.ports import find_free_ports
from tests.running_daymark import ROOT


@dataclass(frozen=True, kw_only=True)
class GuardedServer:
    """Where the server listens, and the password of each user."""

    url: str
    passwords: Mapping[str, str]


@asynccontextmanager
async def server_of_up(folder: Path) -> AsyncIterator[GuardedServer]:
    """As `daymark up` configures it."""
    passwords = {user.name: f"password-of-{user.name}" for user in USERS}
    server = NatsServer(folder / "nats", access_configuration=users_configuration(passwords))
    await server.start()
    try:
        yield GuardedServer(url=server.url, passwords=passwords)
    finally:
        await server.kill()


@asynccontextmanager
async def server_of_compose(folder: Path) -> AsyncIterator[GuardedServer]:
    """With the configuration of the container, and the file of users that make_secrets writes beside it."""
    secrets, access = folder / "secrets", folder / "access"
    make_secrets(secrets, access=access, owners={})
    port, monitor_port = find_free_ports(2)
    text = (ROOT / "deploy" / "docker" / "nats.conf").read_text()
    for inside, outside in (("4222", str(port)), ("8222", str(monitor_port)), ('"/data"', f'"{folder / "data"}"')):
        assert inside in text
        text = text.replace(inside, outside)
    (folder / "daymark.conf").write_text(text)
    program = shutil.which("nats-server", path=str(Path(sys.executable).parent))
    assert program is not None
    process = await asyncio.create_subprocess_exec(program, "-c", str(folder / "daymark.conf"), "-l", str(folder / "log"))
    try:
        await _until_listening(port)
        passwords = {user.name: (secrets / f"nats-{user.name}").read_text() for user in USERS}
        yield GuardedServer(url=f"nats://127.0.0.1:{port}", passwords=passwords)
    finally:
        process.kill()
        await process.wait()


async def _until_listening(port: int) -> None:
    async with asyncio.timeout(30):
        while True:
            try:
                _, writer = await asyncio.open_connection("127.0.0.1", port)
            except OSError:
                await asyncio.sleep(0.05)
                continue
            writer.close()
            return
