"""The page behind "Stop these mails": a person stops their mail, or gets it again."""

from collections.abc import Sequence
from functools import partial
from typing import Final

import asyncpg
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import BaseRoute

from services.nudges.deliver.personal.mail_stops import has_stopped_mail, resume_mail, stop_mail
from services.nudges.domain.roster.access import Action
from services.nudges.links import Door
from services.nudges.pages.doors.guard import Guard
from services.nudges.pages.entrance import Entrance
from services.nudges.pages.rendering import Renderer
from shared.clock import Clock
from shared.transient_errors import TRANSIENT_ERRORS

_SEE_OTHER: Final = 303


class MailPage:
    """Opens with the link in a mail, or for its person. Opening it changes nothing, since mail scanners open every link."""

    def __init__(self, pool: asyncpg.Pool, renderer: Renderer, clock: Clock, guard: Guard) -> None:
        self._pool = pool
        self._renderer = renderer
        self._clock = clock
        self._guard = guard

    def routes(self) -> Sequence[BaseRoute]:
        """A mailbox that unsubscribes for its owner posts to the address of the page itself (RFC 8058)."""
        route = partial(self._guard.route, door=Door.MAIL, action=Action.CHOOSE_MAIL)
        return [
            route("/mail/{person}/{token}", self._show),
            route("/mail/{person}/{token}", self._unsubscribe, methods=["POST"]),
            route("/mail/{person}/{token}/{choice}", self._choose, methods=["POST"]),
        ]

    async def _show(self, _: Request, entrance: Entrance) -> Response:
        try:
            has_stopped = await has_stopped_mail(self._pool, entrance.person_id)
        except TRANSIENT_ERRORS:
            return self._renderer.unavailable()
        return self._renderer.page(
            "mail.html", has_forms=True, entrance=entrance, has_stopped=has_stopped, token=entrance.token
        )

    async def _unsubscribe(self, _: Request, entrance: Entrance) -> Response:
        return await self._store(entrance, stops=True) or Response(status_code=200)

    async def _choose(self, request: Request, entrance: Entrance) -> Response:
        choice = request.path_params["choice"]
        if choice not in ("stop", "resume"):
            return self._renderer.not_found(entrance)
        failure = await self._store(entrance, stops=choice == "stop")
        return failure or RedirectResponse(f"../{entrance.token}", _SEE_OTHER)

    async def _store(self, entrance: Entrance, *, stops: bool) -> Response | None:
        """Returns a page if it could not be stored."""
        try:
            if stops:
                await stop_mail(self._pool, entrance.person_id, now=self._clock.now())
            else:
                await resume_mail(self._pool, entrance.person_id)
        except TRANSIENT_ERRORS:
            return self._renderer.unavailable()
        return None
