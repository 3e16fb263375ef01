"""A whole Daymark in a folder of its own: `daymark up` as its user starts it, and the other commands against it."""

import asyncio
import json
import os
import signal
import sys
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from deploy.access.catalogue import OPERATOR
from deploy.demo.time_stepper import TimeStepper
from deploy.local.nats_credentials import read_credential
from deploy.local.run_file import RUN_FILE_NAME, RunFile
from shared.jetstream.client import LeanClient, connect, disconnect
from shared.jetstream.streams import ACTIVITIES, SCORING_CONSUMER, TRANSLATE_CONSUMER, WEBHOOKS, backlog
from tests.folders import open_to_everybody
from tests.forked.client import ForkedProcess, run_forked, start_forked

ROOT: Final = Path(__file__).parents[1]
_READY_TIMEOUT_S: Final = 90.0
_STOP_TIMEOUT_S: Final = 20.0
_POLL_S: Final = 0.05
_SHOWN_BYTES: Final = 4_000


@dataclass(frozen=True, kw_only=True)
class Checkout:
    """The code that runs: this one, or another version of it with an interpreter of its own."""

    root: Path = ROOT
    python: str = sys.executable

    @property
    def daymark(self) -> Sequence[str]:
        """The beginning of every `daymark` command."""
        return (self.python, "-m", "deploy.local")


THIS_CHECKOUT: Final = Checkout()
PROBES_PORT: Final = "probes_port = 0\n"
"""A setting that earlier versions do not know."""


@dataclass(kw_only=True)
class RunningDaymark:
    """A running `daymark up`. `urls` is its ready line."""

    folder: Path
    config: Path
    urls: RunFile
    checkout: Checkout = THIS_CHECKOUT
    kills: dict[str, int] = field(default_factory=dict)

    async def command(self, *arguments: str, expect: int = 0) -> str:
        """Run a `daymark` command that ends with the expected exit status. Returns its standard output."""
        code, output, errors = await run_command(*arguments, folder=self.folder, config=self.config, checkout=self.checkout)
        assert code == expect, (arguments, code, errors[-_SHOWN_BYTES:])
        return output

    async def failing_command(self, *arguments: str) -> str:
        """Run a `daymark` command that must fail. Returns its standard error."""
        return await run_failing_command(*arguments, folder=self.folder, config=self.config)

    async def run(self, *arguments: str) -> tuple[int | None, str]:
        """Run a `daymark` command. Returns its exit status and its standard output."""
        code, output, _ = await run_command(*arguments, folder=self.folder, config=self.config, checkout=self.checkout)
        return code, output

    async def connect(self) -> LeanClient:
        """As the commands do."""
        return await connect(self.urls.nats, name="test", user=OPERATOR, password=read_credential(self.folder, OPERATOR))

    async def wait_until_scored(self) -> None:
        """Return once everything that was stored so far is translated and scored."""
        connection = await self.connect()
        for stream, consumer in ((WEBHOOKS, TRANSLATE_CONSUMER), (ACTIVITIES, SCORING_CONSUMER)):
            while await backlog(connection, stream, consumer):
                await asyncio.sleep(_POLL_S)
        await disconnect(connection)

    async def settle(self) -> None:
        """Return once everything that was posted so far is scored, decided, delivered and published."""
        connection = await self.connect()
        try:
            await TimeStepper(connection).settle()
        finally:
            await disconnect(connection)

    def pids(self) -> dict[str, int]:
        """The process ids as of now. A process that was started again has another."""
        return RunFile.model_validate_json((self.folder / RUN_FILE_NAME).read_text()).pids

    async def kill(self, name: str) -> None:
        """Send SIGKILL to a process, and wait until another runs in its place."""
        async with asyncio.timeout(_READY_TIMEOUT_S):
            while (pid := self._send_sigkill(name)) is None:
                await asyncio.sleep(_POLL_S)  # it died by itself and is being started again
            self.kills[name] = self.kills.get(name, 0) + 1
            while self.pids()[name] == pid:
                await asyncio.sleep(_POLL_S)

    def _send_sigkill(self, name: str) -> int | None:
        pid = self.pids()[name]
        try:
            os.kill(pid, signal.SIGKILL)
        except ProcessLookupError:
            return None
        return pid

    def log(self) -> str:
        """What all processes have logged so far."""
        return (self.folder / "up.log").read_text(errors="replace")

    def deaths(self) -> dict[str, int]:
        """How often each service exited without being asked to. Kills count, too."""
        count_of_service: dict[str, int] = {}
        for line in self.log().splitlines():
            if '"process_died"' in line:
                name = json.loads(line)["process"]
                count_of_service[name] = count_of_service.get(name, 0) + 1
        return count_of_service

    def crashes(self) -> list[str]:
        """The log lines of jobs and processes that ended with an error of their own."""
        return [line for line in self.log().splitlines() if '"job_crashed"' in line or line.startswith("Traceback")]


