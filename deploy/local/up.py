"""`daymark up`: everything on this machine, in one process tree."""

import asyncio
import fcntl
import json
import os
import secrets
import signal
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Final

import httpx
import structlog

from deploy.database import OWNERS, ensure_database
from deploy.local.contacts import KEPT_IN
from deploy.local.nats_server import NatsServer
from deploy.local.ports import claim_ports
from deploy.local.postgres_server import PostgresServer
from deploy.local.reach import RUN_FILE
from deploy.local.settings import Listening, LocalSettings
from deploy.local.supervisor import Broker, Database, Service, Watched, supervise
from shared.errors import DaymarkError
from shared.service.probes import STARTING
from shared.service.settings import read_secret

_log = structlog.get_logger()
_READY_TIMEOUT_S: Final = 90.0


class AlreadyRunning(DaymarkError):
    """Another `daymark up` uses this data folder. Stop it, or give this one a folder of its own with --data."""


class NotReady(DaymarkError):
    """Not everything became ready in time. The line before says what is missing."""


@dataclass(frozen=True, kw_only=True)
class Running:
    """What `daymark up` prints when everything is ready."""

    ingest: str
    scoring: str
    pages: str
    nats: str
    monitor: str
    postgres: str
    pids: dict[str, int]

    def line(self) -> str:
        return json.dumps({"ready": True, **self.__dict__})


class House:
    """The servers and services of one data folder. `log_folder` set sends the services' logs there, not to standard error."""

    def __init__(self, settings: LocalSettings, *, log_folder: Path | None = None) -> None:
        self._settings = settings
        self._data = settings.data
        self._log_folder = log_folder
        self._watched: list[Watched] = []
        self._nats_url = settings.nats.url
        self._monitor_url = settings.nats.monitor_url
        self._admin_url = settings.postgres.url
        self._role_urls: dict[str, dict[str, str]] = {}
        self._urls: dict[str, str] = {}
        self._ready = False

    async def start_servers(self) -> None:
        """Start what no URL was given for, and make the roles and schemas."""
        await asyncio.gather(self._start_nats(), self._start_postgres())

    def services(self) -> None:
        """Declare the processes of the services; `supervise` starts them.

        Raises:
            PortTaken: somebody listens on a port that the settings name.
        """
        replicas = {"ingest": 1, "scoring": self._settings.scoring.replicas, "nudges": 1}
        names = [(module, number) for module, count in replicas.items() for number in range(1, count + 1)]
        ports = claim_ports([self._listening(module, number) for module, number in names])
        for (module, number), port in zip(names, ports, strict=True):
            name = module if number == 1 else f"{module}-{number}"
            self._urls[name] = _base_url(self._listening(module, number)[0], port)
            self._watched.append(self._service(module, name, port))

    def _listening(self, module: str, number: int) -> tuple[str, int]:
        listening: Listening = getattr(self._settings, module)
        return listening.host, listening.port if number == 1 else 0

    @property
    def watched(self) -> list[Watched]:
        return self._watched

    def running(self) -> Running:
        return Running(
            ingest=self._urls["ingest"],
            scoring=self._urls["scoring"],
            pages=self._urls["nudges"],
            nats=self._nats_url,
            monitor=self._monitor_url,
            postgres=self._admin_url,
            pids={one.name: one.pid for one in self._watched} | {"daymark": os.getpid()},
        )

    async def become_ready(self) -> Running:
        """Return once every process says that it is ready, and leave word for the other commands.

        Raises:
            NotReady: that took longer than 90 s.
        """
        try:
            async with asyncio.timeout(_READY_TIMEOUT_S):
                await asyncio.gather(*[self._answers_ready(one) for one in self._watched if one.name in self._urls])
        except TimeoutError:
            raise NotReady(str(self._data)) from None
        self._ready = True
        self._leave_word()
        return self.running()

    def _leave_word(self) -> None:
        """Write the run file anew. A process that is started again has another pid."""
        if not self._ready:
            return
        written = self._data / f"{RUN_FILE}.new"
        written.write_text(self.running().line() + "\n")
        written.chmod(0o600)
        written.replace(self._data / RUN_FILE)

    async def _start_nats(self) -> None:
        if self._nats_url:
            return
        server = NatsServer(self._data / "nats")
        await server.start()
        self._nats_url, self._monitor_url = server.url, server.monitor_url
        self._watched.append(Broker(server=server, on_start=self._leave_word))

    async def _start_postgres(self) -> None:
        if self._admin_url:
            passwords = {owner: secret_file(self._data, f"postgres-{owner}").read_text().strip() for owner in OWNERS}
            await ensure_database(
                _with_password(self._admin_url, read_secret(self._settings.postgres.password)), passwords=passwords
            )
            for owner in OWNERS:
                self._role_urls[owner] = {
                    "DAYMARK_POSTGRES__URL": _as_role(self._admin_url, owner),
                    "DAYMARK_POSTGRES__PASSWORD": f"file:{secret_file(self._data, f'postgres-{owner}')}",
                }
            return
        server = PostgresServer(self._data / "postgres")
        await server.start()
        await ensure_database(server.url(database="postgres"))
        self._admin_url = server.url()
        self._role_urls = {owner: {"DAYMARK_POSTGRES__URL": server.url(role=owner)} for owner in OWNERS}
        self._watched.append(Database(server=server, on_start=self._leave_word))

    def _service(self, module: str, name: str, port: int) -> Service:
        environment = {
            "DAYMARK_NATS__URL": self._nats_url,
            "DAYMARK_NATS__MONITOR_URL": self._monitor_url,
            f"DAYMARK_{module.upper()}__PORT": str(port),
            **self._role_urls.get(module, {}),
        }
        if module in OWNERS and not self._settings.privacy.forget_key:
            environment["DAYMARK_PRIVACY__FORGET_KEY"] = f"file:{secret_file(self._data, 'forget-key')}"
        if module == "ingest" and not self._settings.privacy.contact_secret:
            environment["DAYMARK_PRIVACY__CONTACT_SECRET"] = f"file:{secret_file(self._data, KEPT_IN)}"
        if module == "scoring":
            environment.setdefault("DAYMARK_SCORING__API_TOKEN", f"file:{secret_file(self._data, 'api-token')}")
        if module == "nudges":
            environment.setdefault("DAYMARK_NUDGES__LINK_SECRET", f"file:{secret_file(self._data, 'link-secret')}")
        log = self._log_folder / f"{name}.log" if self._log_folder else None
        return Service(name=name, module=f"services.{module}", environment=environment, on_start=self._leave_word, log=log)

    async def _answers_ready(self, service: Watched) -> None:
        """Return once this very process says so; another program that answers on its port does not count."""
        url = f"{self._urls[service.name]}/readyz"
        said = ""
        async with httpx.AsyncClient(timeout=5) as client:
            while True:
                try:
                    answer = await client.get(url)
                except httpx.HTTPError:
                    await asyncio.sleep(0.1)
                    continue
                if answer.status_code == httpx.codes.OK and _is_of(service, answer):
                    return
                if answer.text != said and STARTING not in answer.text:  # its own log says for what it waits
                    said = answer.text
                    _log.warning("waiting", process=service.name, answer=said)
                await asyncio.sleep(0.2)


