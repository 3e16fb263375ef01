"""Signing in at the company's own OpenID Connect provider. The roster's email says who somebody is."""

import hmac
from collections.abc import Sequence
from http import HTTPStatus
from typing import Final

import asyncpg
import structlog
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import BaseRoute, Route

from services.nudges.access.openid_provider import OpenIdProvider, OpenIdRefused, OpenIdUnreachable
from services.nudges.access.openid_requests import REQUEST_AGE_MAX, add_openid_request, claim_openid_request
from services.nudges.access.sessions import Origin, end_session, open_session
from services.nudges.metrics import NudgesMetrics
from services.nudges.pages.doors.own_paths import own_path
from services.nudges.pages.doors.session_cookie import SessionCookie
from services.nudges.pages.doors.sign_in_messages import SignInMessages
from services.nudges.pages.rendering import Renderer
from shared.clock import Clock
from shared.errors import in_english
from shared.requests.client import NoResponder, Refused
from shared.service.settings import SecretMissing
from shared.transient_errors import TRANSIENT_ERRORS

_log = structlog.get_logger()
OPENID_PATH: Final = "/sign-in/openid"
OPENID_BACK_PATH: Final = f"{OPENID_PATH}/back"
_STATE_COOKIE: Final = "daymark-openid"


class OpenIdPage:
    """Somebody leaves with a state that only their browser has, and comes back with it once."""

    def __init__(
        self,
        pool: asyncpg.Pool,
        renderer: Renderer,
        clock: Clock,
        metrics: NudgesMetrics,
        *,
        provider: OpenIdProvider,
        messages: SignInMessages,
        cookie: SessionCookie,
        is_secure: bool,
    ) -> None:
        self._pool = pool
        self._renderer = renderer
        self._clock = clock
        self._metrics = metrics
        self._provider = provider
        self._messages = messages
        self._cookie = cookie
        self._is_secure = is_secure

    def routes(self) -> Sequence[BaseRoute]:
        return [Route(OPENID_PATH, self._leave), Route(OPENID_BACK_PATH, self._come_back)]

    async def _leave(self, request: Request) -> Response:
        now = self._clock.now()
        try:
            state, left = await add_openid_request(self._pool, own_path(request.query_params.get("next", "")), now=now)
            response = RedirectResponse(await self._provider.authorization_url(state, left, now=now), HTTPStatus.SEE_OTHER)
        except OpenIdUnreachable as failed:
            return self._unreachable(failed)
        except TRANSIENT_ERRORS:
            return self._renderer.unavailable()
        response.set_cookie(
            _STATE_COOKIE,
            state,
            max_age=int(REQUEST_AGE_MAX.total_seconds()),
            path=OPENID_PATH,
            secure=self._is_secure,
            httponly=True,
            samesite="lax",
        )
        return response

    async def _come_back(self, request: Request) -> Response:
        state, code = request.query_params.get("state", ""), request.query_params.get("code", "")
        expected = request.cookies.get(_STATE_COOKIE, "")
        if not state or not hmac.compare_digest(state.encode(), expected.encode()):
            return self._refuse("the state is not that of this browser")
        try:
            response = await self._sign_in(request, state, code)
        except OpenIdUnreachable as failed:
            return self._unreachable(failed)
        except (OpenIdRefused, SecretMissing) as refused:
            return self._refuse(str(refused))
        except (*TRANSIENT_ERRORS, NoResponder, Refused):
            return self._renderer.unavailable()
        response.delete_cookie(_STATE_COOKIE, path=OPENID_PATH, secure=self._is_secure, httponly=True, samesite="lax")
        return response

    async def _sign_in(self, request: Request, state: str, code: str) -> Response:
        now = self._clock.now()
        left = await claim_openid_request(self._pool, state, now=now)
        if left is None or not code:
            return self._refuse("nobody left with this state, or they have come back before, or without a code")
        email = await self._provider.find_email(code, left, now=now)
        person = await self._messages.find_recipient(email, is_email=True)
        if person is None:
            return self._refuse("nobody in the roster has this email", is_listed=False)
        async with self._pool.acquire() as connection, connection.transaction():
            await end_session(connection, self._cookie.read(request))
            token = await open_session(connection, person.person_id, Origin.OPENID, now=now)
        self._metrics.sign_ins.labels("signed_in").inc()
        response = RedirectResponse(left.next_path or "/", HTTPStatus.SEE_OTHER)
        self._cookie.set_on(response, token)
        return response

    def _refuse(self, because: str, *, is_listed: bool = True) -> Response:
        self._metrics.sign_ins.labels("refused" if is_listed else "not_listed").inc()
        _log.warning("openid_sign_in_refused", because=because)
        return self._renderer.page("openid_refused.html", status=HTTPStatus.FORBIDDEN, is_listed=is_listed)

    def _unreachable(self, failed: OpenIdUnreachable) -> Response:
        _log.warning("openid_issuer_unreachable", error=in_english(failed))
        return self._renderer.unavailable()
