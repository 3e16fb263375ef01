"""The button with which the demonstration goes on at once. It exists only where time is stepped."""

from collections.abc import Sequence
from http import HTTPStatus

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import BaseRoute

from services.nudges.domain.roster.access import Action
from services.nudges.links import NEXT_HOUR_PATH
from services.nudges.pages.doors.guard import Guard
from services.nudges.pages.entrance import Entrance
from services.nudges.pages.people.ask_scoring import AskScoring
from services.nudges.pages.rendering import Renderer
from shared.requests.client import NO_QUERY, NoResponder, Refused
from shared.requests.demonstration.next_hour import NEXT_HOUR


class NextHourPage:
    """Plays the next hour, and leads back to the page that opens for whoever pressed the button."""

    def __init__(self, renderer: Renderer, guard: Guard, *, ask: AskScoring) -> None:
        self._renderer = renderer
        self._guard = guard
        self._ask = ask

    def routes(self) -> Sequence[BaseRoute]:
        route = self._guard.signed_in_route
        return [route(NEXT_HOUR_PATH, self._play, action=Action.PLAY_ON, methods=["POST"])]

    async def _play(self, _: Request, __: Entrance) -> Response:
        try:
            await self._ask(NEXT_HOUR, NO_QUERY)
        except (NoResponder, Refused):
            return self._renderer.unavailable()
        return RedirectResponse("/", HTTPStatus.SEE_OTHER)
