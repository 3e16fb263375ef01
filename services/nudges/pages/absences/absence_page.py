"""The page that opens from a manager's message about a rep who has logged nothing: was the rep away?

Opening it changes nothing. Its buttons enter the days, or withdraw what was entered; then it says what the days are now.
"""

from collections.abc import Awaitable, Callable, Sequence
from datetime import date
from functools import partial
from http import HTTPStatus
from typing import Final
from urllib.parse import urlencode

import asyncpg
from starlette.datastructures import QueryParams
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import BaseRoute

from services.nudges.context.days import find_newest_day
from services.nudges.domain.roster.access import Action
from services.nudges.links import Door
from services.nudges.pages.absences.absence_view import AbsenceView, make_view
from services.nudges.pages.absences.ask_scoring import AbsenceEndpoint
from services.nudges.pages.doors.form_fields import read_fields
from services.nudges.pages.doors.guard import Guard
from services.nudges.pages.entrance import Entrance
from services.nudges.pages.rendering import Renderer
from shared.events import ManagerId, PersonId, RepId
from shared.languages.messages import gettext, marked
from shared.requests.absences import ABSENCE_ENTER, ABSENCE_SHOW, ABSENCE_WITHDRAW, AbsenceQuery, AbsenceState
from shared.requests.client import NoResponder, Refused
from shared.transient_errors import TRANSIENT_ERRORS

AskScoring = Callable[[AbsenceEndpoint, AbsenceQuery], Awaitable[AbsenceState]]

_PAGE: Final = "/absence/{person}/{rep}/{token}"
_NOT_A_DATE: Final = marked("Write both dates as year, month and day, such as 2026-03-02.")
_WITHDRAWN: Final = "withdrawn"


class AbsencePage:
    """Opens for a manager and a rep whom they manage. While scoring is down it shows and changes nothing."""

    def __init__(self, pool: asyncpg.Pool, renderer: Renderer, guard: Guard, *, ask_scoring: AskScoring) -> None:
        self._pool = pool
        self._renderer = renderer
        self._guard = guard
        self._ask_scoring = ask_scoring

    def routes(self) -> Sequence[BaseRoute]:
        route = partial(self._guard.route, door=Door.ABSENCE, action=Action.MANAGE, subject="rep")
        return [
            route(_PAGE, self._show),
            route(f"{_PAGE}/enter", self._enter, methods=["POST"]),
            route(f"{_PAGE}/withdraw", self._withdraw, methods=["POST"]),
        ]

    async def _show(self, request: Request, entrance: Entrance) -> Response:
        return await self._answer(request, entrance, ABSENCE_SHOW)

    async def _enter(self, request: Request, entrance: Entrance) -> Response:
        return await self._answer(request, entrance, ABSENCE_ENTER)

    async def _withdraw(self, request: Request, entrance: Entrance) -> Response:
        return await self._answer(request, entrance, ABSENCE_WITHDRAW)

    async def _answer(self, request: Request, entrance: Entrance, endpoint: AbsenceEndpoint) -> Response:
        manager_id, rep_id = ManagerId(entrance.person_id), RepId(PersonId(request.path_params["rep"]))
        fields = await read_fields(request) if request.method == "POST" else request.query_params
        try:
            newest = await find_newest_day(self._pool, rep_id)
            if newest is None:
                return self._renderer.not_found(entrance)
        except TRANSIENT_ERRORS:
            return self._renderer.unavailable()
        try:
            first, last = (date.fromisoformat(fields.get(name) or newest.day.isoformat()) for name in ("from", "until"))
            state = await self._ask_scoring(endpoint, AbsenceQuery(rep=rep_id, manager=manager_id, first=first, last=last))
        except ValueError:
            return self._refuse(request, entrance, newest.rep.name, fields, because=gettext(_NOT_A_DATE))
        except Refused as refused:
            return self._refuse(request, entrance, newest.rep.name, fields, because=str(refused))
        except (*TRANSIENT_ERRORS, NoResponder):
            return self._renderer.unavailable()
        if endpoint is ABSENCE_SHOW:
            view = make_view(state, is_withdrawn=fields.get("done") == _WITHDRAWN)
            return self._page(request, entrance, view, first=first.isoformat(), last=last.isoformat())
        done = {"done": _WITHDRAWN} if endpoint is ABSENCE_WITHDRAW else {}
        dates = urlencode({"from": first.isoformat(), "until": last.isoformat(), **done})
        return RedirectResponse(f"../{entrance.token}?{dates}", HTTPStatus.SEE_OTHER)

    def _refuse(self, request: Request, entrance: Entrance, rep_name: str, fields: QueryParams, *, because: str) -> Response:
        """The form with what was written into it, and what is wrong with it. Nothing has changed."""
        view = AbsenceView(
            heading=gettext("Was {name} away?").format(name=rep_name),
            days="",
            effect="",
            remarks=(gettext("Nothing was changed. {reason}").format(reason=because),),
            can_withdraw=False,
        )
        first, last = fields.get("from", ""), fields.get("until", "")
        return self._page(request, entrance, view, first=first, last=last, status=HTTPStatus.CONFLICT)

    def _page(
        self,
        request: Request,
        entrance: Entrance,
        view: AbsenceView,
        *,
        first: str,
        last: str,
        status: HTTPStatus = HTTPStatus.OK,
    ) -> Response:
        is_posted = request.method == "POST"  # then the buttons are one segment further up
        path = ".." if is_posted else "."
        return self._renderer.page(
            "absence.html",
            status=status,
            has_forms=True,
            entrance=entrance,
            view=view,
            path=f"{path}/{entrance.token}",
            first=first,
            last=last,
        )
