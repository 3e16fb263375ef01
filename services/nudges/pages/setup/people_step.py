"""The third step: who the users of the CRM are. Those whose activities have arrived are listed; anybody else can be added."""

from collections.abc import Sequence
from typing import Final

from starlette.datastructures import QueryParams
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute

from services.nudges.pages.doors.form_fields import read_fields
from services.nudges.pages.entrance import Entrance
from services.nudges.pages.setup.progress import Progress, Step
from services.nudges.pages.setup.setup_frame import SetupFrame, go_to, make_view
from shared.events import TeamId
from shared.observation import SourceName
from shared.requests.client import NO_QUERY, Refused
from shared.requests.roster.edits import ROSTER_EDIT, CrmUser, NewPerson, RosterEdit
from shared.requests.scores import UNMATCHED_USERS

_NAMES_MAX: Final = 12
"""Of a larger team only the number is shown."""


class PeopleStep:
    """Each form adds one rep."""

    def __init__(self, frame: SetupFrame) -> None:
        self._frame = frame

    def routes(self) -> Sequence[BaseRoute]:
        return [
            self._frame.route("/people", self._show),
            self._frame.route("/people", self._add, method="POST"),
        ]

    async def _show(self, request: Request, entrance: Entrance, progress: Progress) -> Response:
        return await self._page(
            entrance, progress, QueryParams({"timezone": request.query_params.get("zone") or progress.timezone})
        )

    async def _add(self, request: Request, entrance: Entrance, progress: Progress) -> Response:
        fields = await read_fields(request)
        source, user = fields.get("source", ""), fields.get("user", "").strip()
        identities: tuple[CrmUser, ...] = ()
        if source and user:
            identities = (CrmUser(source=SourceName(source), user=user, account=fields.get("account") or None),)
        zone = fields.get("timezone", "").strip()
        rep = NewPerson(
            role="rep",
            name=fields.get("name", "").strip(),
            team=TeamId(fields.get("team", "")),
            email=fields.get("email", "").strip(),
            timezone=zone,
            identities=identities,
        )
        try:
            await self._frame.ask(ROSTER_EDIT, RosterEdit(asked_by=entrance.person_id, edit=rep))
        except Refused as refused:
            return await self._page(entrance, progress, fields, refusal=str(refused))
        return go_to(f"/people?{QueryParams({'zone': zone})}")

    async def _page(self, entrance: Entrance, progress: Progress, fields: QueryParams, *, refusal: str = "") -> Response:
        users = (await self._frame.ask(UNMATCHED_USERS, NO_QUERY)).users
        view = make_view(progress, Step.PEOPLE, refusal=refusal)
        reps = [person.name for person in progress.people if person.role == "rep"]
        return self._frame.renderer.page(
            "setup_people.html",
            status=view.status,
            has_forms=True,
            entrance=entrance,
            setup=view,
            teams=progress.teams,
            reps=reps,
            shows_names=len(reps) <= _NAMES_MAX,
            users=users,
            sources=[row.name for row in progress.sources],
            fields=fields,
        )
