"""The page of wins, with the buttons by which reps hide theirs or show them again."""

from collections.abc import Sequence
from functools import partial
from http import HTTPStatus

import asyncpg
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import BaseRoute

from services.nudges.domain.roster.access import Action
from services.nudges.domain.working_time import local_day
from services.nudges.links import WINS_PATH
from services.nudges.pages.doors.guard import Guard
from services.nudges.pages.entrance import Entrance
from services.nudges.pages.rendering import Renderer
from services.nudges.pages.wins.wins import Win, list_wins
from services.nudges.pages.wins.wins_view import make_wins
from services.nudges.preferences.hidden_wins import has_hidden_wins, save_hidden_wins
from shared.clock import Clock
from shared.transient_errors import TRANSIENT_ERRORS


class WinsPage:
    """Opens for reps, with the wins of their own team, and for managers, with those of the teams that they manage."""

    def __init__(self, pool: asyncpg.Pool, renderer: Renderer, clock: Clock, guard: Guard) -> None:
        self._pool = pool
        self._renderer = renderer
        self._clock = clock
        self._guard = guard

    def routes(self) -> Sequence[BaseRoute]:
        of_rep = partial(self._guard.signed_in_route, action=Action.OPEN_OWN_PAGE, methods=["POST"])
        return [
            self._guard.signed_in_route(WINS_PATH, self._show, action=Action.SEE_WINS),
            of_rep(f"{WINS_PATH}/hide", self._hide),
            of_rep(f"{WINS_PATH}/show", self._show_again),
        ]

    async def _show(self, _: Request, entrance: Entrance) -> Response:
        try:
            wins = await load_wins(self._pool, entrance, self._clock)
            is_hidden = await has_hidden_wins(self._pool, entrance.person_id)
        except TRANSIENT_ERRORS:
            return self._renderer.unavailable()
        return self._renderer.page(
            "wins.html",
            has_forms=True,
            entrance=entrance,
            days=make_wins(wins, entrance.person_id, entrance.today, now=self._clock.now()),
            is_rep=entrance.today.is_rep(entrance.person_id),
            is_hidden=is_hidden,
        )

    async def _hide(self, _: Request, entrance: Entrance) -> Response:
        return await self._save(entrance, is_hidden=True)

    async def _show_again(self, _: Request, entrance: Entrance) -> Response:
        return await self._save(entrance, is_hidden=False)

    async def _save(self, entrance: Entrance, *, is_hidden: bool) -> Response:
        try:
            await save_hidden_wins(self._pool, entrance.person_id, is_hidden=is_hidden, now=self._clock.now())
        except TRANSIENT_ERRORS:
            return self._renderer.unavailable()
        return RedirectResponse(f"{WINS_PATH}#yours", HTTPStatus.SEE_OTHER)


async def load_wins(pool: asyncpg.Pool, entrance: Entrance, clock: Clock) -> list[Win]:
    """Of the teams in which a visitor sells, or which they manage."""
    person = entrance.today.people[entrance.person_id]
    teams = {*person.manages, *([person.team] if person.team is not None else [])}
    return await list_wins(pool, sorted(teams), entrance.person_id, today=local_day(clock.now(), "UTC"))
