"""Child processes that are started again when they die, and that end when their parent does."""

import asyncio
import sys
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final, Protocol

import structlog

from deploy.local.nats_server import NatsServer
from deploy.local.parent import end_with_parent
from deploy.local.postgres_server import PostgresServer
from deploy.local.settings import child_environment
from shared.clock import monotonic_s
from shared.errors import DaymarkError
from shared.service.process import EXIT_MISCONFIGURED

_log = structlog.get_logger()
_STOP_TIMEOUT_S: Final = 4.5
_BACK_OFF_FIRST_S: Final = 0.2
_BACK_OFF_MOST_S: Final = 5.0
_STEADY_S: Final = 10.0
_LOOK_EVERY_S: Final = 0.5
_UNHEALTHY_LOOKS: Final = 10
_REPOSITORY: Final = Path(__file__).parents[2]


class ServiceMisconfigured(DaymarkError):
    """The service cannot start as it is configured. Its last log line names the key or the secret, and the remedy."""


class Watched(Protocol):
    """Something that runs until it ends or is stopped."""

    name: str

    async def keep_running(self) -> None: ...

    async def stop(self) -> None: ...

    @property
    def pid(self) -> int: ...


@dataclass(kw_only=True)
class Service:
    """One process of a service. `log` is where its standard error goes; None inherits."""

    name: str
    module: str
    environment: Mapping[str, str]
    on_start: Callable[[], None]
    log: Path | None = None
    _process: asyncio.subprocess.Process | None = None
    _stopping: bool = field(default=False)

    @property
    def pid(self) -> int:
        return self._process.pid if self._process is not None else 0

    async def keep_running(self) -> None:
        """Start it, and again whenever it ends, waiting longer while it keeps ending early."""
        back_off_s = _BACK_OFF_FIRST_S
        while not self._stopping:
            started_s = monotonic_s()
            await self._start()
            assert self._process is not None
            code = await self._process.wait()
            if self._stopping:
                return
            if code == EXIT_MISCONFIGURED:
                raise ServiceMisconfigured(self.name)
            if monotonic_s() - started_s > _STEADY_S:
                back_off_s = _BACK_OFF_FIRST_S
            _log.warning("process_died", process=self.name, code=code, again_in_s=back_off_s)
            await asyncio.sleep(back_off_s)
            back_off_s = min(2 * back_off_s, _BACK_OFF_MOST_S)

    async def stop(self) -> None:
        self._stopping = True
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

    async def _start(self) -> None:
        output = self.log.open("ab") if self.log is not None else None
        try:
            self._process = await asyncio.create_subprocess_exec(
                sys.executable,
                "-m",
                self.module,
                env=child_environment({**self.environment, "PYTHONPATH": str(_REPOSITORY)}),
                stdout=output or sys.stderr,
                stderr=output,
                preexec_fn=end_with_parent,
            )
        finally:
            if output is not None:
                output.close()
        self.on_start()


@dataclass(kw_only=True)
class Broker:
    """The embedded nats-server: started again when it dies or when it stays unhealthy, as after a full disk."""

    server: NatsServer
    on_start: Callable[[], None]
    name: str = "nats"

    @property
    def pid(self) -> int:
        return self.server.pid

    async def keep_running(self) -> None:
        while True:
            ended = asyncio.create_task(self.server.ended())
            sick = asyncio.create_task(self._stays_unhealthy())
            await asyncio.wait({ended, sick}, return_when=asyncio.FIRST_COMPLETED)
            ended.cancel()
            sick.cancel()
            _log.warning("nats_restarts")
            await self.server.stop()
            await self.server.start()
            self.on_start()

    async def stop(self) -> None:
        await self.server.stop()

    async def _stays_unhealthy(self) -> None:
        looks = 0
        while looks < _UNHEALTHY_LOOKS:
            await asyncio.sleep(_LOOK_EVERY_S)
            looks = 0 if await self.server.is_healthy() else looks + 1


@dataclass(kw_only=True)
class Database:
    """The embedded PostgreSQL: started again when its postmaster is gone."""

    server: PostgresServer
    on_start: Callable[[], None]
    name: str = "postgres"

    @property
    def pid(self) -> int:
        return self.server.pid

    async def keep_running(self) -> None:
        while True:
            await asyncio.sleep(_LOOK_EVERY_S)
            if not self.server.is_running():
                _log.warning("postgres_restarts")
                await self.server.start()
                self.on_start()

    async def stop(self) -> None:
        await self.server.stop()


async def supervise(watched: list[Watched], *, until: Awaitable[object]) -> None:
    """Keep all running until `until` is done, then stop them: services first, the servers they need last."""
    tasks = [asyncio.create_task(one.keep_running(), name=one.name) for one in watched]
    waiting = asyncio.ensure_future(until)
    try:
        done, _ = await asyncio.wait({waiting, *tasks}, return_when=asyncio.FIRST_COMPLETED)
        for task in done:
            await task
    finally:
        waiting.cancel()
        servers = [one for one in watched if isinstance(one, Broker | Database)]
        await asyncio.gather(*[one.stop() for one in watched if one not in servers])
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        await asyncio.gather(*[one.stop() for one in servers])
