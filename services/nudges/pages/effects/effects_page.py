"""The page of effects."""

from collections.abc import Sequence

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute

from services.nudges.domain.phrases import clock_time
from services.nudges.domain.roster.access import Action
from services.nudges.links import EFFECTS_PATH
from services.nudges.pages.doors.guard import Guard
from services.nudges.pages.effects.effects_view import make_effects
from services.nudges.pages.effects.measured_effects import MeasuredEffects
from services.nudges.pages.entrance import Entrance
from services.nudges.pages.rendering import Renderer
from shared.transient_errors import TRANSIENT_ERRORS


class EffectsPage:
    """Opens for managers. It is about all teams together, since one team alone has too few people to measure anything."""

    def __init__(self, renderer: Renderer, guard: Guard, effects: MeasuredEffects) -> None:
        self._renderer = renderer
        self._guard = guard
        self._effects = effects

    def routes(self) -> Sequence[BaseRoute]:
        return [self._guard.signed_in_route(EFFECTS_PATH, self._show, action=Action.SEE_EFFECTS)]

    async def _show(self, _: Request, entrance: Entrance) -> Response:
        try:
            measurement = await self._effects.read()
        except TRANSIENT_ERRORS:
            return self._renderer.unavailable()
        return self._renderer.page(
            "effects.html",
            entrance=entrance,
            rules=make_effects(measurement),
            measured_at=f"{clock_time(measurement.measured_at, 'UTC')} UTC",
        )
