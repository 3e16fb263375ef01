"""The first operator: somebody opens the address that `daymark up` has printed, says who they are, and is signed in."""

from collections.abc import Sequence
from datetime import datetime
from http import HTTPStatus
from typing import Final

import asyncpg
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import BaseRoute, Route

from services.nudges.access.operators import Operator, add_operator, list_operators
from services.nudges.access.sessions import Origin, open_session
from services.nudges.access.sign_in_links import (
    FIRST_LINK_AGE_MAX,
    FIRST_OPERATOR,
    claim_sign_in_link,
    find_sign_in_link,
)
from services.nudges.links import SETUP_PATH
from services.nudges.metrics import NudgesMetrics
from services.nudges.pages.doors.form_fields import is_from_other_site, read_fields
from services.nudges.pages.doors.session_cookie import SessionCookie
from services.nudges.pages.rendering import Renderer
from shared.clock import Clock
from shared.events import PersonId
from shared.reach import MAIL, ContactPoint
from shared.transient_errors import TRANSIENT_ERRORS

_PATH: Final = "/welcome/{token}"


class WelcomePage:
    """Opening it uses nothing up. Once there is an operator it opens for nobody, whichever link they have."""

    def __init__(
        self, pool: asyncpg.Pool, renderer: Renderer, clock: Clock, metrics: NudgesMetrics, *, cookie: SessionCookie
    ) -> None:
        self._pool = pool
        self._renderer = renderer
        self._clock = clock
        self._metrics = metrics
        self._cookie = cookie

    def routes(self) -> Sequence[BaseRoute]:
        return [Route(_PATH, self._show, methods=["GET"]), Route(_PATH, self._sign_in, methods=["POST"])]

    async def _show(self, request: Request) -> Response:
        try:
            is_open = await self._is_open(request, now=self._clock.now())
        except TRANSIENT_ERRORS:
            return self._renderer.unavailable()
        return self._form() if is_open else self._ended()

    async def _sign_in(self, request: Request) -> Response:
        if is_from_other_site(request):
            return self._renderer.not_found()
        now = self._clock.now()
        email = (await read_fields(request)).get("email", "").strip().lower()
        try:
            if not await self._is_open(request, now=now):
                return self._ended()
            if "@" not in email or not MAIL.is_address(email):
                return self._form(typed=email, status=HTTPStatus.UNPROCESSABLE_ENTITY)
            token = await self._use_up(request, email, now=now)
        except TRANSIENT_ERRORS:
            return self._renderer.unavailable()
        if token is None:
            return self._ended()
        self._metrics.sign_ins.labels("signed_in").inc()
        response = RedirectResponse(SETUP_PATH, HTTPStatus.SEE_OTHER)
        self._cookie.set_on(response, token)
        return response

    async def _is_open(self, request: Request, *, now: datetime) -> bool:
        token = request.path_params["token"]
        link = await find_sign_in_link(self._pool, token, now=now, age_max=FIRST_LINK_AGE_MAX)
        return link is not None and link.person_id == FIRST_OPERATOR and not await list_operators(self._pool)

    async def _use_up(self, request: Request, email: str, *, now: datetime) -> str | None:
        """The token of the operator's session. None if the link is used meanwhile."""
        async with self._pool.acquire() as connection, connection.transaction():
            token = request.path_params["token"]
            link = await claim_sign_in_link(connection, token, now=now, age_max=FIRST_LINK_AGE_MAX)
            if link is None or link.person_id != FIRST_OPERATOR or await list_operators(connection):
                return None
            contacts = (ContactPoint(transport=MAIL.name, address=email),)
            operator = Operator(id=PersonId(email), name=email, contacts=contacts)
            await add_operator(connection, operator, now=now)
            return await open_session(connection, operator.id, Origin.COMMAND, now=now)

    def _form(self, *, typed: str = "", status: HTTPStatus = HTTPStatus.OK) -> Response:
        is_refused = status is not HTTPStatus.OK
        return self._renderer.page("welcome.html", status=status, has_forms=True, typed=typed, is_refused=is_refused)

    def _ended(self) -> Response:
        """The same page for a link that was used, one that is too old, and one that never was."""
        self._metrics.sign_ins.labels("link_ended").inc()
        return self._renderer.page("welcome_ended.html", status=HTTPStatus.GONE)
