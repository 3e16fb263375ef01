"""A manager's inbox: the nudges to them and to their reps, what their reps dispute, and what the manager said to them."""

from collections.abc import Sequence

import asyncpg
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Mount, Route
from starlette.staticfiles import StaticFiles

from services.nudges.links import Links
from services.nudges.pages.disputes.activity_cards import make_manager_cards
from services.nudges.pages.disputes.disputes import list_disputes_for_manager
from services.nudges.pages.former_managers import is_former_manager
from services.nudges.pages.inbox import list_inbox
from services.nudges.pages.nudge_cards import group_by_day
from services.nudges.pages.rendering import FOLDER, Renderer
from services.nudges.pages.thanks.thanks_offers import find_thankable
from services.nudges.pages.thanks.thanks_view import lines_of_sender
from services.nudges.pages.thanks.written_thanks import list_written
from shared.clock import Clock
from shared.events import ManagerId, PossibleAbsence
from shared.transient_errors import TRANSIENT_ERRORS


class InboxPage:
    """Also serves the home page and the static files, which show nothing of anybody."""

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
        """The handler for every address that leads nowhere."""
        return self._renderer.not_found()

    async def _home(self, _: Request) -> Response:
        return self._renderer.page("home.html")

    async def _inbox(self, request: Request) -> Response:
        manager_id, token = ManagerId(request.path_params["manager"]), request.path_params["token"]
        if not self._links.can_open_inbox(manager_id, token):
            return self._renderer.not_found()
        try:
            if await is_former_manager(self._pool, manager_id):
                return self._renderer.not_found()
            messages = await list_inbox(self._pool, manager_id)
            disputes = await list_disputes_for_manager(self._pool, manager_id, now=self._clock.now())
            thankable = await find_thankable(self._pool, self._links, manager_id, messages, root="../../")
            written = await list_written(self._pool, manager_id)
        except TRANSIENT_ERRORS:
            return self._renderer.unavailable()

        def absence_address(absence: PossibleAbsence) -> str:
            return f"../../absence/{self._links.absence_path(manager_id, absence)}"

        return self._renderer.page(
            "inbox.html",
            has_forms=True,
            manager=manager_id,
            token=token,
            settings=f"../../{self._links.mail_path(manager_id)}",
            days=group_by_day(messages, reader=manager_id, absence_address=absence_address, offers=thankable.offers),
            reps=thankable.reps,
            written=lines_of_sender(written, now=self._clock.now()),
            disputes=make_manager_cards(disputes),
            has_open_disputes=any(dispute.resolution is None for dispute in disputes),
        )
