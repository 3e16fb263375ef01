"""The managers' pages. A page opens with the link that was given to its manager, and shows only what is theirs."""

from collections.abc import Sequence

import asyncpg
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Mount, Route
from starlette.staticfiles import StaticFiles

from services.nudges.links import Links
from services.nudges.pages.disputes.activity_cards import cards_for_manager
from services.nudges.pages.disputes.list_disputes import list_contests_for_manager
from services.nudges.pages.list_nudges import list_inbox
from services.nudges.pages.nudge_cards import days_of
from services.nudges.pages.rendering import FOLDER, Renderer
from shared.clock import Clock


class Pages:
    """Without a secret for links every page of a person answers 404."""

    def __init__(self, pool: asyncpg.Pool, links: Links, renderer: Renderer, clock: Clock) -> None:
        self._pool = pool
        self._links = links
        self._renderer = renderer
        self._clock = clock

    def routes(self) -> Sequence[BaseRoute]:
        return [
            Route("/", self._home),
            Route("/inbox/{manager}/{token}", self._inbox),
            Mount("/static", StaticFiles(directory=FOLDER / "static")),
        ]

    async def not_found(self, _: Request, __: Exception) -> Response:
        """The same page whatever is missing, so that nobody learns which managers there are."""
        return self._renderer.not_found()

    async def _home(self, _: Request) -> Response:
        return self._renderer.page("home.html")

    async def _inbox(self, request: Request) -> Response:
        manager, token = request.path_params["manager"], request.path_params["token"]
        if not self._links.opens_inbox(manager, token):
            return self._renderer.not_found()
        days = days_of(await list_inbox(self._pool, manager), reader=manager)
        contests = await list_contests_for_manager(self._pool, manager, now=self._clock.now())
        content = {"manager": manager, "token": token, "days": days, "contested": cards_for_manager(contests)}
        return self._renderer.page("inbox.html", has_forms=True, **content)
