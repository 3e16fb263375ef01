"""The page on which people make tokens for their programs, and revoke them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from http import HTTPStatus
from typing import Final

import asyncpg
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import BaseRoute

from services.nudges.access.api_tokens import (
    NAME_LENGTH_MAX,
    ApiToken,
    TokenRefused,
    add_api_token,
    list_api_tokens,
    revoke_api_token,
)
from services.nudges.domain.roster.access import Action
from services.nudges.links import TOKENS_PATH
from services.nudges.pages.doors.form_fields import read_fields
from services.nudges.pages.doors.guard import Guard
from services.nudges.pages.entrance import Entrance
from services.nudges.pages.rendering import Renderer
from shared.clock import Clock
from shared.languages.formats import full_date_text
from shared.languages.messages import gettext
from shared.transient_errors import TRANSIENT_ERRORS

_NAME: Final = "name"


@dataclass(frozen=True, kw_only=True, slots=True)
class TokenLine:
    """One token, with its days as people say them. `used` is empty until a program uses it."""

    id: int
    name: str
    made: str
    ends: str
    used: str


class TokenPage:
    """A token is shown once, in the answer to the form that makes it."""

    def __init__(self, pool: asyncpg.Pool, renderer: Renderer, clock: Clock, guard: Guard) -> None:
        self._pool = pool
        self._renderer = renderer
        self._clock = clock
        self._guard = guard

    def routes(self) -> Sequence[BaseRoute]:
        route = self._guard.signed_in_route
        return [
            route(TOKENS_PATH, self._show, action=Action.USE_API),
            route(f"{TOKENS_PATH}/make", self._make, action=Action.USE_API, methods=["POST"]),
            route(f"{TOKENS_PATH}/{{token_id:int}}/revoke", self._revoke, action=Action.USE_API, methods=["POST"]),
        ]

    async def _show(self, request: Request, entrance: Entrance) -> Response:
        try:
            return await self._page(entrance, notice=gettext("Revoked.") if "revoked" in request.query_params else "")
        except TRANSIENT_ERRORS:
            return self._renderer.unavailable()

    async def _make(self, request: Request, entrance: Entrance) -> Response:
        name = (await read_fields(request)).get(_NAME, "").strip()
        try:
            token = await add_api_token(self._pool, entrance.person_id, name, now=self._clock.now())
            return await self._page(entrance, token=token, name=name)
        except TokenRefused as refused:
            return await self._page(entrance, refusal=refused.because, name=name)
        except TRANSIENT_ERRORS:
            return self._renderer.unavailable()

    async def _revoke(self, request: Request, entrance: Entrance) -> Response:
        try:
            await revoke_api_token(self._pool, request.path_params["token_id"], entrance.person_id)
        except TRANSIENT_ERRORS:
            return self._renderer.unavailable()
        return RedirectResponse(f"{TOKENS_PATH}?revoked", HTTPStatus.SEE_OTHER)

    async def _page(
        self, entrance: Entrance, *, token: str = "", name: str = "", notice: str = "", refusal: str = ""
    ) -> Response:
        tokens = await list_api_tokens(self._pool, entrance.person_id, now=self._clock.now())
        return self._renderer.page(
            "tokens.html",
            status=HTTPStatus.CONFLICT if refusal else HTTPStatus.OK,
            has_forms=True,
            entrance=entrance,
            tokens=[_line(api_token) for api_token in tokens],
            token=token,
            name=name,
            notice=notice,
            refusal=refusal,
            name_length_max=NAME_LENGTH_MAX,
        )


def _line(token: ApiToken) -> TokenLine:
    return TokenLine(
        id=token.id,
        name=token.name,
        made=_day(token.created_at),
        ends=_day(token.ends_at),
        used=_day(token.last_used_at) if token.last_used_at is not None else "",
    )


def _day(instant: datetime) -> str:
    return full_date_text(instant.date())
