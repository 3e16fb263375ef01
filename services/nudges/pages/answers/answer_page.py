"""Where people say what they think of a nudge: from the pages of managers and reps, and from a link in a message.

Looking changes nothing, since programs that check mail open every link; only the buttons do. Their addresses are signed like
those of the pages that they stand on, so that nobody can make a browser press one.
"""

from collections.abc import Sequence
from typing import Final

import asyncpg
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import BaseRoute, Route

from services.nudges.domain.answers import Answer, Wrong
from services.nudges.links import Links
from services.nudges.metrics import NudgesMetrics
from services.nudges.pages.answers.record_answer import NotTheirs, answer_nudge
from services.nudges.pages.list_nudges import find_shown
from services.nudges.pages.nudge_cards import cards_of
from services.nudges.pages.rendering import Renderer
from services.nudges.store import AWAY
from shared.clock import Clock

_SEE_OTHER: Final = 303
_GIVEN: Final = "{nudge}/{answer}/{reason}"


class AnswerPage:
    """The page behind the link, and the buttons on every page."""

    def __init__(self, pool: asyncpg.Pool, links: Links, renderer: Renderer, clock: Clock, metrics: NudgesMetrics) -> None:
        self._pool = pool
        self._links = links
        self._renderer = renderer
        self._clock = clock
        self._metrics = metrics

    def routes(self) -> Sequence[BaseRoute]:
        return [
            Route("/answer/{nudge}/{person}/{token}", self._show),
            Route("/answer/{nudge}/{person}/{token}/{answer}/{reason}", self._by_link, methods=["POST"]),
            Route(f"/inbox/{{person}}/{{token}}/answer/{_GIVEN}", self._by_manager, methods=["POST"]),
            Route(f"/you/{{person}}/{{token}}/answer/{_GIVEN}", self._by_rep, methods=["POST"]),
        ]

    async def _show(self, request: Request) -> Response:
        nudge, person, token = (request.path_params[name] for name in ("nudge", "person", "token"))
        if not self._links.opens_answer(nudge, person, token):
            return self._renderer.not_found()
        try:
            item = await find_shown(self._pool, nudge, person)
        except AWAY:
            return self._renderer.away()
        if item is None:
            return self._renderer.not_found()
        (card,) = cards_of([item], reader=person)
        paths = {one: f"../../{self._links.path_of_answer(one, person)}" for one in card.ids}
        return self._renderer.page("answer.html", has_forms=True, card=card, paths=paths)

    async def _by_link(self, request: Request) -> Response:
        nudge, person, token = (request.path_params[name] for name in ("nudge", "person", "token"))
        return await self._keep(request, self._links.opens_answer(nudge, person, token), f"../../{token}#nudge-{nudge}")

    async def _by_manager(self, request: Request) -> Response:
        person, token = request.path_params["person"], request.path_params["token"]
        return await self._keep(request, self._links.opens_inbox(person, token), self._back(request))

    async def _by_rep(self, request: Request) -> Response:
        person, token = request.path_params["person"], request.path_params["token"]
        return await self._keep(request, self._links.opens_own_page(person, token), self._back(request))

    def _back(self, request: Request) -> str:
        return f"../../../../{request.path_params['token']}#nudge-{request.path_params['nudge']}"

    async def _keep(self, request: Request, is_theirs: bool, back: str) -> Response:
        given = request.path_params
        try:
            answer = Answer(given["answer"])
            reason = Wrong(given["reason"]) if answer is Answer.WRONG else None
        except ValueError:
            return self._renderer.not_found()
        if not is_theirs:
            return self._renderer.not_found()
        try:
            kept = await answer_nudge(self._pool, given["nudge"], given["person"], answer, reason=reason, now=self._clock.now())
        except NotTheirs:
            return self._renderer.not_found()
        except AWAY:
            return self._renderer.away()
        if kept.is_new:
            self._metrics.answers.labels(kept.rule, answer.value).inc()
        return RedirectResponse(back, _SEE_OTHER)
