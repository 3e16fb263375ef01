"""Signing in: somebody types who they are, gets a link in a message of their own, and presses its one button."""

from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime, timedelta
from http import HTTPStatus
from typing import Final

import asyncpg
from starlette.background import BackgroundTask
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import BaseRoute, Route

from services.nudges.access.roster_today import ReadRoster
from services.nudges.access.sessions import end_session, open_session
from services.nudges.access.sign_in_links import claim_sign_in_link, find_sign_in_link
from services.nudges.domain.phrases import natural_name
from services.nudges.links import DELIVERY_PATH, SETUP_PATH
from services.nudges.metrics import NudgesMetrics
from services.nudges.pages.doors.asking_limit import AskingLimit
from services.nudges.pages.doors.form_fields import is_from_other_site, is_from_own_form, read_fields
from services.nudges.pages.doors.guard import Guard
from services.nudges.pages.doors.openid_page import OPENID_PATH
from services.nudges.pages.doors.own_paths import own_path, with_next
from services.nudges.pages.doors.session_cookie import SessionCookie
from services.nudges.pages.doors.sign_in_messages import SignInMessages
from services.nudges.pages.entrance import Entrance
from services.nudges.pages.rendering import Renderer
from shared.clock import Clock
from shared.requests.client import NoResponder, Refused
from shared.requests.people import TYPED_LENGTH_MAX
from shared.transient_errors import TRANSIENT_ERRORS

_UNAVAILABLE: Final = (*TRANSIENT_ERRORS, NoResponder, Refused)
_AGAIN_AFTER: Final = timedelta(minutes=10)


