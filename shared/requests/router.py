"""How a service answers: typed FastStream subscribers on a router. Every question gets an answer, also when it goes wrong."""

from collections.abc import Awaitable, Callable
from typing import Any, Final

import nats.errors
import structlog
from fast_depends.exceptions import ValidationError as QueryRefused
from faststream import BaseMiddleware, ExceptionMiddleware
from faststream.nats import NatsMessage, NatsRouter
from pydantic import BaseModel
from pydantic_core import from_json

from shared.errors import DaymarkError, in_english
from shared.jetstream.inbox import INBOXES
from shared.languages.current import preferred_language, using_language
from shared.languages.messages import gettext, marked
from shared.requests.endpoint import LANGUAGE_HEADER, Endpoint, Envelope, Query, Reply
from shared.transient_errors import TRANSIENT_ERRORS

_log = structlog.get_logger()
_BUSY: Final = marked("a server is down or too busy; ask again in a moment")
_TOO_LARGE: Final = "the reply is too large for NATS; ask for less, or raise max_payload in the server's configuration"


class RequestRouter:
    """The handlers of one service. Each question goes to one of the replicas that share the `queue`."""

    def __init__(self, *, queue: str) -> None:
        self._queue = queue
        self.router = NatsRouter(middlewares=(_ReadersLanguage, _refusals(), _WrapReply), decoder=_decode)

    def handles(
        self, endpoint: Endpoint[Query, Reply]
    ) -> Callable[[Callable[[Query], Awaitable[Reply]]], Callable[[Query], Awaitable[Reply]]]:
        """Register a handler: `@requests.handles(NUDGE_LIST)` above an `async def` from the query to the reply."""

        def register(handler: Callable[[Query], Awaitable[Reply]]) -> Callable[[Query], Awaitable[Reply]]:
            async def handle(query: Any) -> Any:
                return await handler(query)

            handle.__annotations__ = {"query": endpoint.query, "return": endpoint.reply}
            subscriber = self.router.subscriber(
                endpoint.subject,
                queue=self._queue,
                title=endpoint.subject,
                description=f"Replies with {endpoint.reply.__name__}. {_description_of(endpoint.reply)}".strip(),
            )
            subscriber(handle)
            return handler

        return register


class _ReadersLanguage(BaseMiddleware):
    """Whatever a handler says, also why it refuses, is in the language of whoever reads the reply."""

    async def consume_scope(self, call_next: Callable[[Any], Awaitable[Any]], msg: Any) -> Any:
        with using_language(preferred_language(msg.headers.get(LANGUAGE_HEADER, ""))):
            return await call_next(msg)


class _WrapReply(BaseMiddleware):
    """Puts what a handler returns into the envelope. A reply that the server would refuse is replaced by an error. Only inboxes
    get replies: whoever asks names the subject, and could otherwise publish with the permissions of the service."""

    async def consume_scope(self, call_next: Callable[[Any], Awaitable[Any]], msg: Any) -> Any:
        if msg.reply_to and not msg.reply_to.startswith(INBOXES):
            _log.warning("reply_refused", subject=msg.raw_message.subject, remedy="ask with a reply subject of your own inbox")
            msg.reply_to = ""
        reply = await call_next(msg)
        return Envelope(ok=True, data=reply.model_dump(mode="json")) if isinstance(reply, BaseModel) else reply

    async def publish_scope(self, call_next: Callable[[Any], Awaitable[Any]], cmd: Any) -> Any:
        try:
            return await call_next(cmd)
        except nats.errors.MaxPayloadError:
            _log.error("reply_too_large", subject=self.msg.subject if self.msg is not None else "")
            cmd.body = Envelope(ok=False, error=_TOO_LARGE)
            return await call_next(cmd)


def _refusals() -> ExceptionMiddleware:
    """What goes wrong, as an answer in words."""
    return ExceptionMiddleware(
        publish_handlers={
            DaymarkError: _refuse,
            QueryRefused: _misunderstood,
            **dict.fromkeys(TRANSIENT_ERRORS, _unavailable),
            Exception: _failed,
        }
    )


def _refuse(refused: DaymarkError) -> Envelope:
    return Envelope(ok=False, error=str(refused))


def _misunderstood(_: Exception) -> Envelope:
    return Envelope(ok=False, error="the query does not have the shape that this subject expects; see shared/requests")


def _unavailable(failed: Exception, message: NatsMessage) -> Envelope:
    _log.warning("request_failed", subject=message.raw_message.subject, error=type(failed).__name__, detail=in_english(failed))
    return Envelope(ok=False, error=gettext(_BUSY))


def _failed(failed: Exception, message: NatsMessage) -> Envelope:
    """The last resort: whoever asked must not wait for an answer that never comes."""
    _log.error("request_failed", subject=message.raw_message.subject, exc_info=failed)
    return Envelope(ok=False, error=gettext("the service failed; its log says how"))


async def _decode(message: NatsMessage) -> Any:
    """The query as plain values; nothing at all stands for a query without arguments."""
    try:
        return from_json(message.body or b"{}")
    except ValueError:
        return message.body


def _description_of(model: type[BaseModel]) -> str:
    """The docstring on one line."""
    return " ".join((model.__doc__ or "").split())