async def run_command(
    *arguments: str, folder: Path, config: Path, checkout: Checkout = THIS_CHECKOUT
) -> tuple[int | None, str, str]:
    """Run a `daymark` command. Returns its exit status, its standard output and its standard error."""
    arguments = (*arguments, "--config", str(config), "--data", str(folder))
    if checkout == THIS_CHECKOUT:
        return await run_forked(*arguments, cwd=checkout.root)
    process = await asyncio.create_subprocess_exec(
        *(*checkout.daymark, *arguments),
        cwd=checkout.root,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    output, errors = await process.communicate()
    return process.returncode, output.decode(), errors.decode()


async def run_failing_command(*arguments: str, folder: Path, config: Path) -> str:
    """Run a `daymark` command that must fail. Returns its standard error."""
    code, _, errors = await run_command(*arguments, folder=folder, config=config)
    assert code == 1, (arguments, code, errors[-_SHOWN_BYTES:])
    return errors


@asynccontextmanager
async def running_daymark(
    folder: Path, configuration: str, *, checkout: Checkout = THIS_CHECKOUT, forked: bool = True
) -> AsyncIterator[RunningDaymark]:
    """Start `daymark up`, and stop it at the end as its user would. Whatever it did, NATS must have permitted.

    Where a test is about processes, it and its services start as those of a user do, and are not `forked`.
    """
    async with starting_daymark(folder, configuration, checkout=checkout, forked=forked) as ready:
        urls = await ready()
        daymark = RunningDaymark(folder=folder, config=folder / "daymark.toml", urls=urls, checkout=checkout)
        yield daymark
    assert "nats_permission_denied" not in daymark.log()


@asynccontextmanager
async def starting_daymark(
    folder: Path, configuration: str, *, checkout: Checkout = THIS_CHECKOUT, forked: bool = True
) -> AsyncIterator[Callable[[], Awaitable[RunFile]]]:
    """Start `daymark up`, and stop it at the end. Yields what waits for its ready line."""
    folder.mkdir(parents=True, exist_ok=True)
    open_to_everybody(folder)
    config, log = folder / "daymark.toml", folder / "up.log"
    config.write_text(configuration)
    process: asyncio.subprocess.Process | ForkedProcess
    arguments = ("up", "--config", str(config), "--data", str(folder))
    with log.open("wb") as log_file:
        if forked and checkout == THIS_CHECKOUT:
            process = await start_forked(*arguments, cwd=checkout.root, errors=log_file)
        else:
            process = await asyncio.create_subprocess_exec(
                *checkout.daymark, *arguments, cwd=checkout.root, stdout=asyncio.subprocess.PIPE, stderr=log_file
            )

    async def ready() -> RunFile:
        assert process.stdout is not None
        async with asyncio.timeout(_READY_TIMEOUT_S):
            line = await process.stdout.readline()
        assert line, log.read_text()[-_SHOWN_BYTES:]
        return RunFile.model_validate_json(line)

    try:
        yield ready
    finally:
        if process.returncode is None:
            process.send_signal(signal.SIGTERM)
        async with asyncio.timeout(_STOP_TIMEOUT_S):
            await process.wait()
