"""A rep's day with everything that its score rests on, and the buttons to dispute an activity, to withdraw a dispute, and for a
manager to resolve one."""

from collections.abc import Awaitable, Callable, Sequence
from datetime import date
from typing import Final

import asyncpg
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import BaseRoute, Route

from services.nudges.context.days import find_day
from services.nudges.decide.decision_context import DecisionSettings
from services.nudges.decide.disputes.dispute_answers import resolve_dispute
from services.nudges.decision_log import log_outcomes
from services.nudges.domain.feedback.disputes import DisputeId, DisputeReason, Resolution
from services.nudges.links import Links
from services.nudges.metrics import NudgesMetrics
from services.nudges.pages.disputes.activity_cards import make_day_sheet
from services.nudges.pages.disputes.dispute_activity import NotOnTheDay, dispute_activity, withdraw_dispute
from services.nudges.pages.disputes.disputes import list_disputes_of_day
from services.nudges.pages.former_managers import is_former_manager
from services.nudges.pages.rendering import Renderer
from shared.clock import Clock
from shared.events import ManagerId, RepId
from shared.requests.client import NoResponder, Refused
from shared.requests.scores import Explanation
from shared.trace import continue_trace
from shared.transient_errors import TRANSIENT_ERRORS

Explain = Callable[[RepId, date], Awaitable[Explanation]]
"""Asks scoring what a rep's day rests on."""

_SEE_OTHER: Final = 303
_DAY: Final = "/you/{rep}/{token}/day/{day}"
_INBOX: Final = "/inbox/{manager}/{token}"


class DisputePage:
    """While scoring is down, no day can be shown and no activity disputed; disputes can still be withdrawn and resolved."""

    def __init__(
        self,
        pool: asyncpg.Pool,
        links: Links,
        renderer: Renderer,
        clock: Clock,
        metrics: NudgesMetrics,
        *,
        explain: Explain,
        settings: DecisionSettings,
        on_decided: Callable[[], None],
    ) -> None:
        self._pool = pool
        self._links = links
        self._renderer = renderer
        self._clock = clock
        self._metrics = metrics
        self._explain = explain
        self._settings = settings
        self._on_decided = on_decided

    def routes(self) -> Sequence[BaseRoute]:
        return [
            Route(_DAY, self._show),
            Route(f"{_DAY}/activity/{{activity}}/withdraw", self._withdraw, methods=["POST"]),
            Route(f"{_DAY}/activity/{{activity}}/{{reason}}", self._dispute, methods=["POST"]),
            Route(f"{_INBOX}/dispute/{{activity}}/{{resolution}}", self._resolve, methods=["POST"]),
            Route(f"{_INBOX}/contest/{{activity}}/{{resolution}}", self._resolve, methods=["POST"]),  # of pages opened long ago
        ]

    async def _show(self, request: Request) -> Response:
        rep_id, day = self._day_of(request)
        if day is None:
            return self._renderer.not_found()
        try:
            report = await find_day(self._pool, rep_id, day)
            if report is None:
                return self._renderer.not_found()
            disputes = await list_disputes_of_day(self._pool, rep_id, day)
            sheet = make_day_sheet(await self._explain(rep_id, day), disputes)
        except (*TRANSIENT_ERRORS, NoResponder, Refused):
            return self._renderer.unavailable()
        token = request.path_params["token"]
        return self._renderer.page(
            "day.html", has_forms=True, name=report.rep.name, token=token, day=day.isoformat(), sheet=sheet
        )

    async def _dispute(self, request: Request) -> Response:
        rep_id, day = self._day_of(request)
        dispute_id = DisputeId(request.path_params["activity"])
        try:
            reason = DisputeReason(request.path_params["reason"])
        except ValueError:
            return self._renderer.not_found()
        if day is None:
            return self._renderer.not_found()
        try:
            explanation = await self._explain(rep_id, day)
            is_new = await dispute_activity(self._pool, explanation, dispute_id, reason, now=self._clock.now())
        except NotOnTheDay:
            return self._renderer.not_found()
        except (*TRANSIENT_ERRORS, NoResponder, Refused):
            return self._renderer.unavailable()
        if is_new:
            self._metrics.disputes.labels(reason.value).inc()
        return _back_to_day(request)

    async def _withdraw(self, request: Request) -> Response:
        rep_id, day = self._day_of(request)
        if day is None:
            return self._renderer.not_found()
        try:
            await withdraw_dispute(self._pool, DisputeId(request.path_params["activity"]), rep_id)
        except TRANSIENT_ERRORS:
            return self._renderer.unavailable()
        return _back_to_day(request)

    async def _resolve(self, request: Request) -> Response:
        manager_id, token = ManagerId(request.path_params["manager"]), request.path_params["token"]
        dispute_id = DisputeId(request.path_params["activity"])
        try:
            resolution = Resolution(request.path_params["resolution"])
        except ValueError:
            return self._renderer.not_found()
        if not self._links.can_open_inbox(manager_id, token):
            return self._renderer.not_found()
        try:
            if await is_former_manager(self._pool, manager_id):
                return self._renderer.not_found()
            context = self._settings.at(self._clock.now(), traceparent=continue_trace(None))
            outcome = await resolve_dispute(self._pool, dispute_id, manager_id, resolution, context)
        except TRANSIENT_ERRORS:
            return self._renderer.unavailable()
        if outcome is not None:
            log_outcomes([outcome], self._metrics)
            self._on_decided()
        return RedirectResponse(f"../../../{token}#disputes", _SEE_OTHER)

    def _day_of(self, request: Request) -> tuple[RepId, date | None]:
        """The rep and their day; no day when the link is not the rep's, or when its last segment is not a date."""
        rep_id, token = RepId(request.path_params["rep"]), request.path_params["token"]
        if not self._links.can_open_own_page(rep_id, token):
            return rep_id, None
        try:
            return rep_id, date.fromisoformat(request.path_params["day"])
        except ValueError:
            return rep_id, None


def _back_to_day(request: Request) -> Response:
    parameters = request.path_params
    return RedirectResponse(f"../../../{parameters['day']}#activity-{parameters['activity']}", _SEE_OTHER)
