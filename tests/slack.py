"""A stand-in for Slack's Web API on a real socket, written from its public description. https://docs.slack.dev/reference/methods

It checks what Slack checks: the token, the conversation, and the limits of each block.
"""

import asyncio
import json
from collections.abc import AsyncIterator, Callable, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any, Final

from starlette.applications import Starlette
from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from tests.serving import served

TOKEN: Final = "xoxb-stand-in"
HANG: Final = Response()
"""No answer until the stand-in ends."""
NOT_SLACK: Final = Response("<html>Bad gateway</html>", 502)
Json = Mapping[str, Any]


def error(code: str, *, status: int = 200, retry_after: str = "") -> Response:
    """A refusal, as Slack words it."""
    headers = {"Retry-After": retry_after} if retry_after else {}
    return JSONResponse({"ok": False, "error": code}, status, headers=headers)


@dataclass(kw_only=True)
class StandIn:
    """What has been posted, and whether a message was `replied` to. `answers` says by method what is answered instead of
    success. With `recognises_repetitions`, a `client_msg_id` that is posted again is the message that is there already.
    `on_message` is called with every message that it accepts."""

    port: int = 0
    users: tuple[str, ...] = ("U024BE7LH",)
    answers: dict[str, Response] = field(default_factory=dict)
    recognises_repetitions: bool = True
    calls: list[str] = field(default_factory=list)
    posted: list[Json] = field(default_factory=list)
    replies: list[Json] = field(default_factory=list)
    replied: asyncio.Event = field(default_factory=asyncio.Event)
    ended: asyncio.Event = field(default_factory=asyncio.Event)
    on_message: Callable[[Json], None] = lambda _: None

    @property
    def base_url(self) -> str:
        return f"http://127.0.0.1:{self.port}/api/"

    @property
    def response_url(self) -> str:
        """Where a message can be replaced."""
        return f"{self.base_url}actions/T0001/123/abc"

    def routes(self) -> list[Route]:
        return [
            Route("/api/conversations.open", self._open, methods=["POST"]),
            Route("/api/chat.postMessage", self._post, methods=["POST"]),
            Route("/api/auth.test", self._test, methods=["POST"]),
            Route("/api/actions/{rest:path}", self._replace, methods=["POST"]),
        ]

    async def _open(self, request: Request) -> Response:
        if (refused := await self._refusal("conversations.open", request)) is not None:
            return refused
        user = str((await request.form())["users"])
        if user not in self.users:
            return error("user_not_found")
        return JSONResponse({"ok": True, "channel": {"id": f"D{user[1:]}"}})

    async def _post(self, request: Request) -> Response:
        if (refused := await self._refusal("chat.postMessage", request)) is not None:
            return refused
        message = await request.json()
        if message["channel"] not in {f"D{user[1:]}" for user in self.users}:
            return error("channel_not_found")
        if list(block_mistakes(message["blocks"])):
            return error("invalid_blocks")
        known = {earlier["client_msg_id"] for earlier in self.posted}
        if not (self.recognises_repetitions and message["client_msg_id"] in known):
            self.posted.append(message)
        self.on_message(message)
        return JSONResponse({"ok": True, "channel": message["channel"], "ts": f"1503435956.{len(self.posted):06}"})

    async def _test(self, request: Request) -> Response:
        return await self._refusal("auth.test", request) or JSONResponse({"ok": True, "user_id": "UDAYMARK1"})

    async def _replace(self, request: Request) -> Response:
        self.calls.append("response_url")
        if (answer := self.answers.get("response_url")) is not None:
            return answer
        reply = await request.json()
        if list(block_mistakes(reply.get("blocks", []))):
            return error("invalid_blocks", status=400)
        self.replies.append(reply)
        self.replied.set()
        return Response("ok")

    async def _refusal(self, method: str, request: Request) -> Response | None:
        self.calls.append(method)
        answer = self.answers.get(method)
        if answer is HANG:
            await self.ended.wait()
        if answer is not None:
            return answer
        return None if request.headers.get("authorization") == f"Bearer {TOKEN}" else error("invalid_auth")


def block_mistakes(blocks: Sequence[Json]) -> Iterator[str]:
    """What Slack would refuse in these blocks: their number, their ids, and the lengths of their texts and options."""
    ids = [block["block_id"] for block in blocks if "block_id" in block]
    if len(blocks) > 50 or len(set(ids)) < len(ids) or any(len(block_id) > 255 for block_id in ids):
        yield "too many blocks, or their ids"
    for block in blocks:
        match block["type"]:
            case "section":
                yield from _text_mistakes(block["text"], length_max=3_000)
            case "context":
                yield from (mistake for text in block["elements"] for mistake in _text_mistakes(text, length_max=3_000))
            case "actions":
                actions = [element["action_id"] for element in block["elements"]]
                if not 0 < len(set(actions)) == len(actions) <= 25:
                    yield "the elements of an actions block"
                yield from (mistake for element in block["elements"] for mistake in _element_mistakes(element))
            case "input":
                yield from _text_mistakes(block["label"], length_max=2_000)
                yield from _field_mistakes(block["element"])
            case "rich_text":
                yield from (json.dumps(part) for part in block["elements"] if part["type"] != "rich_text_section")
            case other:
                yield f"no block is of type {other}"


def _text_mistakes(text: Json, *, length_max: int) -> Iterator[str]:
    if text["type"] not in {"plain_text", "mrkdwn"} or not 0 < len(text["text"]) <= length_max:
        yield "a text"


def _element_mistakes(element: Json) -> Iterator[str]:
    if element["type"] == "button":
        yield from _text_mistakes(element["text"], length_max=75)
    elif element["type"] == "static_select":
        yield from _text_mistakes(element["placeholder"], length_max=150)
        for option in element["options"]:
            yield from _text_mistakes(option["text"], length_max=75)
            if len(option["value"]) > 150:
                yield "the value of an option"
    else:
        yield f"no element is of type {element['type']}"


def _field_mistakes(element: Json) -> Iterator[str]:
    if element["type"] != "plain_text_input" or not 0 < element["max_length"] <= 3_000:
        yield "the field of an input block"
    yield from _text_mistakes(element["placeholder"], length_max=150)


async def _forget(_: Request, __: Exception) -> Response:
    """The client was killed: nobody reads the answer."""
    return Response(status_code=400)


@asynccontextmanager
async def slack_stand_in() -> AsyncIterator[StandIn]:
    """Serve on a free port of this machine."""
    slack = StandIn()
    app = Starlette(routes=slack.routes(), exception_handlers={ClientDisconnect: _forget})
    async with served(app) as port:
        slack.port = port
        yield slack
        slack.ended.set()
