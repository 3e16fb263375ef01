"""The buttons at the foot of every page with which somebody chooses their language."""

from collections.abc import Sequence
from http import HTTPStatus

import asyncpg
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import BaseRoute

from services.nudges.domain.roster.access import Action
from services.nudges.links import LANGUAGE_PATH
from services.nudges.pages.doors.form_fields import read_fields
from services.nudges.pages.doors.guard import Guard
from services.nudges.pages.doors.own_paths import own_path
from services.nudges.pages.entrance import Entrance
from services.nudges.pages.rendering import Renderer
from services.nudges.preferences.stored_preferences import save_language
from shared.clock import Clock
from shared.languages.catalogue import LANGUAGES
from shared.transient_errors import TRANSIENT_ERRORS


class LanguagePage:
    """Stores the choice, for pages and messages, and leads back to the page where it was made."""

    def __init__(self, pool: asyncpg.Pool, renderer: Renderer, clock: Clock, guard: Guard) -> None:
        self._pool = pool
        self._renderer = renderer
        self._clock = clock
        self._guard = guard

    def routes(self) -> Sequence[BaseRoute]:
        route = self._guard.signed_in_route
        return [route(LANGUAGE_PATH, self._choose, action=Action.CHOOSE_LANGUAGE, methods=["POST"])]

    async def _choose(self, request: Request, entrance: Entrance) -> Response:
        fields = await read_fields(request)
        language = fields.get("language", "")
        try:
            if language in LANGUAGES:
                await save_language(self._pool, entrance.person_id, language, now=self._clock.now())
        except TRANSIENT_ERRORS:
            return self._renderer.unavailable()
        return RedirectResponse(own_path(fields.get("next", "")) or "/", HTTPStatus.SEE_OTHER)
