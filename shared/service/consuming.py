"""How subscribers settle the messages of a stream, for every service: a router whose middleware acknowledges them.

- Handled: the message is acknowledged.
- Unreadable, that is no JSON or not of the handler's type, or of values that Postgres cannot hold: it becomes a dead letter,
  then it is acknowledged.
- A server is down or busy: a second later it is delivered again, as often as it takes. Meanwhile the subscriber takes no more
  messages, so a large backlog neither floods the log nor keeps the processor busy.
- Any other error is a mistake in the code: it is logged, and the message is delivered again after half a minute, so that a
  corrected version can still handle it.
"""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any, Final

import structlog
from fast_depends.exceptions import ValidationError as MessageRefused
from faststream import BaseMiddleware, ContextRepo
from faststream.nats import NatsMessage, NatsRouter
from nats.aio.msg import Msg
from pydantic import ValidationError
from pydantic_core import from_json

from shared.errors import in_english
from shared.jetstream.batches import BUG_RETRY_S
from shared.jetstream.dead_letters import dead_letter, problems_of
from shared.jetstream.progress import Progress
from shared.jetstream.publisher import Publisher
from shared.transient_errors import TRANSIENT_ERRORS, UNSTORABLE

_log = structlog.get_logger()
RETRY_S: Final = 1.0


@dataclass(frozen=True, kw_only=True, slots=True)
class DeadLetters:
    """Where the unreadable messages of a subscriber go: `dead.<service>.<reason>`. `on_dead_letter` is called with each
    reason."""

    publisher: Publisher
    service: str
    reason: str
    on_dead_letter: Callable[[str], None]

    async def store(self, message: Msg, detail: str) -> None:
        """Keep the message whole, with what is wrong with it.

        Raises:
            NotStored: JetStream did not confirm.
        """
        await self.publisher.store(dead_letter(message, service=self.service, reason=self.reason, detail=detail))
        self.on_dead_letter(self.reason)

    async def store_unstorable(self, message: Msg, refused: Exception) -> None:
        """Keep a message of values that Postgres cannot hold.

        Raises:
            NotStored: JetStream did not confirm.
        """
        await self.store(message, f"Postgres cannot store it: {type(refused).__name__}")


def consuming_router(dead_letters: DeadLetters, progress: Progress) -> NatsRouter:
    """A router for subscribers of one stream, which need `AckPolicy.MANUAL`: each message is settled as this module says,
    and is an attempt of `progress`."""

    def settle(message: Any, /, *, context: ContextRepo) -> "_Settle":
        return _Settle(message, context=context, dead_letters=dead_letters, progress=progress)

    return NatsRouter(middlewares=(settle,), decoder=_decode)


def has_subject(subject: str) -> Callable[[NatsMessage], bool]:
    """A filter for one of several handlers of a subscriber."""
    return lambda message: message.raw_message.subject == subject


class _Settle(BaseMiddleware[Any, Any]):
    def __init__(self, message: Any, /, *, context: ContextRepo, dead_letters: DeadLetters, progress: Progress) -> None:
        super().__init__(message, context=context)
        self._dead_letters = dead_letters
        self._progress = progress

    async def consume_scope(self, call_next: Callable[[Any], Awaitable[Any]], msg: Any) -> None:
        retry_s = await self._handle(call_next, msg)
        try:
            await (msg.ack() if retry_s is None else msg.nack(delay=retry_s))
        except TRANSIENT_ERRORS as lost:  # the message is delivered again, and handling it again changes nothing
            _log.warning("settling_failed", subject=msg.raw_message.subject, error=type(lost).__name__)
        if retry_s == RETRY_S:
            await asyncio.sleep(RETRY_S)  # the next messages would fail, too; they wait on the stream

    async def _handle(self, call_next: Callable[[Any], Awaitable[Any]], message: NatsMessage) -> float | None:
        """Handle the message. Returns after how many seconds to deliver it again; None if it is done with."""
        try:
            with self._progress.attempt():
                await self._handle_or_bury(call_next, message)
        except TRANSIENT_ERRORS as failed:
            _log.warning(
                "message_failed", subject=message.raw_message.subject, error=type(failed).__name__, detail=in_english(failed)
            )
            return RETRY_S
        except Exception as failed:  # noqa: BLE001 - it is logged, and must not end the subscriber
            _log.error("message_failed", subject=message.raw_message.subject, exc_info=failed)
            return BUG_RETRY_S
        return None

    async def _handle_or_bury(self, call_next: Callable[[Any], Awaitable[Any]], message: NatsMessage) -> None:
        try:
            await call_next(message)
        except MessageRefused as refused:
            await self._dead_letters.store(message.raw_message, _problems(refused))
        except UNSTORABLE as refused:
            await self._dead_letters.store_unstorable(message.raw_message, refused)


def _problems(refused: MessageRefused) -> str:
    """Which fields are wrong and why, without their values."""
    error = refused.original_error
    return problems_of(error) if isinstance(error, ValidationError) else type(error).__name__


async def _decode(message: NatsMessage) -> Any:
    """The body as plain values. A body that is not JSON stays as it is, so that the handler's type refuses it: what a decoder
    raises would not reach the middleware."""
    try:
        return from_json(message.body)
    except ValueError:
        return message.body
