"""A rep's day with everything that its score rests on, and the buttons to dispute an activity, to withdraw a dispute, and for a
manager to resolve one."""

from collections.abc import Awaitable, Callable, Sequence
from datetime import date
from functools import partial
from typing import Final

import asyncpg
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import BaseRoute

from services.nudges.context.days import find_day
from services.nudges.decide.decision_context import DecisionSettings
from services.nudges.decide.disputes.dispute_answers import resolve_dispute
from services.nudges.decision_log import log_outcomes
from services.nudges.domain.feedback.disputes import DisputeId, DisputeReason, Resolution
from services.nudges.domain.feedback.undo import UNDO_FOR
from services.nudges.domain.phrases import first_name, natural_name
from services.nudges.domain.roster.access import Action, may
from services.nudges.links import Door, inbox_path, rep_page_path
from services.nudges.metrics import NudgesMetrics
from services.nudges.pages.disputes.activity_cards import make_day_sheet
from services.nudges.pages.disputes.dispute_activity import NotOnTheDay, dispute_activity, withdraw_dispute
from services.nudges.pages.disputes.disputes import find_disputing_rep, list_disputes_of_day
from services.nudges.pages.doors.guard import Guard
from services.nudges.pages.entrance import Entrance
from services.nudges.pages.rendering import Renderer
from services.nudges.pages.way_back import query_of
from shared.clock import Clock
from shared.events import ManagerId, PersonId, RepId
from shared.requests.client import NoResponder, Refused
from shared.requests.scores import Explanation
from shared.trace import continue_trace
from shared.transient_errors import TRANSIENT_ERRORS

Explain = Callable[[RepId, date], Awaitable[Explanation]]
"""Asks scoring what a rep's day rests on."""

_SEE_OTHER: Final = 303
_DAY: Final = "/you/{person}/{token}/day/{day}"
_INBOX: Final = "/inbox/{person}/{token}"


class DisputePage:
    """While scoring cannot explain a day, none is shown and none of its activities disputed."""

    def __init__(
        self,
        pool: asyncpg.Pool,
        renderer: Renderer,
        clock: Clock,
        metrics: NudgesMetrics,
        guard: Guard,
        *,
        explain: Explain,
        settings: DecisionSettings,
        on_decided: Callable[[], None],
    ) -> None:
        self._pool = pool
        self._renderer = renderer
        self._clock = clock
        self._metrics = metrics
        self._guard = guard
        self._explain = explain
        self._settings = settings
        self._on_decided = on_decided

    def routes(self) -> Sequence[BaseRoute]:
        of_rep = partial(self._guard.route, door=Door.OWN_PAGE, action=Action.OPEN_OWN_PAGE)
        of_manager = partial(
            self._guard.route, handler=self._resolve, door=Door.INBOX, action=Action.OPEN_INBOX, methods=["POST"]
        )
        return [
            of_rep(_DAY, self._show),
            self._guard.signed_in_route("/people/{rep}/day/{day}", self._show, action=Action.SEE_REP, subject="rep"),
            of_rep(f"{_DAY}/activity/{{activity}}/withdraw", self._withdraw, methods=["POST"]),
            of_rep(f"{_DAY}/activity/{{activity}}/{{reason}}", self._dispute, methods=["POST"]),
            of_manager(f"{_INBOX}/dispute/{{activity}}/{{resolution}}"),
            of_manager(f"{_INBOX}/contest/{{activity}}/{{resolution}}"),  # of pages opened long ago
        ]

    async def _show(self, request: Request, entrance: Entrance) -> Response:
        """To the rep, or to somebody who manages the rep."""
        rep_id, day = RepId(PersonId(request.path_params.get("rep", entrance.person_id))), _day_of(request)
        is_own = "rep" not in request.path_params
        if day is None:
            return self._renderer.not_found(entrance)
        try:
            report = await find_day(self._pool, rep_id, day)
            if report is None:
                return self._renderer.not_found(entrance)
            disputes = await list_disputes_of_day(self._pool, rep_id, day)
            sheet = make_day_sheet(await self._explain(rep_id, day), disputes, is_own=is_own)
        except (*TRANSIENT_ERRORS, NoResponder, Refused):
            return self._renderer.unavailable()
        return self._renderer.page(
            "day.html",
            has_forms=True,
            entrance=entrance,
            is_own=is_own,
            name=natural_name(report.rep.name),
            first_name=first_name(report.rep.name),
            page_of_rep=f"../../{entrance.token}" if is_own else rep_page_path(rep_id),
            disputes_at=inbox_path(entrance.person_id),
            day=day.isoformat(),
            sheet=sheet,
        )

    async def _dispute(self, request: Request, entrance: Entrance) -> Response:
        rep_id, day = RepId(entrance.person_id), _day_of(request)
        dispute_id = DisputeId(request.path_params["activity"])
        try:
            reason = DisputeReason(request.path_params["reason"])
        except ValueError:
            return self._renderer.not_found(entrance)
        if day is None:
            return self._renderer.not_found(entrance)
        try:
            explanation = await self._explain(rep_id, day)
            is_new = await dispute_activity(self._pool, explanation, dispute_id, reason, now=self._clock.now())
        except NotOnTheDay:
            return self._renderer.not_found(entrance)
        except (*TRANSIENT_ERRORS, NoResponder, Refused):
            return self._renderer.unavailable()
        if is_new:
            self._metrics.disputes.labels(reason.value).inc()
        return _back_to_day(request)

    async def _withdraw(self, request: Request, entrance: Entrance) -> Response:
        rep_id, day = RepId(entrance.person_id), _day_of(request)
        if day is None:
            return self._renderer.not_found(entrance)
        try:
            await withdraw_dispute(self._pool, DisputeId(request.path_params["activity"]), rep_id)
        except TRANSIENT_ERRORS:
            return self._renderer.unavailable()
        return _back_to_day(request)

    async def _resolve(self, request: Request, entrance: Entrance) -> Response:
        manager_id, dispute_id = ManagerId(entrance.person_id), DisputeId(request.path_params["activity"])
        try:
            resolution = Resolution(request.path_params["resolution"])
        except ValueError:
            return self._renderer.not_found(entrance)
        try:
            rep_id = await find_disputing_rep(self._pool, dispute_id)
            if rep_id is None or not may(manager_id, Action.MANAGE, rep_id, entrance.today):
                return self._renderer.not_found(entrance)
            context = self._settings.at(self._clock.now(), traceparent=continue_trace(None))
            outcome = await resolve_dispute(self._pool, dispute_id, manager_id, resolution, context, hold=UNDO_FOR)
        except TRANSIENT_ERRORS:
            return self._renderer.unavailable()
        if outcome is not None:
            log_outcomes([outcome], self._metrics)
            self._on_decided()
        return RedirectResponse(f"../../../{entrance.token}{query_of(request)}#activity-{dispute_id}", _SEE_OTHER)


def _day_of(request: Request) -> date | None:
    """None if the last segment is not a date."""
    try:
        return date.fromisoformat(request.path_params["day"])
    except ValueError:
        return None


def _back_to_day(request: Request) -> Response:
    parameters = request.path_params
    return RedirectResponse(f"../../../{parameters['day']}#activity-{parameters['activity']}", _SEE_OTHER)
