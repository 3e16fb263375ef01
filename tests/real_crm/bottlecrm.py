"""BottleCRM (django-crm) as it is released: its API, and the worker that sends its webhooks."""

import asyncio
import json
import os
import secrets
import shutil
import subprocess
import sys
from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import asyncpg
import httpx

from deploy.local.servers.postgres_server import PostgresServer

_PYTHONS: Final = ("python3.14", "python3.13", "python3.12")
"""Interpreters that are new enough."""
_PORT: Final = 8000
_TIMEOUT_S: Final = 300
_STOP_TIMEOUT_S: Final = 20
_POLL_S: Final = 0.1
_ADD_PEOPLE: Final = """
import json
from common.models import Org, Profile, User
from common.serializer import OrgAwareRefreshToken
org = Org.objects.create(name="Acme")
people = []
for name, role in (("ana", "ADMIN"), ("ben", "USER")):
    user = User.objects.create_user(email=f"{name}@example.com", password=None)
    profile = Profile.objects.create(user=user, org=org, role=role, is_active=True)
    token = OrgAwareRefreshToken.for_user_and_org(user, org, profile)
    people.append((name, str(profile.id), str(token.access_token)))
print("PEOPLE" + json.dumps(people))
"""
"""An administrator and a member. Members are invited by mail otherwise."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Person:
    """Somebody who uses the CRM: the id of their profile, and the token with which they are signed in."""

    profile: str
    token: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Delivery:
    """A webhook of the CRM. `status` is pending, succeeded or failed; `error` is that of the last attempt."""

    event: str
    status: str
    attempts: int
    error: str


@dataclass(frozen=True, kw_only=True, slots=True)
class BottleCrm:
    """A running CRM. `database` is that of the CRM itself."""

    api: httpx.AsyncClient
    people: Mapping[str, Person]
    database: asyncpg.Connection

    async def call(self, person: str, method: str, path: str, content: Mapping[str, object]) -> dict[str, Any]:
        """Do something as one of the people. Returns the response."""
        headers = {"authorization": f"Bearer {self.people[person].token}"}
        response = await self.api.request(method, f"/api/{path}/", json=content, headers=headers)
        assert response.is_success, (path, response.status_code, response.text[:2_000])
        document: dict[str, Any] = response.json()
        return document

    async def list_deliveries(self) -> list[Delivery]:
        """Every webhook, in the order in which they were created."""
        query = "SELECT event, status, attempts, error FROM webhook_delivery ORDER BY created_at"
        rows = await self.database.fetch(query)
        return [Delivery(event=event, status=status, attempts=attempts, error=error) for event, status, attempts, error in rows]

    async def wait_until_tried(self) -> None:
        """Return once the worker has tried to send each webhook."""
        async with asyncio.timeout(_TIMEOUT_S):
            while not all(delivery.attempts for delivery in await self.list_deliveries()):
                await asyncio.sleep(_POLL_S)

    async def wait_until_delivered(self) -> list[Delivery]:
        """Return all webhooks, once each has been delivered."""
        async with asyncio.timeout(_TIMEOUT_S):
            while any(delivery.status == "pending" for delivery in await self.list_deliveries()):
                await asyncio.sleep(_POLL_S)
        deliveries = await self.list_deliveries()
        assert {delivery.status for delivery in deliveries} == {"succeeded"}, deliveries
        return deliveries


def install(environment: Path, requirements: Path, *, base_python: str) -> str:
    """Install the CRM into an environment of its own. Returns why it cannot be; empty if it can. `base_python` is an
    interpreter that is new enough for it; empty to look for one."""
    uv = Path(sys.executable).with_name("uv")
    if not (environment / "bin" / "python").exists():
        interpreters = [base_python] if base_python else [name for name in _PYTHONS if _can_run(name)]
        if not interpreters:
            return f"it needs {' or '.join(_PYTHONS)}; name one with ARGS='--python PATH'"
        subprocess.run([interpreters[0], "-m", "venv", "--without-pip", str(environment)], check=True)
    into = ("--python", str(environment / "bin" / "python"))
    command = [str(uv), "pip", "install", "--quiet", *into, "--no-deps", "--require-hashes", "-r", str(requirements)]
    installed = subprocess.run(command, capture_output=True, text=True, check=False)
    return f"its packages cannot be installed: {installed.stderr.strip().splitlines()[0]}" if installed.returncode else ""


def _can_run(python: str) -> bool:
    """A shim of pyenv may stand on the path for a version that is not active."""
    path = shutil.which(python)
    return path is not None and subprocess.run([path, "--version"], capture_output=True, check=False).returncode == 0


def trust(environment: Path, certificate: Path) -> None:
    """Add a certificate to those that the environment trusts."""
    (bundle,) = environment.glob("lib/python*/site-packages/certifi/cacert.pem")
    released = bundle.with_name("released.pem")
    if not released.exists():
        shutil.copy(bundle, released)
    bundle.unlink()  # it may be a link to a cache that others share
    bundle.write_text(released.read_text() + certificate.read_text())


@asynccontextmanager
async def running_bottlecrm(environment: Path, folder: Path) -> AsyncIterator[BottleCrm]:
    """Start the CRM with a database of its own: its API and its worker."""
    folder.mkdir(parents=True)
    (folder / "data_out").mkdir()
    (folder / "data_in").symlink_to("data_out")  # Celery's broker in the file system: one folder for both directions
    postgres = PostgresServer(folder / "postgres")
    await postgres.start()
    async with AsyncExitStack() as stack:
        stack.push_async_callback(postgres.stop)
        admin = await asyncpg.connect(postgres.url(database="postgres"))
        await admin.execute("CREATE DATABASE crm")
        await admin.close()
        database = await asyncpg.connect(postgres.url(database="crm"))
        stack.push_async_callback(database.close)
        settings = _settings(folder, socket_folder=await database.fetchval("SHOW unix_socket_directories"))
        python = str(environment / "bin" / "python")
        await _run(python, "-m", "django", "migrate", "--verbosity", "0", settings=settings, folder=folder)
        output = await _run(python, "-m", "django", "shell", "--command", _ADD_PEOPLE, settings=settings, folder=folder)
        people: list[tuple[str, str, str]] = json.loads(output.rpartition("PEOPLE")[2].splitlines()[0])
        worker = ("celery", "-A", "crm", "worker", "--beat", "--pool", "solo", "--loglevel", "INFO")
        for name, module in (("worker", worker), ("api", ("uvicorn", "crm.asgi:application", "--port", str(_PORT)))):
            await stack.enter_async_context(_running(name, python, "-m", *module, settings=settings, folder=folder))
        api = await stack.enter_async_context(httpx.AsyncClient(base_url=f"http://127.0.0.1:{_PORT}", timeout=60))
        await _wait_until_ready(api)
        yield BottleCrm(
            api=api, people={name: Person(profile=profile, token=token) for name, profile, token in people}, database=database
        )


def _settings(folder: Path, *, socket_folder: str) -> dict[str, str]:
    """What the CRM reads from its environment."""
    return {
        "PATH": os.environ["PATH"],
        "HOME": str(folder),
        "DJANGO_SETTINGS_MODULE": "crm.settings",
        "SECRET_KEY": secrets.token_urlsafe(48),
        "DBNAME": "crm",
        "DBUSER": "postgres",
        "DBPASSWORD": "",
        "DBHOST": socket_folder,
        "CELERY_BROKER_URL": "filesystem://",
        "CELERY_RESULT_BACKEND": f"file://{folder}",
    }


async def _run(*command: str, settings: Mapping[str, str], folder: Path) -> str:
    process = await asyncio.create_subprocess_exec(
        *command, env=settings, cwd=folder, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE
    )
    output, errors = await process.communicate()
    assert process.returncode == 0, errors.decode()[-4_000:]
    return output.decode()


@asynccontextmanager
async def _running(name: str, *command: str, settings: Mapping[str, str], folder: Path) -> AsyncIterator[None]:
    with (folder / f"{name}.log").open("wb") as log:
        process = await asyncio.create_subprocess_exec(*command, env=settings, cwd=folder, stdout=log, stderr=log)
    try:
        yield
    finally:
        if process.returncode is None:
            process.terminate()
        async with asyncio.timeout(_STOP_TIMEOUT_S):
            await process.wait()


async def _wait_until_ready(api: httpx.AsyncClient) -> None:
    async with asyncio.timeout(_TIMEOUT_S):
        while True:
            try:
                await api.get("/healthz/")
            except httpx.TransportError:
                await asyncio.sleep(_POLL_S)
            else:
                return
