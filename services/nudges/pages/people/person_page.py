"""The page of one person of the roster, for operators: absences, the last day, and by which calendar a rep works."""

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from http import HTTPStatus
from typing import Final
from urllib.parse import urlencode

from pydantic import ValidationError
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import BaseRoute

from services.nudges.domain.roster.access import Action
from services.nudges.links import PEOPLE_PATH
from services.nudges.pages.doors.form_fields import read_fields
from services.nudges.pages.doors.guard import Guard
from services.nudges.pages.entrance import Entrance
from services.nudges.pages.people.ask_scoring import AskScoring
from services.nudges.pages.people.person_form import list_time_zones
from services.nudges.pages.people.person_view import PARTS, make_person
from services.nudges.pages.people.roster_forms import (
    Fields,
    NotADate,
    read_absence,
    read_calendar,
    read_last_day,
    read_removal,
    typed_calendar,
)
from services.nudges.pages.rendering import Renderer
from shared.events import PersonId
from shared.languages.messages import gettext, marked
from shared.requests.client import NoResponder, Refused
from shared.requests.people import ContactQuery
from shared.requests.roster.edits import ROSTER_EDIT, AbsenceRemoval, NewAbsence, NewCalendar, NewLastDay, RosterEdit
from shared.requests.roster.person import ROSTER_PERSON
from shared.transient_errors import TRANSIENT_ERRORS

_PATH: Final = "/roster/entry"
_UNAVAILABLE: Final = (*TRANSIENT_ERRORS, NoResponder)
_NOT_POSSIBLE: Final = marked("Nothing was changed: what was entered is too long, or isn't one of the form's choices.")
_NOTHING: Final[Mapping[str, str]] = {}
Edit = NewAbsence | AbsenceRemoval | NewLastDay | NewCalendar


class PersonPage:
    """Opens for operators. While scoring is down it shows and changes nothing."""

    def __init__(self, renderer: Renderer, guard: Guard, *, ask_scoring: AskScoring) -> None:
        self._renderer = renderer
        self._guard = guard
        self._ask_scoring = ask_scoring

    def routes(self) -> Sequence[BaseRoute]:
        route = partial(self._guard.signed_in_route, action=Action.OPERATE)
        return [
            route(_PATH, self._show),
            route("/roster/absence", partial(self._enter, read_absence, "absence"), methods=["POST"]),
            route("/roster/absence-removal", partial(self._enter, read_removal, "removal"), methods=["POST"]),
            route("/roster/last-day", partial(self._enter, read_last_day, "last-day"), methods=["POST"]),
            route("/roster/calendar", partial(self._enter, read_calendar, "calendar"), methods=["POST"]),
        ]

    async def _show(self, request: Request, entrance: Entrance) -> Response:
        asked = request.query_params
        if not asked.get("person"):
            return RedirectResponse(PEOPLE_PATH, HTTPStatus.SEE_OTHER)
        return await self._page(asked["person"], entrance, done=asked.get("done", ""))

    async def _page(
        self,
        person: str,
        entrance: Entrance,
        *,
        done: str = "",
        refusal: str = "",
        form: str = "",
        typed: Fields = _NOTHING,
    ) -> Response:
        """With what was typed into a `form` that was refused."""
        try:
            shown = await self._ask_scoring(ROSTER_PERSON, ContactQuery(person=PersonId(person)))
        except Refused:
            return self._renderer.not_found(entrance)
        except _UNAVAILABLE:
            return self._renderer.unavailable()
        view = make_person(shown)
        return self._renderer.page(
            "roster_entry.html",
            status=HTTPStatus.CONFLICT if refusal else HTTPStatus.OK,
            has_forms=True,
            entrance=entrance,
            view=view,
            shown_last_day=shown.last_day.isoformat() if shown.last_day is not None else "",
            calendar=typed_calendar(typed) if form == "calendar" else view.calendar,
            parts=[(part, gettext(phrase)) for part, phrase in PARTS.items()],
            time_zones=list_time_zones() if view.is_rep else (),
            done=done,
            refusal=refusal,
            form=form,
            typed=typed,
        )

    async def _enter(self, read: Callable[[Fields], Edit], form: str, request: Request, entrance: Entrance) -> Response:
        """Enter what was typed into the roster, and say so on the page. What is refused stands in the form again."""
        fields = await read_fields(request)
        person = fields.get("person", "")
        try:
            edit = RosterEdit(asked_by=entrance.person_id, edit=read(fields))
            await self._ask_scoring(ROSTER_EDIT, edit)
        except _UNAVAILABLE:
            return self._renderer.unavailable()
        except (Refused, NotADate) as refused:
            return await self._page(person, entrance, refusal=str(refused), form=form, typed=fields)
        except ValidationError:
            return await self._page(person, entrance, refusal=gettext(_NOT_POSSIBLE))
        return RedirectResponse(f"{_PATH}?{urlencode({'person': person, 'done': form})}", HTTPStatus.SEE_OTHER)
