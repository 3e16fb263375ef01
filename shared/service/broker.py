"""The FastStream broker of a service. Its subscribers, the hot loops and the publishers share one connection to NATS.

Three defaults of FastStream lose data or hang the process, and are changed here: it gives up reconnecting after two minutes
and then spins without an await; it declares streams, which rewrites their configuration (`JStream(..., declare=False)` in
every subscriber avoids that); and without a logger it swallows what a handler raises.
"""

import logging
from collections.abc import Iterable
from typing import Any, Final

from fast_depends.pydantic import PydanticSerializer
from faststream import FastStream
from faststream.nats import NatsBroker
from faststream.security import SASLPlaintext
from faststream.specification import AsyncAPI
from nats.aio.client import Client

from shared.event_types import EventType
from shared.jetstream.client import PENDING_BYTES_MAX, ConnectionLog, LeanClient
from shared.service.settings import NatsSection, read_secret

VERSION: Final = "0.1.0"
_GRACE_S: Final = 3.0


class ServiceBroker(NatsBroker):
    """Connects with a client that is given to it. Reconnects for ever."""

    def __init__(self, client: LeanClient, settings: NatsSection, *, name: str) -> None:
        self._client = client
        log = ConnectionLog(client)
        password = read_secret(settings.password) or ""
        super().__init__(
            settings.url,
            name=name,
            security=SASLPlaintext(username=settings.user, password=password) if settings.user else None,
            max_reconnect_attempts=-1,
            reconnect_time_wait=1,
            connect_timeout=2,
            graceful_timeout=_GRACE_S,
            pending_size=PENDING_BYTES_MAX,
            error_cb=log.failed,
            disconnected_cb=log.disconnected,
            reconnected_cb=log.reconnected,
            logger=_logger(),
            # A message that does not fit its handler raises its own error and is not taken for a mistake in the handler.
            serializer=PydanticSerializer(use_fastdepends_errors=True),
            specification_url="nats://HOST:4222",
        )

    async def _connect(self) -> Client:
        await self._client.connect(**self._connection_kwargs)
        self.config.connect(self._client)
        return self._client

    async def stop_subscribers(self) -> None:
        """Take no more messages, and return once those in hand are handled. The connection stays open."""
        for subscriber in self.subscribers:
            await subscriber.stop()

    def publishes(self, events: Iterable[EventType[Any]]) -> None:
        """Declare what the service puts on its stream, through its outbox."""
        for event in events:
            self.publisher(event.name, title=event.name, schema=event.data, description=event.description)


def make_app(broker: ServiceBroker, *, service: str, description: str) -> FastStream:
    """The FastStream application around a broker that knows all of its subscribers."""
    specification = AsyncAPI(title=f"Daymark {service}", version=VERSION, description=description)
    return FastStream(broker, logger=None, specification=specification)


def _logger() -> logging.Logger:
    """Errors only: what is received and processed is counted, not logged."""
    logger = logging.getLogger("faststream")
    logger.setLevel(logging.ERROR)
    return logger
