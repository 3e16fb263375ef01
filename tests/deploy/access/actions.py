"""Everything that somebody could try at NATS: listed from the code, so that what is new has to get its row in the table."""

import pkgutil
from collections.abc import Iterator
from importlib import import_module
from typing import Final, NamedTuple

from deploy.access.catalogue import ANSWERED, SERVICE_USERS, USERS
from shared import requests
from shared.jetstream.inbox import inbox_prefix
from shared.jetstream.streams import CONSUMERS, STREAMS, Consumer, Stream
from shared.requests.demonstration.clock_status import status_endpoint
from shared.requests.endpoint import Endpoint

_STREAM_REQUESTS: Final = (
    "STREAM.INFO",
    "STREAM.CREATE",
    "STREAM.UPDATE",
    "STREAM.DELETE",
    "STREAM.PURGE",
    "STREAM.MSG.GET",
    "STREAM.MSG.DELETE",
    "STREAM.SNAPSHOT",
    "STREAM.RESTORE",
    "DIRECT.GET",
)
_CONSUMER_REQUESTS: Final = ("CONSUMER.INFO", "CONSUMER.CREATE", "CONSUMER.MSG.NEXT", "CONSUMER.DELETE", "CONSUMER.PAUSE")


class Action(NamedTuple):
    """One thing to try, as the table names it: to `publish` to the subject, or to subscribe to it."""

    name: str
    subject: str
    publish: bool


def list_actions() -> list[Action]:
    """Each once."""
    return [*_of_streams(), *_of_requests(), *_of_inboxes(), *_of_others()]


def list_endpoints() -> list[str]:
    """The subject of every request that the code declares."""
    packages = pkgutil.walk_packages(requests.__path__, f"{requests.__name__}.")
    modules = [import_module(module.name) for module in packages]
    subjects = {value.subject for module in modules for value in vars(module).values() if isinstance(value, Endpoint)}
    return sorted(subjects | {status_endpoint(service).subject for service in SERVICE_USERS})


def example_subjects(stream: Stream) -> list[str]:
    """A subject for each pattern of the stream; of dead letters, one for each service."""
    if stream.name == "DEAD":
        return [f"dead.{service}.example" for service in ANSWERED]
    return [subject.replace("*", "example") for subject in stream.subjects]


def _of_streams() -> Iterator[Action]:
    for stream in STREAMS:
        for subject in example_subjects(stream):
            yield _publish(f"store {subject}", subject)
            yield _listen(f"listen to {subject}", subject)
        for request in _STREAM_REQUESTS:
            yield _publish(f"{request} {stream.name}", f"$JS.API.{request}.{stream.name}")
        yield _publish(f"new consumer of {stream.name}", f"$JS.API.CONSUMER.CREATE.{stream.name}.stranger")
    for consumer in CONSUMERS:
        yield from _of_consumer(consumer)


def _of_consumer(consumer: Consumer) -> Iterator[Action]:
    place, numbers = f"{consumer.stream}.{consumer.name}", "1.1.1.1700000000000000000.0"
    for request in _CONSUMER_REQUESTS:
        yield _publish(f"{request} {place}", f"$JS.API.{request}.{place}")
    yield _publish(f"ack {place}", f"$JS.ACK.{place}.{numbers}")
    yield _publish(f"ack with domain {place}", f"$JS.ACK._.account.{place}.{numbers}.token")


def _of_requests() -> Iterator[Action]:
    for subject in list_endpoints():
        yield _publish(f"ask {subject}", subject)
        yield _listen(f"answer {subject}", subject)


def _of_inboxes() -> Iterator[Action]:
    for user in (*(user.name for user in USERS), ""):
        prefix = inbox_prefix(user)
        yield _listen(f"listen to {prefix}.>", f"{prefix}.>")
        yield _publish(f"reply to {prefix}.a.b", f"{prefix}.a.b")


def _of_others() -> Iterator[Action]:
    for subject in (">", "*.>", "$SYS.>", "$JS.>", "$JS.EVENT.>"):
        yield _listen(f"listen to {subject}", subject)
    for subject in ("$KV.IMPORTS.key", "$SYS.REQ.SERVER.PING", "a.subject", "$JS.FC.CLOCK.consumer.token"):
        yield _publish(f"store {subject}", subject)
    for request in ("INFO", "STREAM.LIST", "STREAM.NAMES", "STREAM.CREATE.MINE", "CONSUMER.DELETE.CLOCK.mine"):
        yield _publish(f"{request}", f"$JS.API.{request}")


def _publish(name: str, subject: str) -> Action:
    return Action(name, subject, publish=True)


def _listen(name: str, subject: str) -> Action:
    return Action(name, subject, publish=False)
