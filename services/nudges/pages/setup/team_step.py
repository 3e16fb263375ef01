"""The first step: the name of the team, and who manages it. Whoever manages it themselves is in the roster from then on."""

from collections.abc import Sequence
from typing import Final

from starlette.datastructures import QueryParams
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute

from services.nudges.access.operators import Operator, move_operator
from services.nudges.access.sessions import Origin, open_session
from services.nudges.pages.doors.form_fields import read_fields
from services.nudges.pages.doors.session_cookie import SessionCookie
from services.nudges.pages.entrance import Entrance
from services.nudges.pages.setup.progress import Progress, Step
from services.nudges.pages.setup.setup_frame import SetupFrame, go_to, make_view
from shared.errors import Refusal
from shared.events import PersonId, TeamId
from shared.requests.client import Refused
from shared.requests.roster.edits import ROSTER_EDIT, NewPerson, NewTeam, RosterEdit

_NEXT: Final = "/source"
_NO_MANAGER: Final = "nobody"


class ManagerUnnamed(Refusal):
    """Enter the name of the manager, or choose “Nobody yet”."""


class TeamStep:
    """Enters a team, and with it a manager if their name is given."""

    def __init__(self, frame: SetupFrame, cookie: SessionCookie) -> None:
        self._frame = frame
        self._cookie = cookie

    def routes(self) -> Sequence[BaseRoute]:
        return [
            self._frame.route("/team", self._show),
            self._frame.route("/team", self._enter, method="POST"),
        ]

    async def _show(self, _: Request, entrance: Entrance, progress: Progress) -> Response:
        return self._page(entrance, progress, QueryParams())

    async def _enter(self, request: Request, entrance: Entrance, progress: Progress) -> Response:
        fields = await read_fields(request)
        try:
            team_id = await self._find_or_enter_team(entrance, progress, fields.get("team", "").strip())
            manager_id = await self._enter_manager(entrance, team_id, fields)
        except (Refused, ManagerUnnamed) as refused:
            return self._page(entrance, progress, fields, refusal=str(refused))
        response = go_to(_NEXT)
        if manager_id is not None and fields.get("who") == "me":
            await self._become(response, entrance, manager_id, name=fields.get("manager", "").strip())
        return response

    async def _find_or_enter_team(self, entrance: Entrance, progress: Progress, name: str) -> TeamId:
        """A team of that name may be there: somebody has pressed the button twice, or the manager was refused."""
        for team in progress.teams:
            if team.name == name:
                return team.id
        edited = await self._frame.ask(ROSTER_EDIT, RosterEdit(asked_by=entrance.person_id, edit=NewTeam(name=name)))
        return TeamId(edited.id)

    async def _enter_manager(self, entrance: Entrance, team_id: TeamId, fields: QueryParams) -> PersonId | None:
        name, email = fields.get("manager", "").strip(), fields.get("email", "").strip()
        if fields.get("who", _NO_MANAGER) == _NO_MANAGER:
            return None
        if not name:
            raise ManagerUnnamed
        manager = NewPerson(role="manager", name=name, team=team_id, email=email, timezone=fields.get("timezone", "").strip())
        edited = await self._frame.ask(ROSTER_EDIT, RosterEdit(asked_by=entrance.person_id, edit=manager))
        return PersonId(edited.id)

    async def _become(self, response: Response, entrance: Entrance, person_id: PersonId, *, name: str) -> None:
        """The operator is the new manager from now on: one person with one session."""
        now = self._frame.clock.now()
        async with self._frame.pool.acquire() as connection, connection.transaction():
            operator = Operator(id=person_id, name=name, contacts=())
            await move_operator(connection, entrance.person_id, operator, now=now)
            token = await open_session(connection, person_id, Origin.COMMAND, now=now)
        self._cookie.set_on(response, token)

    def _page(self, entrance: Entrance, progress: Progress, fields: QueryParams, *, refusal: str = "") -> Response:
        is_in_roster = entrance.person_id in entrance.today.people
        view = make_view(progress, Step.TEAM, refusal=refusal)
        return self._frame.renderer.page(
            "setup_team.html",
            status=view.status,
            has_forms=True,
            entrance=entrance,
            setup=view,
            teams=[team.name for team in progress.teams],
            fields=fields,
            email=fields.get("email", "" if is_in_roster else entrance.person_id),
            can_be_manager=not is_in_roster,
        )
