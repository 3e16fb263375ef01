"""The page of people, and the forms on it."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from functools import partial
from http import HTTPStatus
from typing import Final
from urllib.parse import urlencode

import asyncpg
from pydantic import ValidationError
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import BaseRoute

from services.nudges.deliver.channel import Channel
from services.nudges.deliver.people.ways_to_people import list_ways
from services.nudges.domain.roster.access import Action
from services.nudges.links import PEOPLE_PATH
from services.nudges.pages.doors.form_fields import read_fields
from services.nudges.pages.doors.guard import Guard
from services.nudges.pages.entrance import Entrance
from services.nudges.pages.people.ask_scoring import AskScoring
from services.nudges.pages.people.people_view import make_people, names_of
from services.nudges.pages.people.person_form import blank_person, list_time_zones
from services.nudges.pages.people.roster_forms import Fields, read_email, read_match, read_person, read_team
from services.nudges.pages.rendering import Renderer
from shared.clock import Clock
from shared.events import PersonId, RepId, TeamId
from shared.languages.messages import gettext, marked
from shared.requests.client import NO_QUERY, NoResponder, Refused
from shared.requests.people import PERSON_FIND, TYPED_LENGTH_MAX, NameQuery
from shared.requests.roster.edits import ROSTER_EDIT, NewEmail, NewPerson, NewTeam, RosterEdit, UserMatch
from shared.requests.roster.overview import ROSTER_OVERVIEW, OverviewQuery, RosterOverview
from shared.requests.scores import UNMATCHED_USERS
from shared.transient_errors import TRANSIENT_ERRORS

_UNAVAILABLE: Final = (*TRANSIENT_ERRORS, NoResponder)
_TOO_LONG: Final = marked("Nothing was changed: what was typed is too long. Shorten it.")
_NOT_NAMED: Final = marked(
    "Nothing was changed: nobody, or more than one person, has this name. Type the id or the email of a rep."
)
Edit = NewTeam | NewPerson | UserMatch | NewEmail


class PeoplePage:
    """Opens for operators. While scoring is down it shows and changes nothing."""

    def __init__(
        self,
        pool: asyncpg.Pool,
        renderer: Renderer,
        clock: Clock,
        guard: Guard,
        *,
        channels: Mapping[str, Channel],
        ask_scoring: AskScoring,
    ) -> None:
        self._pool = pool
        self._renderer = renderer
        self._clock = clock
        self._guard = guard
        self._channels = channels
        self._ask_scoring = ask_scoring

    def routes(self) -> Sequence[BaseRoute]:
        route = partial(self._guard.signed_in_route, action=Action.OPERATE)
        return [
            route(PEOPLE_PATH, self._show),
            route("/roster/person", self._show_form),
            route("/roster/person", self._add_person, methods=["POST"]),
            route("/roster/team", self._add_team, methods=["POST"]),
            route("/roster/user", self._match_user, methods=["POST"]),
            route("/roster/email", self._set_email, methods=["POST"]),
        ]

    async def _show(self, request: Request, entrance: Entrance) -> Response:
        return await self._page(request, entrance)

    async def _page(self, request: Request, entrance: Entrance, *, refusal: str = "") -> Response:
        asked = request.query_params
        try:
            overview = await self._overview(asked.get("team", ""))
            unmatched = await self._ask_scoring(UNMATCHED_USERS, NO_QUERY)
            ways = await list_ways(self._pool, self._channels)
        except (*_UNAVAILABLE, Refused):
            return self._renderer.unavailable()
        return self._renderer.page(
            "people.html",
            status=HTTPStatus.CONFLICT if refusal else HTTPStatus.OK,
            has_forms=True,
            entrance=entrance,
            view=make_people(overview, ways, unmatched.users, now=self._clock.now()),
            refusal=refusal,
            done=asked.get("done", ""),
            done_name=names_of(overview).get(asked.get("about", ""), ""),
        )

    async def _overview(self, team: str) -> RosterOverview:
        return await self._ask_scoring(ROSTER_OVERVIEW, OverviewQuery(team=TeamId(team) if team else None))

    async def _show_form(self, request: Request, entrance: Entrance) -> Response:
        return await self._form(request.query_params, entrance)

    async def _form(self, fields: Fields, entrance: Entrance, *, refusal: str = "") -> Response:
        """The form for a new person, with what was typed into it, if anything was."""
        try:
            overview = await self._overview("")
        except (*_UNAVAILABLE, Refused):
            return self._renderer.unavailable()
        return self._renderer.page(
            "roster_person.html",
            status=HTTPStatus.CONFLICT if refusal else HTTPStatus.OK,
            has_forms=True,
            entrance=entrance,
            teams=[(team.id, team.name) for team in overview.teams],
            typed=blank_person(overview) | {name: fields[name] for name in fields},
            time_zones=list_time_zones(),
            refusal=refusal,
        )

    async def _add_person(self, request: Request, entrance: Entrance) -> Response:
        return await self._enter(request, entrance, read_person, done="person", refuse=partial(self._form, entrance=entrance))

    async def _add_team(self, request: Request, entrance: Entrance) -> Response:
        return await self._enter(request, entrance, read_team, done="team")

    async def _set_email(self, request: Request, entrance: Entrance) -> Response:
        return await self._enter(request, entrance, read_email, done="email")

    async def _match_user(self, request: Request, entrance: Entrance) -> Response:
        fields = await read_fields(request)
        try:
            rep_id = fields.get("rep") or await self._find_person(fields.get("typed", ""))
        except (*_UNAVAILABLE, Refused):
            return self._renderer.unavailable()
        if not rep_id:
            return await self._page(request, entrance, refusal=gettext(_NOT_NAMED))
        return await self._enter(request, entrance, partial(read_match, rep_id=RepId(PersonId(rep_id))), done="user")

    async def _find_person(self, typed: str) -> str:
        """The id of the one person who is meant; empty if there is none."""
        if not 0 < len(typed) <= TYPED_LENGTH_MAX:
            return ""
        return (await self._ask_scoring(PERSON_FIND, NameQuery(typed=typed))).person or ""

    async def _enter(
        self,
        request: Request,
        entrance: Entrance,
        read: Callable[[Fields], Edit],
        *,
        done: str,
        refuse: Callable[..., Awaitable[Response]] | None = None,
    ) -> Response:
        """Enter what was typed into the roster, and say so on the page. What is refused stands in the form again."""
        fields = await read_fields(request)
        try:
            edit = RosterEdit(asked_by=entrance.person_id, edit=read(fields))
            edited = await self._ask_scoring(ROSTER_EDIT, edit)
        except _UNAVAILABLE:
            return self._renderer.unavailable()
        except (Refused, ValidationError) as refused:
            refusal = str(refused) if isinstance(refused, Refused) else gettext(_TOO_LONG)
            if refuse is not None:
                return await refuse(fields, refusal=refusal)
            return await self._page(request, entrance, refusal=refusal)
        query = {"done": done, "about": edited.id, **({"team": fields["team"]} if fields.get("team") else {})}
        return RedirectResponse(f"{PEOPLE_PATH}?{urlencode(query)}", HTTPStatus.SEE_OTHER)
