"""A whole Daymark in a folder of its own: `daymark up` as its user starts it, and the other commands against it."""

import asyncio
import json
import os
import signal
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from nats.aio.client import Client

from deploy.demo.stage import Stage
from shared.jetstream.client import connect, disconnect
from shared.jetstream.streams import ACTIVITIES, SCORING_CONSUMER, TRANSLATE_CONSUMER, WEBHOOKS, backlog

ROOT: Final = Path(__file__).parents[1]
_READY_S: Final = 90.0
_DAYMARK: Final = (sys.executable, "-m", "deploy.local.cli")


@dataclass(kw_only=True)
class LivingHouse:
    """A running `daymark up`. `said` is its ready line."""

    folder: Path
    config: Path
    said: dict[str, Any]
    kills: dict[str, int] = field(default_factory=dict)

    def pids(self) -> dict[str, int]:
        """As they are now; a process that was started again has another."""
        found: dict[str, int] = json.loads((self.folder / "run.json").read_text())["pids"]
        return found

    async def command(self, *words: str, expect: int = 0) -> str:
        """Run a `daymark` command against this house; its standard output."""
        code, out, err = await self._run(*words)
        assert code == expect, (words, code, err[-2_000:])
        return out

    async def complaint(self, *words: str) -> str:
        """Run a `daymark` command that must fail; its standard error."""
        code, _, err = await self._run(*words)
        assert code == 1, (words, code, err[-2_000:])
        return err

    async def settled(self) -> None:
        """Return once everything that was stored so far is translated and scored."""
        connection = await connect(self.said["nats"], name="test")
        for stream, consumer in ((WEBHOOKS, TRANSLATE_CONSUMER), (ACTIVITIES, SCORING_CONSUMER)):
            while await backlog(connection, stream, consumer):
                await asyncio.sleep(0.05)
        await disconnect(connection)

    def log(self) -> str:
        """What everything in it has logged so far."""
        return (self.folder / "up.log").read_text()

    async def run(self, *words: str) -> tuple[int | None, str]:
        """Run a `daymark` command whose exit status is part of its answer; the status and its standard output."""
        code, out, _ = await self._run(*words)
        return code, out

    async def _run(self, *words: str) -> tuple[int | None, str, str]:
        arguments = (*_DAYMARK, *words, "--config", str(self.config), "--data", str(self.folder))
        process = await asyncio.create_subprocess_exec(
            *arguments, cwd=ROOT, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE
        )
        out, err = await process.communicate()
        return process.returncode, out.decode(), err.decode()

    async def kill(self, name: str) -> None:
        """kill -9, and wait until another process stands in its place."""
        async with asyncio.timeout(_READY_S):
            while (pid := self._killed(name)) is None:
                await asyncio.sleep(0.05)  # it died by itself and is being started again
            self.kills[name] = self.kills.get(name, 0) + 1
            while self.pids()[name] == pid:
                await asyncio.sleep(0.05)

    def _killed(self, name: str) -> int | None:
        pid = self.pids()[name]
        try:
            os.kill(pid, signal.SIGKILL)
        except ProcessLookupError:
            return None
        return pid

    def deaths(self) -> dict[str, int]:
        """How often each service ended without being asked to stop, kills included."""
        found: dict[str, int] = {}
        for line in (self.folder / "up.log").read_text(errors="replace").splitlines():
            if '"process_died"' in line:
                name = json.loads(line)["process"]
                found[name] = found.get(name, 0) + 1
        return found

    def crashes(self) -> list[str]:
        """What the log says of processes that ended by an error of their own."""
        lines = (self.folder / "up.log").read_text(errors="replace").splitlines()
        return [line for line in lines if '"loop_failed"' in line or line.startswith("Traceback")]

    async def settle(self) -> None:
        """Return when everything that was posted is scored, considered, delivered and published."""
        connection = await self.connect()
        try:
            await Stage(connection).settle()
        finally:
            await disconnect(connection)

    async def connect(self) -> Client:
        return await connect(self.said["nats"], name="test")


@asynccontextmanager
async def living_house(folder: Path, configuration: str) -> AsyncIterator[LivingHouse]:
    """Start one, and stop it as its user would."""
    folder.mkdir(parents=True, exist_ok=True)
    folder.chmod(0o755)
    config = folder / "daymark.toml"
    config.write_text(configuration)
    log = (folder / "up.log").open("wb")
    process = await asyncio.create_subprocess_exec(
        *_DAYMARK, "up", "--config", str(config), "--data", str(folder), cwd=ROOT, stdout=asyncio.subprocess.PIPE, stderr=log
    )
    log.close()
    assert process.stdout is not None
    try:
        async with asyncio.timeout(_READY_S):
            line = await process.stdout.readline()
        assert line, (folder / "up.log").read_text()[-4_000:]
        yield LivingHouse(folder=folder, config=config, said=json.loads(line))
    finally:
        if process.returncode is None:
            process.send_signal(signal.SIGTERM)
        async with asyncio.timeout(20):
            await process.wait()
