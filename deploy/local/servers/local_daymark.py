"""The servers and services of one data folder, and how each of them reaches the others."""

import asyncio
import json
import os
from collections.abc import Awaitable, Callable, Sequence
from functools import partial
from pathlib import Path
from typing import Final

import httpx
import structlog

from deploy.access.catalogue import SERVICE_USERS, USERS, credential_name
from deploy.access.server_configuration import users_configuration
from deploy.database import OWNERS, ensure_database
from deploy.local.run_file import RunFile, write_run_file
from deploy.local.servers.data_folder import ensure_secret
from deploy.local.servers.nats_server import NatsServer
from deploy.local.servers.ports import claim_ports
from deploy.local.servers.postgres_server import PostgresServer
from deploy.local.servers.postgres_urls import add_password, url_of_role
from deploy.local.servers.service_secrets import generated_secrets, reads_setting
from deploy.local.servers.supervised_server import Server, SupervisedServer
from deploy.local.servers.supervisor import ServiceProcess, Supervised
from deploy.local.settings import ListenSection, LocalSettings
from shared.service.http_client import make_http_client
from shared.service.probes import STARTING
from shared.service.settings import read_secret
from shared.transient_errors import until_reached

_log = structlog.get_logger()
_READY_EXPECTED_S: Final = 90.0
_REQUEST_TIMEOUT_S: Final = 5.0
_REFUSED_RETRY_S: Final = 0.1
_NOT_READY_RETRY_S: Final = 0.2
_RUN_FILE_RETRY_S: Final = 1.0


