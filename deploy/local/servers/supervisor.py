"""Child processes that are started again when they die, and that end when their parent does."""

import asyncio
import sys
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Final, Protocol

import structlog

from deploy.local.servers.parent_process import terminate_with_parent
from deploy.local.servers.supervised_server import BackOff, SupervisedServer
from deploy.local.settings import KeyPath, child_environment
from shared.clock import monotonic_s
from shared.errors import DaymarkError, in_english
from shared.service.settings import EXIT_MISCONFIGURED

_log = structlog.get_logger()
_STOP_TIMEOUT_S: Final = 4.5
_REPOSITORY: Final = Path(__file__).parents[3]


class ServiceMisconfigured(DaymarkError):
    """The service cannot start as it is configured. Its last log line names the key or the secret, and the remedy."""


class Supervised(Protocol):
    """A process that is kept running until it is stopped."""

    name: str

    async def keep_running(self) -> None: ...

    async def stop(self) -> None: ...

    @property
    def pid(self) -> int: ...


@dataclass(kw_only=True)
class ServiceProcess:
    """One process of a service. Its standard error goes to the file `log`, or to that of this process when there is none. It
    gets only the secrets of the settings that it `reads`."""

    name: str
    module: str
    environment: Mapping[str, str]
    on_start: Callable[[], None]
    log: Path | None = None
    reads: Callable[[KeyPath], bool] = lambda _: True
    _process: asyncio.subprocess.Process | None = None
    _is_stopping: bool = field(default=False)

    @property
    def pid(self) -> int:
        return self._process.pid if self._process is not None else 0

    async def keep_running(self) -> None:
        """Start the process, and again whenever it exits. The pause grows while it keeps exiting soon after its start.

        Raises:
            ServiceMisconfigured: starting it again would not help.
        """
        back_off = BackOff()
        while not self._is_stopping:
            started_s = monotonic_s()
            try:
                code = await self._run()
            except OSError as failed:
                _log.warning(
                    "process_not_started", process=self.name, problem=in_english(failed), restart_in_s=back_off.pause_s
                )
            else:
                if self._is_stopping:
                    return
                if code == EXIT_MISCONFIGURED:
                    raise ServiceMisconfigured(self.name)
                back_off.note_run(monotonic_s() - started_s)
                _log.warning("process_died", process=self.name, code=code, restart_in_s=back_off.pause_s)
            await back_off.wait()

    async def stop(self) -> None:
        self._is_stopping = True
        if self._process is None or self._process.returncode is not None:
            return
        self._process.terminate()
        try:
            async with asyncio.timeout(_STOP_TIMEOUT_S):
                await self._process.wait()
        except TimeoutError:
            _log.warning("process_killed", process=self.name)
            self._process.kill()
            await self._process.wait()

    async def _run(self) -> int:
        """Start the process. Returns its exit status.

        Raises:
            OSError: there is no file or process to be had.
        """
        output = self.log.open("ab") if self.log is not None else None
        try:
            environment = child_environment({**self.environment, "PYTHONPATH": str(_REPOSITORY)}, reads=self.reads)
            self._process = await start_process(self.module, environment, output)
        finally:
            if output is not None:
                output.close()
        self.on_start()
        return await self._process.wait()


async def start_process(module: str, environment: Mapping[str, str], output: IO[bytes] | None) -> asyncio.subprocess.Process:
    """Start a Python that ends with this process. What it writes goes to `output`, or to the standard error of this process.

    Raises:
        OSError: there is no file or process to be had.
    """
    return await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        module,
        env=environment,
        stdout=output or sys.stderr,
        stderr=output,
        preexec_fn=terminate_with_parent(),
    )


async def supervise(processes: Sequence[Supervised], *, until: Awaitable[object]) -> None:
    """Keep every process running until `until` is done. Then stop the services first, and the servers that they need last."""
    tasks = [asyncio.create_task(process.keep_running(), name=process.name) for process in processes]
    awaited = asyncio.ensure_future(until)
    try:
        done, _ = await asyncio.wait({awaited, *tasks}, return_when=asyncio.FIRST_COMPLETED)
        for task in done:
            await task
    finally:
        awaited.cancel()
        servers = [process for process in processes if isinstance(process, SupervisedServer)]
        await asyncio.gather(*[process.stop() for process in processes if process not in servers])
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        await asyncio.gather(*[server.stop() for server in servers])