def _base_url(host: str, port: int) -> str:
    reached_at = {"0.0.0.0": "127.0.0.1", "": "127.0.0.1", "::": "::1"}.get(host, host)  # noqa: S104
    return f"http://[{reached_at}]:{port}" if ":" in reached_at else f"http://{reached_at}:{port}"


def _is_of(process: Watched, answer: httpx.Response) -> bool:
    try:
        return bool(answer.json()["pid"] == process.pid)
    except (ValueError, TypeError, KeyError):
        return False


def secret_file(data: Path, name: str) -> Path:
    """A file in the data folder that holds a random secret, made on first use and readable by its owner only."""
    path = data / "secrets" / name
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        path.touch(mode=0o600)
        path.write_text(secrets.token_hex(32))
    return path


def _as_role(admin_url: str, role: str) -> str:
    scheme, _, rest = admin_url.partition("://")
    authority, slash, _ = rest.partition("/")
    query = rest.partition("?")[2]
    host = authority.rpartition("@")[2]
    return f"{scheme}://{role}@{host}{slash or '/'}daymark" + (f"?{query}" if query else "")


def _with_password(url: str, password: str | None) -> str:
    scheme, _, rest = url.partition("://")
    authority, slash, path = rest.partition("/")
    user, at, host = authority.rpartition("@")
    return f"{scheme}://{user}:{password}@{host}{slash}{path}" if password and at and ":" not in user else url


@asynccontextmanager
async def _alone_in(data: Path) -> AsyncIterator[IO[str]]:
    data.mkdir(parents=True, exist_ok=True)
    with (data / "lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise AlreadyRunning(str(data)) from None
        yield lock


async def run_house(settings: LocalSettings, *, on_ready: Callable[[Running], object], log_folder: Path | None = None) -> None:
    """Run everything until SIGTERM or SIGINT, or until the awaitable that `on_ready` may return is done.

    Raises:
        AlreadyRunning: the data folder is in use.
        NotReady: something did not become ready.
    """
    async with _alone_in(settings.data):
        if log_folder is not None:
            log_folder.mkdir(parents=True, exist_ok=True)
        house = House(settings, log_folder=log_folder)
        stop = asyncio.Event()
        loop = asyncio.get_running_loop()
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, stop.set)

        async def until_stopped() -> None:
            running = await house.become_ready()
            result = on_ready(running)
            if asyncio.iscoroutine(result):
                await result
            else:
                await stop.wait()

        async def until_either() -> None:
            work, stopped = asyncio.create_task(until_stopped()), asyncio.create_task(stop.wait())
            try:
                await asyncio.wait({work, stopped}, return_when=asyncio.FIRST_COMPLETED)
                if work.done():
                    await work
            finally:
                work.cancel()
                stopped.cancel()

        try:
            await house.start_servers()
            house.services()
            await supervise(house.watched, until=until_either())
        finally:
            await asyncio.gather(*[one.stop() for one in house.watched])
            (settings.data / RUN_FILE).unlink(missing_ok=True)
