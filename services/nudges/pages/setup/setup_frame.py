"""What all steps of the first use have in common: who may take them, and the list of steps on each page."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from functools import partial
from http import HTTPStatus
from typing import Final

import asyncpg
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import BaseRoute

from services.nudges.deliver.channel import Channel
from services.nudges.deliver.list_channels import list_channels
from services.nudges.domain.roster.access import Action
from services.nudges.links import SETUP_PATH
from services.nudges.pages.doors.guard import Guard
from services.nudges.pages.entrance import Entrance
from services.nudges.pages.people.ask_scoring import AskScoring
from services.nudges.pages.rendering import Renderer
from services.nudges.pages.setup.progress import Progress, Step, read_progress
from shared.clock import Clock
from shared.languages.messages import gettext, marked
from shared.requests.client import NoResponder, Refused
from shared.transient_errors import TRANSIENT_ERRORS

TITLES: Final = {
    Step.TEAM: marked("Your team"),
    Step.SOURCE: marked("Your CRM"),
    Step.PEOPLE: marked("Your people"),
    Step.PLAYBOOK: marked("A first playbook"),
    Step.CHANNELS: marked("How people are reached"),
}
Handler = Callable[[Request, Entrance, Progress], Awaitable[Response]]


@dataclass(frozen=True, kw_only=True, slots=True)
class SetupView:
    """What each page shows of all steps: the last part of the address, the title, whether it is done, and whether it is this
    page. A `refusal` is what was not entered, and why."""

    steps: tuple[tuple[str, str, bool, bool], ...]
    next_step: str
    next_title: str
    refusal: str

    @property
    def status(self) -> HTTPStatus:
        return HTTPStatus.CONFLICT if self.refusal else HTTPStatus.OK


def make_view(progress: Progress, step: Step | None = None, *, refusal: str = "") -> SetupView:
    """Of a page that belongs to a step, or of the overview."""
    following = progress.next_step
    return SetupView(
        steps=tuple((each.value, gettext(title), each in progress.done, each is step) for each, title in TITLES.items()),
        next_step=following.value if following is not None else "",
        next_title=gettext(TITLES[following]) if following is not None else "",
        refusal=refusal,
    )


class SetupFrame:
    """Makes the routes of steps. Every step opens for operators only."""

    def __init__(
        self,
        pool: asyncpg.Pool,
        renderer: Renderer,
        clock: Clock,
        guard: Guard,
        *,
        ask: AskScoring,
        channels: Mapping[str, Channel],
    ) -> None:
        self.pool = pool
        self.renderer = renderer
        self.clock = clock
        self.ask = ask
        self._guard = guard
        self.channels = channels

    def route(self, path: str, handler: Handler, *, method: str = "GET") -> BaseRoute:
        """A route below /setup. The handler gets what there is already. While a service is down the page says so."""
        answer = partial(self._answer, handler)
        return self._guard.signed_in_route(f"{SETUP_PATH}{path}", answer, action=Action.OPERATE, methods=[method])

    async def _answer(self, handler: Handler, request: Request, entrance: Entrance) -> Response:
        try:
            channels = await list_channels(self.pool, self.channels, now=self.clock.now())
            return await handler(request, entrance, await read_progress(self.ask, channels.channels))
        except (*TRANSIENT_ERRORS, NoResponder, Refused):
            return self.renderer.unavailable()


def go_to(path: str) -> Response:
    """On to a page below /setup, after something was entered."""
    return RedirectResponse(f"{SETUP_PATH}{path}", HTTPStatus.SEE_OTHER)