class LocalDaymark:
    """Servers are started here unless the configuration names them. With a `log_folder` each service logs to a file there,
    otherwise to standard error."""

    def __init__(self, settings: LocalSettings, *, log_folder: Path | None = None) -> None:
        self._settings = settings
        self._data = settings.data
        self._log_folder = log_folder
        self._processes: list[Supervised] = []
        self._nats_url = settings.nats.url
        self._monitor_url = settings.nats.monitor_url
        self._admin_url = settings.postgres.url
        self._postgres_settings: dict[str, dict[str, str]] = {}
        self._nats_settings: dict[str, dict[str, str]] = {}
        self._role_passwords: dict[str, str] = {}
        self._disks = {"data": str(self._data)}
        self._service_urls: dict[str, str] = {}
        self._probe_urls: dict[str, str] = {}
        self._is_ready = False
        self._is_run_file_current = True

    @property
    def processes(self) -> Sequence[Supervised]:
        """Servers first, in the order in which they were started."""
        return self._processes

    def declare_servers(self) -> None:
        """Add the servers that have no URL in the configuration; `supervise` starts them.

        Raises:
            FolderClosed: the user that runs PostgreSQL in place of root cannot reach the data folder.
        """
        if not self._nats_url:
            self._declare_nats()
        files = {owner: ensure_secret(self._data, f"postgres-{owner}") for owner in OWNERS}
        passwords = {owner: file.read_text().strip() for owner, file in files.items()}
        if not self._admin_url:
            postgres = PostgresServer(self._data / "postgres", with_passwords=True)
            postgres.ensure_reachable()
            self._admin_url = postgres.url()
            self._add_server(
                "postgres", postgres, complete=lambda: ensure_database(postgres.url(database="postgres"), passwords=passwords)
            )
        else:
            self._role_passwords = passwords
        for owner, file in files.items():
            self._postgres_settings[owner] = {
                "DAYMARK_POSTGRES__URL": url_of_role(self._admin_url, owner),
                "DAYMARK_POSTGRES__PASSWORD": f"file:{file}",
            }

    def _declare_nats(self) -> None:
        """With a credential for each user, of which a service gets its own only."""
        files = {user.name: ensure_secret(self._data, credential_name(user.name)) for user in USERS}
        nats = NatsServer(
            self._data / "nats",
            storage_max_bytes=self._settings.local.nats_storage_max_bytes,
            access_configuration=users_configuration({user: file.read_text().strip() for user, file in files.items()}),
        )
        self._nats_url, self._monitor_url = nats.url, nats.monitor_url
        self._nats_settings = {
            user: {"DAYMARK_NATS__USER": user, "DAYMARK_NATS__PASSWORD": f"file:{files[user]}"} for user in SERVICE_USERS
        }
        self._add_server("nats", nats)

    def declare_services(self) -> None:
        """Add the processes of the services; `supervise` starts them.

        Raises:
            PortTaken: a configured port is in use.
        """
        replicas = {"ingest": 1, "scoring": self._settings.scoring.replicas, "nudges": 1}
        numbered = [(service, number) for service, count in replicas.items() for number in range(1, count + 1)]
        with_probes = [service for service in replicas if self._section(service).probes_port is not None]
        addresses = [self._address(service, number) for service, number in numbered]
        ports = claim_ports([*addresses, *[self._section(service).probes_address for service in with_probes]])
        probe_ports = dict(zip(with_probes, ports[len(numbered) :], strict=True))
        for (service, number), port in zip(numbered, ports[: len(numbered)], strict=True):
            name = service if number == 1 else f"{service}-{number}"
            url = self._service_urls[name] = _base_url(self._section(service).host, port)
            probe_port = probe_ports.get(service)
            self._probe_urls[name] = _base_url(self._section(service).probes_host, probe_port) if probe_port else url
            self._processes.append(self._service_process(service, name, port, probe_port))

    async def create_roles(self) -> None:
        """On a server that the configuration names, each role gets a password. Waits for that server."""
        if self._role_passwords:
            admin_url = add_password(self._admin_url, read_secret(self._settings.postgres.password))
            await until_reached("postgres", lambda: ensure_database(admin_url, passwords=self._role_passwords))

    async def wait_until_ready(self) -> RunFile:
        """Return once every service reports that it is ready, however long that takes. Writes the run file for the other
        commands."""
        services = [process for process in self._processes if process.name in self._service_urls]
        waiting = asyncio.gather(*[self._wait_for_service(process) for process in services])
        try:
            while not (await asyncio.wait({waiting}, timeout=_READY_EXPECTED_S))[0]:
                fact = "Daymark is not ready yet. It goes on trying; the lines before this one say what is missing."
                _log.warning("not_ready_yet", message=f"{self._data}: {fact}")
            await waiting
        finally:
            waiting.cancel()
            await asyncio.gather(waiting, return_exceptions=True)  # its cancellation is nobody's error
        self._is_ready = True
        self._update_run_file()
        return self._run_file()

    async def keep_run_file(self) -> None:
        """Write the run file again for as long as that has failed."""
        while True:
            await asyncio.sleep(_RUN_FILE_RETRY_S)
            if not self._is_run_file_current:
                self._update_run_file()

    def _run_file(self) -> RunFile:
        return RunFile(
            ingest=self._service_urls["ingest"],
            scoring=self._service_urls["scoring"],
            pages=self._service_urls["nudges"],
            nats=self._nats_url,
            monitor=self._monitor_url,
            postgres=self._admin_url,
            probes={service: self._probe_urls[service] for service in ("ingest", "scoring", "nudges")},
            pids={process.name: process.pid for process in self._processes} | {"daymark": os.getpid()},
        )

    def _update_run_file(self) -> None:
        """A process that was started again has another id. Nothing may end because that cannot be written down."""
        if not self._is_ready:
            return
        try:
            write_run_file(self._data, self._run_file())
        except OSError as failed:
            if self._is_run_file_current:
                fact = (
                    f"The ids of the processes could not be written ({failed.strerror}). That is tried again until it succeeds."
                )
                _log.warning("run_file_not_written", message=f"{self._data}: {fact} If its disk is full, make room.")
            self._is_run_file_current = False
        else:
            self._is_run_file_current = True

    def _address(self, service: str, number: int) -> tuple[str, int]:
        """Host and port. The second and later replicas take free ports."""
        section = self._section(service)
        return section.host, section.port if number == 1 else 0

    def _section(self, service: str) -> ListenSection:
        section: ListenSection = getattr(self._settings, service)
        return section

    def _add_server(self, name: str, server: Server, complete: Callable[[], Awaitable[None]] | None = None) -> None:
        self._disks[name] = str(self._data / name)
        self._processes.append(
            SupervisedServer(
                name=name, folder=self._data / name, server=server, on_start=self._update_run_file, complete=complete
            )
        )

    def _service_process(self, service: str, name: str, port: int, probe_port: int | None) -> ServiceProcess:
        prefix = f"DAYMARK_{service.upper()}__"
        environment = {
            "DAYMARK_NATS__URL": self._nats_url,
            "DAYMARK_NATS__MONITOR_URL": self._monitor_url,
            f"{prefix}PORT": str(port),
            **({"DAYMARK_INGEST__DISKS": json.dumps(self._disks)} if service == "ingest" else {}),
            **({f"{prefix}PROBES_PORT": str(probe_port)} if probe_port else {}),
            **self._nats_settings.get(service, {}),
            **self._postgres_settings.get(service, {}),
            **generated_secrets(self._settings, service),
        }
        log = self._log_folder / f"{name}.log" if self._log_folder else None
        return ServiceProcess(
            name=name,
            module=f"services.{service}",
            environment=environment,
            on_start=self._update_run_file,
            log=log,
            reads=partial(reads_setting, service),
        )

    async def _wait_for_service(self, process: Supervised) -> None:
        """Return once this very process reports that it is ready. Another program that answers on its port does not count."""
        url = f"{self._probe_urls[process.name]}/readyz"
        logged = ""
        async with make_http_client(timeout_s=_REQUEST_TIMEOUT_S) as client:
            while True:
                try:
                    response = await client.get(url)
                except httpx.HTTPError:
                    await asyncio.sleep(_REFUSED_RETRY_S)
                    continue
                if response.status_code == httpx.codes.OK and _comes_from(process, response):
                    return
                if response.text != logged and STARTING not in response.text:  # a starting service logs what it waits for
                    logged = response.text
                    _log.warning("waiting_for_service", process=process.name, response=logged)
                await asyncio.sleep(_NOT_READY_RETRY_S)


def _base_url(host: str, port: int) -> str:
    """Where this machine reaches a service that listens on `host`."""
    reachable = {"0.0.0.0": "127.0.0.1", "": "127.0.0.1", "::": "::1"}.get(host, host)  # noqa: S104
    return f"http://[{reachable}]:{port}" if ":" in reachable else f"http://{reachable}:{port}"


def _comes_from(process: Supervised, response: httpx.Response) -> bool:
    try:
        return bool(response.json()["pid"] == process.pid)
    except (ValueError, TypeError, KeyError):
        return False
