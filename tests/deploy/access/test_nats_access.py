"""Who may do what at NATS: each cell of the table is tried against a server with the configuration of each way to run it."""

import asyncio
import json
from collections.abc import AsyncIterator, Mapping
from functools import cache
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

import nats
import pytest

from deploy.access.catalogue import USERS
from shared.jetstream.client import LeanClient, connect
from shared.jetstream.streams import DEAD, STREAMS, provision
from tests.deploy.access.actions import Action, list_actions
from tests.deploy.access.nats_servers import GuardedServer, server_of_compose, server_of_up

TABLE: Final = Path(__file__).with_name("table.txt")
NAMES: Final = tuple(user.name for user in USERS)
_REFUSED_BY_JETSTREAM: Final = b"?"
"""A request with this body is permitted or not, and changes nothing."""


@cache
def _expected() -> Mapping[str, frozenset[str]]:
    """The users who may, by action."""
    rows = [line.split("|") for line in TABLE.read_text().splitlines() if line and not line.startswith("#")]
    return {action.strip(): frozenset(users.split()) for action, users in rows}


@pytest.fixture(scope="module", params=[server_of_up, server_of_compose], ids=["up", "compose"])
async def server(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[GuardedServer]:
    async with request.param(tmp_path_factory.mktemp("access")) as running:
        operator = await _connect(running, "operator")
        await provision(operator)
        await operator.close()
        yield running


async def _connect(server: GuardedServer, user: str) -> LeanClient:
    return await connect(server.url, name="test", user=user, password=server.passwords[user])


async def _is_permitted(connection: LeanClient, action: Action) -> bool:
    """The server refuses before it answers the ping that follows."""
    before = connection.violations.count
    if action.publish:
        await connection.publish(action.subject, _REFUSED_BY_JETSTREAM)
        await connection.flush()
    else:
        subscription = await connection.subscribe(action.subject)
        await connection.flush()
        await subscription.unsubscribe()
    return connection.violations.count == before


def test_whatever_can_be_tried_has_a_row_and_every_row_can_be_tried() -> None:
    actions = [action.name for action in list_actions()]

    assert len(set(actions)) == len(actions)
    assert sorted(_expected()) == sorted(actions)
    assert {user for users in _expected().values() for user in users} <= set(NAMES)


@pytest.mark.parametrize("user", NAMES)
async def test_a_user_may_do_what_the_table_says_and_nothing_else(server: GuardedServer, user: str) -> None:
    connection = await _connect(server, user)
    try:
        permitted = {action.name for action in list_actions() if await _is_permitted(connection, action)}
    finally:
        await connection.close()

    assert permitted == {action for action, users in _expected().items() if user in users}


@pytest.mark.parametrize("login", [{}, {"user": "ingest", "password": "wrong"}, {"user": "ingest"}, {"user": "root"}], ids=str)
async def test_nobody_is_let_in_without_the_password_of_a_user(server: GuardedServer, login: Mapping[str, str]) -> None:
    with pytest.raises(nats.errors.Error, match=r"(?i)authorization violation"):
        await nats.connect(server.url, user=login.get("user"), password=login.get("password"), allow_reconnect=False)


async def test_who_is_not_let_in_changes_nothing_whatever_they_send(server: GuardedServer) -> None:
    operator = await _connect(server, "operator")
    streams = [(await operator.jetstream().stream_info(stream.name)).state.last_seq for stream in STREAMS]

    for action in list_actions():
        verb = f"PUB {action.subject} 0\r\n\r\n" if action.publish else f"SUB {action.subject} 1\r\n"
        assert b"Authorization Violation" in await _send(server, f"CONNECT {json.dumps({'verbose': False})}\r\n{verb}")

    assert [(await operator.jetstream().stream_info(stream.name)).state.last_seq for stream in STREAMS] == streams
    await operator.close()


async def _send(server: GuardedServer, text: str) -> bytes:
    """What a server answers until it ends the connection."""
    address = urlsplit(server.url)
    reader, writer = await asyncio.open_connection(address.hostname, address.port)
    await reader.readline()
    writer.write(text.encode())
    try:
        return await reader.read()
    except ConnectionResetError:
        return b"Authorization Violation"
    finally:
        writer.close()


async def test_a_message_that_is_refused_reaches_no_stream(server: GuardedServer) -> None:
    demo, operator = await _connect(server, "demo"), await _connect(server, "operator")
    before = (await operator.jetstream().stream_info(DEAD)).state.last_seq

    await demo.publish("dead.ingest.forged", b"{}")
    await demo.flush()

    assert demo.violations.problem() is not None
    assert (await operator.jetstream().stream_info(DEAD)).state.last_seq == before
    await demo.close()
    await operator.close()


async def test_a_service_may_delete_none_of_its_own_streams_and_the_operator_may(server: GuardedServer) -> None:
    ingest, operator = await _connect(server, "ingest"), await _connect(server, "operator")

    await ingest.publish("$JS.API.STREAM.DELETE.DEAD", b"")
    await ingest.flush()
    assert (await operator.jetstream().stream_info(DEAD)).config.name == DEAD

    assert await operator.jetstream().delete_stream(DEAD)
    await provision(operator)
    await ingest.close()
    await operator.close()
