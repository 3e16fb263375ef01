"""Dumps of databases and streams, and how they are restored."""

import asyncio
import json
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import asyncpg

from deploy.database import OWNERS
from deploy.local.servers.postgres.programs import PROGRAMS
from shared.jetstream.client import LeanClient
from shared.jetstream.publisher import Outgoing, Publisher
from shared.jetstream.stored_messages import find_last_number, read_messages
from shared.jetstream.streams import CONSUMERS, STREAMS

_PG_DUMP: Final = PROGRAMS / "pg_dump"
_NOT_SQL: Final = re.compile(r"^\\(un)?restrict .*\n|^CREATE SCHEMA .*\n", re.MULTILINE)
"""Commands of psql, and the schema itself, which exists before the dump is restored."""
_NEWEST_MESSAGES: Final = {"WEBHOOKS": 20, "ACTIVITIES": 20, "SCORES": 200, "NUDGES": 200}
"""Of these streams only the newest messages are dumped. The older ones were processed long ago."""
_DEDUPLICATION_HEADER: Final = "Nats-Msg-Id"
"""The only header of the server that is part of a message; the others say how it was stored and read."""
_FETCHED_MAX: Final = 100


@dataclass(frozen=True, kw_only=True, slots=True)
class DumpedConsumer:
    """A durable consumer: its configuration, and how many of the dumped messages it has received and acknowledged."""

    config: Mapping[str, Any]
    acknowledged: int


@dataclass(frozen=True, kw_only=True, slots=True)
class DumpedStream:
    """A stream: its configuration, its newest messages as (subject, headers, body), and its durable consumers."""

    config: Mapping[str, Any]
    messages: Sequence[tuple[str, Mapping[str, str], str]]
    consumers: Sequence[DumpedConsumer]

    def as_json(self) -> dict[str, Any]:
        consumers = [{"config": consumer.config, "acknowledged": consumer.acknowledged} for consumer in self.consumers]
        return {"config": self.config, "messages": self.messages, "consumers": consumers}

    @classmethod
    def from_json(cls, document: Mapping[str, Any]) -> "DumpedStream":
        consumers = [
            DumpedConsumer(config=consumer["config"], acknowledged=consumer["acknowledged"])
            for consumer in document["consumers"]
        ]
        messages = [(subject, headers, body) for subject, headers, body in document["messages"]]
        return cls(config=document["config"], messages=messages, consumers=consumers)


async def dump_schemas(admin_url: str) -> dict[str, str]:
    """The schema of each service with its data, as SQL that any role may run in its own schema."""
    return {owner: await _dump_schema(admin_url, owner) for owner in OWNERS}


async def _dump_schema(admin_url: str, schema: str) -> str:
    options = ("--no-owner", "--no-privileges", "--inserts", "--rows-per-insert=1000")
    process = await asyncio.create_subprocess_exec(
        *(str(_PG_DUMP), *options, f"--schema={schema}", admin_url), stdout=asyncio.subprocess.PIPE
    )
    output, _ = await process.communicate()
    assert process.returncode == 0
    return _NOT_SQL.sub("", output.decode())


async def restore_schemas(schemas: Mapping[str, str], *, url_of_role: Callable[[str], str]) -> None:
    """Fill each schema, which must be empty, as the role that owns it."""
    for schema, sql in schemas.items():
        owner = await asyncpg.connect(url_of_role(schema))
        await owner.execute(sql)
        await owner.close()


async def dump_streams(connection: LeanClient) -> tuple[DumpedStream, ...]:
    """Every stream that the version uses which runs there, with its durable consumers."""
    infos = {stream.name: await _call(connection, f"STREAM.INFO.{stream.name}") for stream in STREAMS}
    return tuple([await _dump_stream(connection, stream) for stream, info in infos.items() if "error" not in info])


async def _dump_stream(connection: LeanClient, stream: str) -> DumpedStream:
    config = (await _call(connection, f"STREAM.INFO.{stream}"))["config"]
    last = await find_last_number(connection, stream)
    messages = [message async for batch in read_messages(connection, stream, last=last) for message in batch]
    newest = messages[-_NEWEST_MESSAGES.get(stream, len(messages)) :]
    consumers = []
    for consumer in (consumer for consumer in CONSUMERS if consumer.stream == stream):
        info = await _call(connection, f"CONSUMER.INFO.{stream}.{consumer.name}")
        floor, subjects = info["ack_floor"]["stream_seq"], info["config"].get("filter_subjects")
        received = [message for message in newest if not subjects or message.subject in subjects]
        acknowledged = sum(message.number <= floor for message in received)
        consumers.append(DumpedConsumer(config=info["config"], acknowledged=acknowledged))
    return DumpedStream(
        config=config,
        messages=[
            (
                message.subject,
                _select_headers(message.headers),
                message.data.decode(),
            )
            for message in newest
        ],
        consumers=consumers,
    )


def _select_headers(headers: Mapping[str, str]) -> dict[str, str]:
    return {name: value for name, value in headers.items() if name == _DEDUPLICATION_HEADER or not name.startswith("Nats-")}


async def restore_streams(connection: LeanClient, streams: Sequence[DumpedStream]) -> None:
    """Create the streams as they were configured, store their messages, and acknowledge what had been acknowledged."""
    for stream in streams:
        await _call(connection, f"STREAM.CREATE.{stream.config['name']}", stream.config)
        async with Publisher(connection) as publisher:
            for subject, headers, body in stream.messages:
                await publisher.store(Outgoing(subject=subject, headers=dict(headers), data=body.encode()))
        for consumer in stream.consumers:
            await _restore_consumer(connection, stream.config["name"], consumer)


async def _restore_consumer(connection: LeanClient, stream: str, consumer: DumpedConsumer) -> None:
    name = consumer.config["durable_name"]
    request = {"stream_name": stream, "config": consumer.config, "action": "create"}
    await _call(connection, f"CONSUMER.CREATE.{stream}.{name}", request)
    subscription = await connection.jetstream().pull_subscribe_bind(name, stream=stream)
    remaining = consumer.acknowledged
    while remaining:
        messages = await subscription.fetch(min(remaining, _FETCHED_MAX), timeout=10)
        for message in messages:
            await message.ack_sync()
        remaining -= len(messages)
    await subscription.unsubscribe()


async def _call(connection: LeanClient, api: str, body: Mapping[str, Any] | None = None) -> dict[str, Any]:
    payload = json.dumps(body).encode() if body is not None else b""
    response: dict[str, Any] = json.loads((await connection.request(f"$JS.API.{api}", payload, timeout=10)).data)
    assert "error" not in response, (api, response)
    return response
