"""A Daymark as its user runs it, whose processes can all be killed at once and whose data can be on other disks."""

import asyncio
import os
import signal
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Final

import asyncpg
import httpx

from deploy.local.run_file import RunFile
from shared.clock import SystemClock
from tests.deploy.local.one_rep import PLAYBOOK
from tests.faults.harness.addresses import SERVICES, Ports
from tests.faults.harness.sender import SOURCE, secret
from tests.folders import open_to_everybody
from tests.running_daymark import ROOT, RunningDaymark

_ROSTER: Final = """\
teams:
  - id: north
    name: North
    managers: [{{id: mara, name: Mara Lind}}]
    reps:
      - id: ana
        name: Ana Ruiz
        timezone: Etc/GMT{zone:+d}
        workdays: [mon, tue, wed, thu, fri, sat, sun]
        hours: "06:00-20:00"
        identities: [{{source: acme, user: "7"}}]
"""
_NOON: Final = 12
_READY_TIMEOUT_S: Final = 120.0
_STOP_TIMEOUT_S: Final = 30.0
_POLL_S: Final = 0.1
_SHOWN_BYTES: Final = 4_000


class Installation:
    """Its settings and its log are in `home`, its data in `data`. The same ports are used at every start."""

    def __init__(self, home: Path, *, data: Path, settings: str = "") -> None:
        self.ports = Ports.free()
        self.data = data
        self._home = home
        self._config = home / "daymark.toml"
        self._log = home / "up.log"
        self._process: asyncio.subprocess.Process | None = None
        self._urls: RunFile | None = None
        open_to_everybody(home)
        (home / "acme-secret").write_text(secret())
        self.configure(settings)

    def configure(self, settings: str) -> None:
        """Write the settings, with `settings` beside what the harness needs."""
        source = f'[sources.{SOURCE}]\nkind = "standard"\nsecrets = ["file:{self._home}/acme-secret"]\n'
        self._config.write_text(self.ports.configuration + source + settings)

    @property
    def daymark(self) -> RunningDaymark:
        """The commands. It must have been ready once."""
        assert self._urls is not None
        return RunningDaymark(folder=self.data, config=self._config, urls=self._urls)

    @property
    def urls(self) -> RunFile:
        assert self._urls is not None
        return self._urls

    async def start(self, *, python: str = sys.executable) -> None:
        """Run `daymark up` with an interpreter. Returns at once."""
        command = (python, "-m", "deploy.local", "up", "--config", str(self._config), "--data", str(self.data))
        with self._log.open("ab") as log:
            self._process = await asyncio.create_subprocess_exec(*command, cwd=ROOT, stdout=asyncio.subprocess.PIPE, stderr=log)

    async def wait_until_ready(self) -> None:
        """Return once it has printed its ready line.

        Raises:
            TimeoutError: not within two minutes; has the end of the log.
        """
        assert self._process is not None
        assert self._process.stdout is not None
        try:
            async with asyncio.timeout(_READY_TIMEOUT_S):
                line = await self._process.stdout.readline()
        except TimeoutError:
            raise TimeoutError(self.log()[-_SHOWN_BYTES:]) from None
        assert line, self.log()[-_SHOWN_BYTES:]
        self._urls = RunFile.model_validate_json(line)

    async def set_up_team(self) -> None:
        """One rep, whose calls count. It is about noon where she works, whenever the test runs."""
        zone = SystemClock().now().hour - _NOON  # POSIX counts the hours behind UTC
        for name, text in {"roster": _ROSTER.format(zone=zone), "playbook": PLAYBOOK}.items():
            (self._home / f"{name}.yaml").write_text(text)
            await self.daymark.command(name, "apply", str(self._home / f"{name}.yaml"))

    async def stop(self) -> None:
        """Stop it as its user would."""
        if self._process is not None and self._process.returncode is None:
            self._process.send_signal(signal.SIGTERM)
            try:
                async with asyncio.timeout(_STOP_TIMEOUT_S):
                    await self._process.wait()
            except TimeoutError:
                self.kill_now()
                await self.wait_until_dead()

    def kill_now(self) -> None:
        """Kill every process of it, as a power cut would. All are stopped before any is killed, so that none starts another
        meanwhile."""
        assert self._process is not None
        tree: list[int] = []
        while new := [pid for pid in (self._process.pid, *_descendants(self._process.pid)) if pid not in tree]:
            _signal_all(new, signal.SIGSTOP)
            tree += new
        _signal_all(tree, signal.SIGKILL)

    async def wait_until_dead(self) -> None:
        """Return once it has been killed."""
        assert self._process is not None
        await self._process.wait()

    def pause_module(self, module: str) -> None:
        """Stop the processes that run a module, until they are killed."""
        assert self._process is not None
        for pid in _descendants(self._process.pid):
            if module.encode() in Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0"):
                os.kill(pid, signal.SIGSTOP)

    async def end_process(self, name: str) -> None:
        """Ask a process of the run file to end, and return when it has. It is started again soon."""
        pid = self.pid_of(name)
        os.kill(pid, signal.SIGTERM)
        with suppress(ProcessLookupError):
            while True:
                os.kill(pid, 0)
                await asyncio.sleep(_POLL_S / 10)

    def pid_of(self, name: str) -> int:
        """A process by its name in the run file."""
        return self.daymark.pids()[name]

    def processes_of(self, name: str) -> Sequence[int]:
        """A server or service, and all processes that it has started."""
        pid = self.pid_of(name)
        return [pid, *_descendants(pid)]

    async def problems(self, client: httpx.AsyncClient) -> dict[str, dict[str, str]]:
        """What /readyz of each service says is wrong, by service and check. `silent` stands for no answer."""
        answers = await asyncio.gather(*[self._problems_of(client, service) for service in SERVICES])
        return {service: problems for service, problems in zip(SERVICES, answers, strict=True) if problems}

    async def _problems_of(self, client: httpx.AsyncClient, service: str) -> dict[str, str]:
        try:
            answer = await client.get(f"http://{self.ports.probe_address(service)}/readyz")
        except httpx.HTTPError as failed:
            return {"silent": type(failed).__name__}
        problems: dict[str, str] = answer.json()["problems"]
        return problems

    async def connect_to_postgres(self) -> asyncpg.Connection:
        """As the administrator."""
        return await asyncpg.connect(self.urls.postgres, timeout=10)

    async def recorded(self) -> tuple[frozenset[str], int]:
        """The ids of the recorded activities of the source, and how many calls the rep's days count."""
        connection = await self.connect_to_postgres()
        try:
            rows = await connection.fetch("SELECT activity_id FROM scoring.activity WHERE source = $1", SOURCE)
            counted = await connection.fetchval("SELECT sum((counts->>'calls')::int) FROM scoring.rep_day")
        finally:
            await connection.close()
        return frozenset(row["activity_id"] for row in rows), counted or 0

    async def wait_until_scored(self, timeout_s: float = 120.0) -> None:
        """Return once everything that is stored is translated and scored."""
        async with asyncio.timeout(timeout_s):
            await self.daymark.wait_until_scored()

    def log(self) -> str:
        return self._log.read_text(errors="replace")


def _signal_all(pids: Sequence[int], number: signal.Signals) -> None:
    for pid in pids:
        with suppress(ProcessLookupError):
            os.kill(pid, number)


def _descendants(pid: int) -> Iterator[int]:
    """The processes that a process has started, and those that they have started."""
    listed = subprocess.run(["ps", "-e", "-o", "pid=,ppid="], check=True, capture_output=True, text=True).stdout
    parents = {int(child): int(parent) for child, parent in (line.split() for line in listed.splitlines())}
    pending = [pid]
    while pending:
        parent = pending.pop()
        children = [child for child, its_parent in parents.items() if its_parent == parent]
        yield from children
        pending.extend(children)
