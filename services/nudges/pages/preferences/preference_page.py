"""The page behind "Stop these mails": a person stops their mail, or gets it again."""

from collections.abc import Sequence
from typing import Final

import asyncpg
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import BaseRoute, Route

from services.nudges.deliver.personal.mail_stops import has_stopped_mail, resume_mail, stop_mail
from services.nudges.links import Links
from services.nudges.pages.rendering import Renderer
from shared.clock import Clock
from shared.events import PersonId
from shared.transient_errors import TRANSIENT_ERRORS

_SEE_OTHER: Final = 303


class MailPage:
    """Opens with the link that is signed for the person. Opening it changes nothing, since mail scanners open every link."""

    def __init__(self, pool: asyncpg.Pool, links: Links, renderer: Renderer, clock: Clock) -> None:
        self._pool = pool
        self._links = links
        self._renderer = renderer
        self._clock = clock

    def routes(self) -> Sequence[BaseRoute]:
        """A mailbox that unsubscribes for its owner posts to the address of the page itself (RFC 8058)."""
        return [
            Route("/mail/{person}/{token}", self._show, methods=["GET"]),
            Route("/mail/{person}/{token}", self._unsubscribe, methods=["POST"]),
            Route("/mail/{person}/{token}/{choice}", self._choose, methods=["POST"]),
        ]

    async def _show(self, request: Request) -> Response:
        person_id = self._person_of(request)
        if person_id is None:
            return self._renderer.not_found()
        try:
            has_stopped = await has_stopped_mail(self._pool, person_id)
        except TRANSIENT_ERRORS:
            return self._renderer.unavailable()
        return self._renderer.page("mail.html", has_forms=True, has_stopped=has_stopped, token=request.path_params["token"])

    async def _unsubscribe(self, request: Request) -> Response:
        return await self._store(request, stops=True) or Response(status_code=200)

    async def _choose(self, request: Request) -> Response:
        choice = request.path_params["choice"]
        if choice not in ("stop", "resume"):
            return self._renderer.not_found()
        failure = await self._store(request, stops=choice == "stop")
        return failure or RedirectResponse(f"../{request.path_params['token']}", _SEE_OTHER)

    async def _store(self, request: Request, *, stops: bool) -> Response | None:
        """Returns a page if it could not be stored."""
        person_id = self._person_of(request)
        if person_id is None:
            return self._renderer.not_found()
        try:
            if stops:
                await stop_mail(self._pool, person_id, now=self._clock.now())
            else:
                await resume_mail(self._pool, person_id)
        except TRANSIENT_ERRORS:
            return self._renderer.unavailable()
        return None

    def _person_of(self, request: Request) -> PersonId | None:
        """Whom the link is signed for; None if it is not signed."""
        person_id = PersonId(request.path_params["person"])
        return person_id if self._links.can_open_mail(person_id, request.path_params["token"]) else None
