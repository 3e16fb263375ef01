"""The FastStream broker of a service. Its subscribers, the hot loops and the publishers share one connection to NATS.

Three defaults of FastStream lose data or hang the process, and are changed here: it gives up reconnecting after two minutes
and then spins without an await; without a logger it swallows what a handler raises; and when it stops it drops the requests
that wait behind the one in hand. A fourth is changed in every subscriber: `JStream(..., declare=False)` keeps it from declaring
streams, which would rewrite their configuration.
"""

import asyncio
import logging
from collections.abc import Iterable
from types import TracebackType
from typing import Final

import nats.errors
import structlog
from fast_depends.pydantic import PydanticSerializer
from faststream import FastStream
from faststream.nats import NatsBroker
from faststream.nats.subscriber.usecases import CoreSubscriber
from faststream.security import SASLPlaintext
from faststream.specification import AsyncAPI
from nats.aio.client import Client

from shared.event_types import EventType
from shared.events import Message
from shared.jetstream.client import PENDING_BYTES_MAX, LeanClient
from shared.jetstream.connection_log import ConnectionLog
from shared.jetstream.inbox import inbox_prefix
from shared.service.settings import NatsSection, read_secret
from shared.service.version import VERSION

_log = structlog.get_logger()
_GRACE_S: Final = 3.0


class ServiceBroker(NatsBroker):
    """Connects with a client that is given to it. Reconnects for ever. `service` is the name of the service that it is for."""

    def __init__(self, client: LeanClient, settings: NatsSection, *, name: str) -> None:
        self._client = client
        self.service = name
        log = ConnectionLog(client)
        password = read_secret(settings.password) or ""
        super().__init__(
            settings.url,
            name=name,
            security=SASLPlaintext(username=settings.user, password=password) if settings.user else None,
            inbox_prefix=inbox_prefix(settings.user),
            max_reconnect_attempts=-1,
            reconnect_time_wait=1,
            connect_timeout=2,
            graceful_timeout=_GRACE_S,
            pending_size=PENDING_BYTES_MAX,
            error_cb=log.failed,
            disconnected_cb=log.disconnected,
            reconnected_cb=log.reconnected,
            logger=broker_logger(),
            # A message that does not fit its handler raises its own error and is not taken for a mistake in the handler.
            serializer=PydanticSerializer(use_fastdepends_errors=True),
            specification_url="nats://HOST:4222",
        )

    async def _connect(self) -> Client:
        await self._client.connect(**self._connection_kwargs)
        self.config.connect(self._client)
        return self._client

    async def stop_subscribers(self) -> None:
        """Take no more messages, and return once those in hand and the requests that have arrived are handled. A handler that
        takes longer than three seconds is cancelled. The connection stays open."""
        requests = [subscriber for subscriber in self.subscribers if isinstance(subscriber, CoreSubscriber)]
        others = [subscriber for subscriber in self.subscribers if not isinstance(subscriber, CoreSubscriber)]
        finishing = [_finish_requests(subscriber) for subscriber in requests] if self._client.is_connected else []
        await asyncio.gather(*finishing, *[subscriber.stop() for subscriber in others])
        await asyncio.gather(*[subscriber.stop() for subscriber in requests])

    async def stop(
        self,
        exc_type: type[BaseException] | None = None,
        exc_val: BaseException | None = None,
        exc_tb: TracebackType | None = None,
    ) -> None:
        """Stop the subscribers, send what is buffered, and close the connection. A server that is down is no error."""
        try:
            await super().stop(exc_type, exc_val, exc_tb)
        except (nats.errors.Error, OSError, TimeoutError) as gone:
            _log.debug("nats_gone_before_close", error=type(gone).__name__)
            await self._client.close()

    def publishes(self, events: Iterable[EventType[Message]]) -> None:
        """Declare what the service puts on its stream, through its outbox."""
        for event in events:
            self.publisher(event.name, title=event.name, schema=event.data, description=event.description)


async def _finish_requests(subscriber: CoreSubscriber) -> None:
    """Take no more requests, and return once those that have arrived are handled. They were sent to this replica alone."""
    subscription = subscriber.subscription
    if subscription is None:
        return
    draining = asyncio.create_task(subscription.drain())  # type: ignore[no-untyped-call]  # nats-py does not annotate it
    await asyncio.wait({draining}, timeout=_GRACE_S)
    if not draining.done():
        await subscription.unsubscribe()  # cancels the handler
        draining.cancel()
    elif (gone := draining.exception()) is not None:
        _log.debug("nats_gone_before_draining", error=type(gone).__name__)
    subscriber.subscription = None  # it has ended, and FastStream would end it again


def make_app(broker: ServiceBroker, *, service: str, description: str) -> FastStream:
    """The FastStream application around a broker that knows all of its subscribers."""
    specification = AsyncAPI(title=f"Daymark {service}", version=VERSION, description=description)
    return FastStream(broker, logger=None, specification=specification)


def broker_logger() -> logging.Logger:
    """Errors only: what is received and processed is counted, not logged. FastStream's own logger would write them as text and
    pass nothing on to the service's log."""
    logger = logging.getLogger(__name__)
    logger.setLevel(logging.ERROR)
    return logger
