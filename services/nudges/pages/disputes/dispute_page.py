"""A rep's day with everything that it rests on, and the buttons by which one of its activities is contested, by which that is
taken back, and by which a manager settles it.

Looking changes nothing. The addresses of the buttons are signed like those of the pages that they stand on, so that nobody can
make a browser press one.
"""

from collections.abc import Awaitable, Callable, Sequence
from datetime import date
from typing import Final

import asyncpg
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import BaseRoute, Route

from services.nudges import store
from services.nudges.domain.disputes import Reason, Settled
from services.nudges.links import Links
from services.nudges.metrics import NudgesMetrics
from services.nudges.pages.disputes.activity_cards import sheet_of
from services.nudges.pages.disputes.dispute_activity import NotOnTheDay, contest_activity, withdraw_contest
from services.nudges.pages.disputes.list_disputes import list_contests_of_day
from services.nudges.pages.disputes.resolve_dispute import settle_contest
from services.nudges.pages.rendering import Renderer
from services.nudges.store import AWAY
from shared.clock import Clock
from shared.requests.client import NoResponder, Refused
from shared.requests.scores import Explanation

Explain = Callable[[str, date], Awaitable[Explanation]]
"""What scoring says a rep's day rests on."""

_SEE_OTHER: Final = 303
_DAY: Final = "/you/{rep}/{token}/day/{day}"


class ContestPage:
    """Without scoring no day can be shown and nothing be contested; what was, can still be taken back and settled."""

    def __init__(
        self,
        pool: asyncpg.Pool,
        links: Links,
        renderer: Renderer,
        clock: Clock,
        metrics: NudgesMetrics,
        *,
        explain: Explain,
    ) -> None:
        self._pool = pool
        self._links = links
        self._renderer = renderer
        self._clock = clock
        self._metrics = metrics
        self._explain = explain

    def routes(self) -> Sequence[BaseRoute]:
        return [
            Route(_DAY, self._show),
            Route(f"{_DAY}/activity/{{activity}}/withdraw", self._withdraw, methods=["POST"]),
            Route(f"{_DAY}/activity/{{activity}}/{{reason}}", self._contest, methods=["POST"]),
            Route("/inbox/{manager}/{token}/contest/{activity}/{settled}", self._settle, methods=["POST"]),
        ]

    async def _show(self, request: Request) -> Response:
        rep, day = self._day_of(request)
        if day is None:
            return self._renderer.not_found()
        try:
            report = await store.find_day(self._pool, rep, day)
            if report is None:
                return self._renderer.not_found()
            contests = await list_contests_of_day(self._pool, rep, day)
            sheet = sheet_of(await self._explain(rep, day), contests)
        except (*AWAY, NoResponder, Refused):
            return self._renderer.away()
        token = request.path_params["token"]
        return self._renderer.page(
            "day.html", has_forms=True, name=report.rep.name, token=token, day=day.isoformat(), sheet=sheet
        )

    async def _contest(self, request: Request) -> Response:
        rep, day = self._day_of(request)
        activity = request.path_params["activity"]
        try:
            reason = Reason(request.path_params["reason"])
        except ValueError:
            return self._renderer.not_found()
        if day is None:
            return self._renderer.not_found()
        try:
            explained = await self._explain(rep, day)
            is_new = await contest_activity(self._pool, explained, activity, reason, now=self._clock.now())
        except NotOnTheDay:
            return self._renderer.not_found()
        except (*AWAY, NoResponder, Refused):
            return self._renderer.away()
        if is_new:
            self._metrics.contests.labels(reason.value).inc()
        return _back_to_day(request)

    async def _withdraw(self, request: Request) -> Response:
        rep, day = self._day_of(request)
        if day is None:
            return self._renderer.not_found()
        try:
            await withdraw_contest(self._pool, request.path_params["activity"], rep)
        except AWAY:
            return self._renderer.away()
        return _back_to_day(request)

    async def _settle(self, request: Request) -> Response:
        manager, token, activity, said = (request.path_params[name] for name in ("manager", "token", "activity", "settled"))
        try:
            settled = Settled(said)
        except ValueError:
            return self._renderer.not_found()
        if not self._links.opens_inbox(manager, token):
            return self._renderer.not_found()
        try:
            await settle_contest(self._pool, activity, manager, settled, now=self._clock.now())
        except AWAY:
            return self._renderer.away()
        return RedirectResponse(f"../../../{token}#contested", _SEE_OTHER)

    def _day_of(self, request: Request) -> tuple[str, date | None]:
        """The rep, and which day of theirs is meant; none where the link is not theirs or the day is no date."""
        rep, token = request.path_params["rep"], request.path_params["token"]
        if not self._links.opens_own_page(rep, token):
            return rep, None
        try:
            return rep, date.fromisoformat(request.path_params["day"])
        except ValueError:
            return rep, None


def _back_to_day(request: Request) -> Response:
    given = request.path_params
    return RedirectResponse(f"../../../{given['day']}#activity-{given['activity']}", _SEE_OTHER)
