"""Streams as files, and the positions of their consumers, through the API of JetStream.

A copy is what `$JS.API.STREAM.SNAPSHOT` sends: a compressed archive in chunks, each of which is confirmed so that more follow.
`nats stream restore` reads the same archive. nats-py does not offer this.
"""

import json
from collections.abc import AsyncIterator, Mapping
from typing import IO, Final

from nats.aio.client import Client
from nats.errors import TimeoutError as NoResponse

from deploy.local.backup.manifest import ConsumerEntry, StreamEntry
from shared.errors import DaymarkError, Unavailable

_CHUNK_BYTES: Final = 128 * 1024
_TIMEOUT_S: Final = 30.0
_STATUS: Final = "Status"
_COMPLETE: Final = "204"


class StreamNotCopied(Unavailable):
    """NATS did not copy the stream. Read its log, and begin again."""


class StreamNotRestored(DaymarkError):
    """NATS did not take the stream of the backup. Read its log; delete the data folder before you try again."""


async def note_consumers(connection: Client, stream: str) -> list[ConsumerEntry]:
    """The durable consumers of a stream, and up to which message each has processed everything.

    Raises:
        StreamNotCopied: the server refused, or did not answer.
    """
    noted: list[ConsumerEntry] = []
    while True:
        answer = await _ask(connection, f"CONSUMER.LIST.{stream}", {"offset": len(noted)})
        if "error" in answer:
            raise StreamNotCopied(f"{stream}{_reason(answer)}")
        page = _objects(answer["consumers"])
        noted += [_consumer(stream, info) for info in page]
        if not page or len(noted) >= int(str(answer["total"])):
            return [consumer for consumer in noted if consumer.configuration.get("durable_name")]


async def copy_stream(connection: Client, stream: str, file: IO[bytes]) -> StreamEntry:
    """Write the stream as it is now into an open file, without its consumers.

    Raises:
        StreamNotCopied: the server refused, or stopped before the end.
        OSError: the file cannot be written.
    """
    inbox = connection.new_inbox()
    subscription = await connection.subscribe(inbox, pending_msgs_limit=-1, pending_bytes_limit=-1)
    try:
        order = {"deliver_subject": inbox, "no_consumers": True, "chunk_size": _CHUNK_BYTES}
        answer = await _ask(connection, f"STREAM.SNAPSHOT.{stream}", order)
        if "error" in answer:
            raise StreamNotCopied(f"{stream}{_reason(answer)}")
        while True:
            chunk = await subscription.next_msg(timeout=_TIMEOUT_S)
            if not chunk.data:
                status = (chunk.headers or {}).get(_STATUS, _COMPLETE)
                if status != _COMPLETE:
                    raise StreamNotCopied(f"{stream} ({status})")
                break
            file.write(chunk.data)
            if chunk.reply:
                await connection.publish(chunk.reply)
    except NoResponse:
        raise StreamNotCopied(f"{stream} (no answer)") from None
    finally:
        await subscription.unsubscribe()
    return _stream(stream, configuration=_object(answer["config"]), state=_object(answer["state"]))


async def restore_stream(connection: Client, stream: StreamEntry, file: IO[bytes]) -> None:
    """Make the stream again from its copy.

    Raises:
        StreamNotRestored: the server refused, or the stream has fewer messages than the backup says.
    """
    answer = await _ask(connection, f"STREAM.RESTORE.{stream.name}", {"config": stream.configuration, "state": stream.state})
    if "error" in answer:
        raise StreamNotRestored(f"{stream.name}{_reason(answer)}")
    subject = str(answer["deliver_subject"])
    try:
        async for response in _send(connection, subject, file):
            if response and "error" in (refused := _object(json.loads(response))):
                raise StreamNotRestored(f"{stream.name}{_reason(refused)}")
        restored = _object(json.loads((await connection.request(subject, b"", timeout=_TIMEOUT_S)).data))
    except NoResponse:
        raise StreamNotRestored(f"{stream.name} (no answer)") from None
    if "error" in restored:
        raise StreamNotRestored(f"{stream.name}{_reason(restored)}")
    last_number = _stream(stream.name, configuration={}, state=_object(restored["state"])).last_number
    if last_number < stream.last_number:
        raise StreamNotRestored(f"{stream.name} (it ends at message {last_number} instead of {stream.last_number})")


async def restore_consumer(connection: Client, consumer: ConsumerEntry) -> None:
    """Make the consumer again, so that it begins after the last message that the database has for certain.

    Raises:
        StreamNotRestored: the server refused.
    """
    unbound = {key: value for key, value in consumer.configuration.items() if key not in ("opt_start_time", "opt_start_seq")}
    configuration = unbound | {"deliver_policy": "by_start_sequence", "opt_start_seq": consumer.floor + 1}
    order = {"stream_name": consumer.stream, "config": configuration, "action": "create"}
    answer = await _ask(connection, f"CONSUMER.CREATE.{consumer.stream}.{consumer.name}", order)
    if "error" in answer:
        raise StreamNotRestored(f"{consumer.stream}/{consumer.name}{_reason(answer)}")


async def _send(connection: Client, subject: str, file: IO[bytes]) -> AsyncIterator[bytes]:
    while chunk := file.read(_CHUNK_BYTES):
        yield (await connection.request(subject, chunk, timeout=_TIMEOUT_S)).data


async def _ask(connection: Client, api: str, body: Mapping[str, object]) -> dict[str, object]:
    try:
        answer = await connection.request(f"$JS.API.{api}", json.dumps(body).encode(), timeout=_TIMEOUT_S)
    except NoResponse:
        return {"error": {"description": "no answer"}}
    return _object(json.loads(answer.data))


def _consumer(stream: str, info: Mapping[str, object]) -> ConsumerEntry:
    configuration = _object(info["config"])
    is_acknowledged = configuration.get("ack_policy") != "none"
    position = _object(info["ack_floor" if is_acknowledged else "delivered"])
    floor = int(str(position.get("stream_seq", 0)))
    return ConsumerEntry(stream=stream, name=str(info["name"]), floor=floor, configuration=configuration)


def _stream(name: str, *, configuration: dict[str, object], state: dict[str, object]) -> StreamEntry:
    first, last, messages = (int(str(state.get(key, 0))) for key in ("first_seq", "last_seq", "messages"))
    return StreamEntry(
        name=name, first_number=first, last_number=last, messages=messages, configuration=configuration, state=state
    )


def _reason(answer: Mapping[str, object]) -> str:
    return f" ({_object(answer['error']).get('description', answer['error'])})"


def _object(value: object) -> dict[str, object]:
    assert isinstance(value, dict), type(value)
    return value


def _objects(value: object) -> list[dict[str, object]]:
    return [_object(entry) for entry in value] if isinstance(value, list) else []
