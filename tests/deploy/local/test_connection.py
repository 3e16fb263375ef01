"""A command that cannot reach the broker says so, instead of waiting for it."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Final

import pytest
from nats.aio.client import Client

from deploy.local import connection
from deploy.local.connection import BrokerAway, BrokerRefuses, work_connected
from deploy.local.nats_credentials import CredentialUnreadable
from deploy.local.run_file import RunFile
from deploy.local.servers.nats_server import NatsServer
from deploy.local.settings import LocalSettings, load_local_settings
from shared.service.settings import NatsSection
from tests.running_daymark import run_command

COMMANDS: Final = (
    ("scores",),
    ("nudges",),
    ("audit",),
    ("calibrate",),
    ("dead-letters", "list"),
    ("channels", "list"),
)
_INFO: Final = b'INFO {"server_id":"S","version":"2.12.0","max_payload":1048576,"headers":true,"proto":1}\r\n'
Talk = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]


@asynccontextmanager
async def _listening(first: Talk) -> AsyncIterator[str]:
    """A program on the broker's port, which says nothing to all but the first client. Yields its URL, with credentials."""
    talks = iter([first])

    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await next(talks, _say_nothing)(reader, writer)

    server = await asyncio.start_server(talk, "127.0.0.1", 0)
    async with server:
        yield f"nats://operator:hush@127.0.0.1:{server.sockets[0].getsockname()[1]}"


async def _say_nothing(reader: asyncio.StreamReader, _: asyncio.StreamWriter) -> None:
    await reader.read()


