"""Where the button *Undo* of every page posts: an answer, a thank-you or a resolved dispute is taken back.

The button says what it undoes: the time at which the answer was given. So an older page never undoes a newer answer.
"""

from collections.abc import Sequence
from datetime import datetime
from functools import partial
from typing import Final

import asyncpg
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import BaseRoute

from services.nudges.decide.disputes.dispute_answers import undo_resolution
from services.nudges.decide.thanks.occasions import list_thankable
from services.nudges.decide.thanks.recognise_rep import undo_thanks
from services.nudges.domain.feedback.disputes import DisputeId
from services.nudges.domain.feedback.thanks import make_recognition_id
from services.nudges.domain.roster.access import Action, may
from services.nudges.links import TODAY_PATH, Door
from services.nudges.pages.answers.undo_answer import undo_answer
from services.nudges.pages.disputes.disputes import find_disputing_rep
from services.nudges.pages.doors.form_fields import read_fields
from services.nudges.pages.doors.guard import Guard
from services.nudges.pages.doors.readers import may_read
from services.nudges.pages.entrance import Entrance
from services.nudges.pages.messages.stored_messages import find_message
from services.nudges.pages.rendering import Renderer
from services.nudges.pages.way_back import nudge_id_in, outcome_of_undo, query_of
from shared.clock import Clock
from shared.events import ManagerId, NudgeId
from shared.transient_errors import TRANSIENT_ERRORS

_SEE_OTHER: Final = 303
_THANKS: Final = "thanks"
_TODAY: Final = "today"


class UndoPage:
    """Its buttons are on every page that has buttons for answers."""

    def __init__(self, pool: asyncpg.Pool, renderer: Renderer, clock: Clock, guard: Guard) -> None:
        self._pool = pool
        self._renderer = renderer
        self._clock = clock
        self._guard = guard

    def routes(self) -> Sequence[BaseRoute]:
        route = partial(self._guard.route, methods=["POST"])
        in_inbox = partial(route, door=Door.INBOX, action=Action.OPEN_INBOX)
        return [
            route("/answer/{nudge}/{person}/{token}/undo", self._undo_by_link, door=Door.ANSWER, action=Action.OPEN_MESSAGE),
            route(
                "/you/{person}/{token}/answer/{nudge}/undo",
                self._undo_on_page,
                door=Door.OWN_PAGE,
                action=Action.OPEN_OWN_PAGE,
            ),
            in_inbox("/inbox/{person}/{token}/answer/{nudge}/undo", self._undo_on_page),
            in_inbox("/inbox/{person}/{token}/dispute/{activity}/undo", self._undo_resolution),
        ]

    async def _undo_by_link(self, request: Request, entrance: Entrance) -> Response:
        return await self._undo(request, entrance, page=f"../{entrance.token}")

    async def _undo_on_page(self, request: Request, entrance: Entrance) -> Response:
        is_on_today = (await read_fields(request)).get("page") == _TODAY
        return await self._undo(request, entrance, page=TODAY_PATH if is_on_today else f"../../../{entrance.token}")

    async def _undo(self, request: Request, entrance: Entrance, *, page: str) -> Response:
        nudge_id, undone = nudge_id_in(request.path_params["nudge"]), (await read_fields(request)).get("undo", "")
        if nudge_id is None:
            return self._renderer.not_found(entrance)
        try:
            message = await find_message(self._pool, nudge_id, entrance.person_id)
            if message is None or not may_read(entrance.person_id, message.person_id, message.rule, entrance.today):
                return self._renderer.not_found(entrance)
            if undone == _THANKS:
                is_done = await self._undo_thanks(nudge_id, entrance)
            else:
                is_done = await self._undo_answer(nudge_id, entrance, _time_of(undone))
        except TRANSIENT_ERRORS:
            return self._renderer.unavailable()
        query = query_of(request, outcome_of_undo(nudge_id, is_done=is_done))
        return RedirectResponse(f"{page}{query}#nudge-{nudge_id}", _SEE_OTHER)

    async def _undo_answer(self, nudge_id: NudgeId, entrance: Entrance, given_at: datetime | None) -> bool:
        if given_at is None:
            return False
        return await undo_answer(self._pool, nudge_id, entrance.person_id, given_at=given_at, now=self._clock.now())

    async def _undo_thanks(self, nudge_id: NudgeId, entrance: Entrance) -> bool:
        """The card was the form."""
        manager_id = ManagerId(entrance.person_id)
        rep = (await list_thankable(self._pool, [nudge_id], manager_id=manager_id)).get(nudge_id)
        if rep is None:
            return False
        recognition_id = make_recognition_id(manager_id, rep.rep_id, nudge_id)
        return await undo_thanks(self._pool, recognition_id, manager_id, rep.rep_id, now=self._clock.now())

    async def _undo_resolution(self, request: Request, entrance: Entrance) -> Response:
        manager_id, dispute_id = ManagerId(entrance.person_id), DisputeId(request.path_params["activity"])
        resolved_at = _time_of((await read_fields(request)).get("undo", ""))
        try:
            rep_id = await find_disputing_rep(self._pool, dispute_id)
            if rep_id is None or not may(manager_id, Action.MANAGE, rep_id, entrance.today):
                return self._renderer.not_found(entrance)
            is_done = resolved_at is not None and await undo_resolution(
                self._pool, dispute_id, manager_id, resolved_at=resolved_at, now=self._clock.now()
            )
        except TRANSIENT_ERRORS:
            return self._renderer.unavailable()
        query = query_of(request, outcome_of_undo(dispute_id, is_done=is_done))
        return RedirectResponse(f"../../../{entrance.token}{query}#activity-{dispute_id}", _SEE_OTHER)


def _time_of(text: str) -> datetime | None:
    """None if it is not a time with a zone."""
    try:
        instant = datetime.fromisoformat(text)
    except ValueError:
        return None
    return instant if instant.tzinfo is not None else None