class SignInPage:
    """The answer to whoever asks for a link is the same whether or not the roster lists them. Opening a link uses nothing up:
    mail scanners open every link, and only its button signs in. With an `openid_name`, people can also sign in there."""

    def __init__(
        self,
        pool: asyncpg.Pool,
        renderer: Renderer,
        clock: Clock,
        metrics: NudgesMetrics,
        guard: Guard,
        *,
        messages: SignInMessages,
        read_roster: ReadRoster,
        has_roster: Callable[[], Awaitable[bool]],
        cookie: SessionCookie,
        limit: AskingLimit,
        openid_name: str,
    ) -> None:
        self._pool = pool
        self._renderer = renderer
        self._clock = clock
        self._metrics = metrics
        self._guard = guard
        self._messages = messages
        self._read_roster = read_roster
        self._has_roster = has_roster
        self._cookie = cookie
        self._limit = limit
        self._openid_name = openid_name

    def routes(self) -> Sequence[BaseRoute]:
        return [
            Route("/", self._home),
            Route("/sign-in", self._show, methods=["GET"]),
            Route("/sign-in", self._ask, methods=["POST"]),
            Route("/sign-in/{token}", self._show_link, methods=["GET"]),
            Route("/sign-in/{token}", self._sign_in, methods=["POST"]),
            Route("/sign-out", self._sign_out, methods=["POST"]),
        ]

    async def _home(self, request: Request) -> Response:
        try:
            entrance = await self._guard.find_visitor(request)
            if entrance is None:
                return RedirectResponse("/sign-in", HTTPStatus.SEE_OTHER)
            return await self._go_to_own_page(entrance)
        except _UNAVAILABLE:
            return self._renderer.unavailable()

    async def _go_to_own_page(self, entrance: Entrance) -> Response:
        """To the first of the pages that open for them; where there is no roster yet, to the first steps."""
        if entrance.pages:
            _, address = entrance.pages[0]
            if address == DELIVERY_PATH and not await self._has_roster():
                address = SETUP_PATH
            return RedirectResponse(address, HTTPStatus.SEE_OTHER)
        return self._renderer.page("no_pages.html", entrance=entrance)

    async def _show(self, request: Request) -> Response:
        return self._form(own_path(request.query_params.get("next", "")))

    def _form(self, next_path: str, *, status: HTTPStatus = HTTPStatus.OK, has_asked: bool = False) -> Response:
        return self._renderer.page(
            "sign_in.html",
            status=status,
            has_forms=True,
            next_path=next_path,
            has_asked=has_asked,
            can_send=self._messages.can_send,
            has_failed=status is HTTPStatus.TOO_MANY_REQUESTS,
            length_max=TYPED_LENGTH_MAX,
            openid_path=with_next(OPENID_PATH, next_path) if self._openid_name else "",
            openid_name=self._openid_name,
        )

    async def _ask(self, request: Request) -> Response:
        if is_from_other_site(request) or not self._messages.can_send:
            return self._renderer.not_found()
        fields, now = await read_fields(request), self._clock.now()
        typed, next_path = fields.get("typed", ""), own_path(fields.get("next", ""))
        if not self._limit.allows(_host_of(request), now=now):
            self._metrics.sign_ins.labels("too_many").inc()
            refusal = self._form(next_path, status=HTTPStatus.TOO_MANY_REQUESTS)
            refusal.headers["Retry-After"] = str(int(_AGAIN_AFTER.total_seconds()))
            return refusal
        try:
            is_name = 0 < len(typed) <= TYPED_LENGTH_MAX and typed.isprintable()
            recipient = await self._messages.find_recipient(typed) if is_name else None
        except _UNAVAILABLE:
            return self._renderer.unavailable()
        answer = self._form(next_path, has_asked=True)
        answer.headers["Connection"] = "close"  # what comes next would have to wait until a message is sent
        if recipient is None:
            self._metrics.sign_ins.labels("not_listed").inc()
        else:  # afterwards, so that the answer takes as long as to a stranger
            answer.background = BackgroundTask(self._messages.send, recipient, next_path, now)
        return answer

    async def _show_link(self, request: Request) -> Response:
        try:
            link = await find_sign_in_link(self._pool, request.path_params["token"], now=self._clock.now())
            today = await self._read_roster(link.person_id) if link is not None else None
        except _UNAVAILABLE:
            return self._renderer.unavailable()
        if link is None or today is None or not today.lists(link.person_id):
            return self._link_ended()
        name = natural_name(today.name_of(link.person_id))
        return self._renderer.page("sign_in_link.html", has_forms=True, name=name)

    async def _sign_in(self, request: Request) -> Response:
        if is_from_other_site(request):
            return self._renderer.not_found()
        now = self._clock.now()
        try:
            link = await find_sign_in_link(self._pool, request.path_params["token"], now=now)
            today = await self._read_roster(link.person_id) if link is not None else None
            if link is None or today is None or not today.lists(link.person_id):
                return self._link_ended()
            token = await self._use_up(request, now=now)
        except _UNAVAILABLE:
            return self._renderer.unavailable()
        if token is None:
            return self._link_ended()
        self._metrics.sign_ins.labels("signed_in").inc()
        response = RedirectResponse(link.next_path or "/", HTTPStatus.SEE_OTHER)
        self._cookie.set_on(response, token)
        return response

    async def _use_up(self, request: Request, *, now: datetime) -> str | None:
        """The token of a new session, which takes the place of one that the browser had. None if the link is used meanwhile."""
        async with self._pool.acquire() as connection, connection.transaction():
            link = await claim_sign_in_link(connection, request.path_params["token"], now=now)
            if link is None:
                return None
            await end_session(connection, self._cookie.read(request))
            return await open_session(connection, link.person_id, link.origin, now=now)

    async def _sign_out(self, request: Request) -> Response:
        try:
            entrance = await self._guard.find_visitor(request)
            if entrance is not None and not is_from_own_form(await read_fields(request), entrance):
                return self._renderer.stale_form(entrance)
            await end_session(self._pool, self._cookie.read(request))
        except _UNAVAILABLE:
            return self._renderer.unavailable()
        response = RedirectResponse("/sign-in", HTTPStatus.SEE_OTHER)
        self._cookie.remove_from(response)
        return response

    def _link_ended(self) -> Response:
        """The same page for a link that was used, one that is too old, and one that never was."""
        self._metrics.sign_ins.labels("link_ended").inc()
        return self._renderer.page("sign_in_link_ended.html", status=HTTPStatus.GONE)


def _host_of(request: Request) -> str:
    """Who asks. Behind a proxy everybody has the proxy's address."""
    return request.client.host if request.client is not None else ""