async def _greet_and_hang(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """As a server that is stopped once a client has connected."""
    await _greet(reader, writer)
    await reader.read()


async def _greet_and_leave(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """As a server that is killed once a client has connected."""
    await _greet(reader, writer)
    writer.transport.abort()


async def _greet(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    writer.write(_INFO)
    while not (await reader.readline()).startswith(b"PING"):
        pass
    writer.write(b"PONG\r\n")
    await writer.drain()


def _settings(url: str) -> LocalSettings:
    return LocalSettings(nats=NatsSection(url=url, monitor_url="", user="", password=""))


async def _wait_for_ever(_: Client) -> None:
    await asyncio.Event().wait()


@pytest.mark.parametrize("talk", [_say_nothing, _greet_and_hang, _greet_and_leave])
async def test_work_ends_when_the_broker_is_silent_hangs_or_dies(talk: Talk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connection, "_CONNECT_S", 0.3)
    monkeypatch.setattr(connection, "_GONE_S", 0.3)

    async with _listening(talk) as url:
        with pytest.raises(BrokerAway) as away:
            await work_connected(_settings(url), _wait_for_ever)

    assert str(away.value).startswith(f"nats://127.0.0.1:{url.rpartition(':')[2]}: NATS does not answer there.")
    assert "hush" not in str(away.value)


async def test_what_the_work_raises_arrives(nats_url: str) -> None:
    async def fail(_: Client) -> None:
        raise KeyError("gone")

    with pytest.raises(KeyError, match="gone"):
        await work_connected(_settings(nats_url), fail)


async def test_the_connection_is_closed_after_the_work(nats_url: str) -> None:
    async def hand_out(connected: Client) -> Client:
        assert connected.is_connected
        return connected

    assert (await work_connected(_settings(nats_url), hand_out)).is_closed


@pytest.mark.parametrize("command", COMMANDS, ids=" ".join)
async def test_a_command_says_what_is_away_and_what_to_do(command: tuple[str, ...], tmp_path: Path) -> None:
    code, output, errors = await run_command(*command, folder=tmp_path, config=_configure(tmp_path))

    assert (code, output) == (1, "")
    assert errors.startswith("daymark: nats://127.0.0.1:9: NATS does not answer there. Look whether its server runs")
    assert errors.count("\n") <= 3


async def test_doctor_reports_the_services_and_that_the_broker_is_away(tmp_path: Path) -> None:
    code, output, errors = await run_command("doctor", folder=tmp_path, config=_configure(tmp_path))

    subjects = [line.split()[1] for line in output.splitlines()[:-1] if line.startswith("problem")]
    assert (code, errors) == (1, "")
    assert subjects == ["ingest:", "scoring:", "nudges:", "nats:"]
    assert output.splitlines()[-1] == "4 problems and 0 notes found"


def _configure(folder: Path) -> Path:
    """A configuration that names a broker and services at a port at which nobody listens."""
    path = folder / "daymark.toml"
    ports = "".join(f"[{service}]\nport = 9\n" for service in ("ingest", "scoring", "nudges"))
    path.write_text(f'[nats]\nurl = "nats://127.0.0.1:9"\n{ports}')
    return path


async def _ask_for_nothing(connected: Client) -> str:
    await connected.publish("nobody.listens", b"")
    await asyncio.Event().wait()
    return ""


@pytest.fixture(scope="module")
async def guarded(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[NatsServer]:
    """A server that lets in the user `operator` alone, who may publish to `allowed` only."""
    permissions = 'permissions: {publish: ["allowed"], subscribe: ["_INBOX_operator.>"]}'
    users = f"authorization {{ users: [{{user: operator, password: right, {permissions}}}] }}\n"
    server = NatsServer(tmp_path_factory.mktemp("nats"), access_configuration=users)
    await server.start()
    yield server
    await server.kill()


async def test_a_command_that_is_not_let_in_says_so(guarded: NatsServer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connection, "_CONNECT_S", 1.0)

    with pytest.raises(BrokerRefuses) as refused:
        await work_connected(_settings(guarded.url), _wait_for_ever)

    assert str(refused.value).startswith(f"{guarded.url} ('Authorization Violation'): NATS does not let this user in")


async def test_a_command_that_may_not_do_what_it_does_says_so_at_once(guarded: NatsServer) -> None:
    with pytest.raises(BrokerRefuses, match="permissions violation for publish to"):
        await work_connected(_settings(guarded.url.replace("//", "//operator:right@")), _ask_for_nothing)


async def test_a_command_logs_in_with_the_credential_of_the_data_folder(guarded: NatsServer, tmp_path: Path) -> None:
    _write_data_folder(tmp_path, nats=guarded.url, password="right\n")

    async def publish(connected: Client) -> bool:
        await connected.publish("allowed", b"")
        await connected.flush()
        return connected.new_inbox().startswith("_INBOX_operator.")

    assert await work_connected(load_local_settings(config=None, data=tmp_path), publish)


async def test_an_earlier_version_without_credentials_is_reached_without_one(nats_url: str, tmp_path: Path) -> None:
    _write_data_folder(tmp_path, nats=nats_url, password=None)

    async def is_connected(connected: Client) -> bool:
        return connected.is_connected

    assert await work_connected(load_local_settings(config=None, data=tmp_path), is_connected)


@pytest.mark.parametrize("file", ["run.json", "secrets/nats-operator"])
def test_who_may_not_read_the_data_folder_learns_what_is_missing_and_what_to_do(
    file: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As root every file can be read, so the refusal is planted."""
    _write_data_folder(tmp_path, nats="nats://127.0.0.1:9", password="right")
    read_text = Path.read_text

    def refuse(path: Path, **options: str) -> str:
        if path == tmp_path / file:
            raise PermissionError(13, "Permission denied")
        return read_text(path, **options)

    monkeypatch.setattr(Path, "read_text", refuse)

    with pytest.raises(CredentialUnreadable) as refused:
        asyncio.run(work_connected(load_local_settings(config=None, data=tmp_path), _wait_for_ever))

    assert str(refused.value).startswith(f"{tmp_path / file}: This file lets the commands in, and only the user who runs")


def _write_data_folder(folder: Path, *, nats: str, password: str | None) -> None:
    (folder / "secrets").mkdir()
    if password is not None:
        (folder / "secrets" / "nats-operator").write_text(password)
    run_file = RunFile(ingest="", scoring="", pages="", nats=nats, monitor="", postgres="", pids={})
    (folder / "run.json").write_text(run_file.line())
