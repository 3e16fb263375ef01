"""The page of a team's playbook, and its file for downloading."""

from collections.abc import Sequence
from typing import Final

from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import BaseRoute

from services.nudges.domain.roster.access import Action, may
from services.nudges.links import PLAYBOOK_PATH, edit_playbook_path, playbook_path
from services.nudges.pages.doors.guard import Guard
from services.nudges.pages.entrance import Entrance
from services.nudges.pages.people.ask_scoring import AskScoring
from services.nudges.pages.playbook.playbook_view import NOTICES, make_view
from services.nudges.pages.rendering import Renderer
from shared.events import TeamId
from shared.languages.messages import gettext
from shared.requests.client import NoResponder, Refused
from shared.requests.playbook.drafts import PLAYBOOK_SHOW, TeamPlaybook, TeamQuery
from shared.transient_errors import TRANSIENT_ERRORS

_HEADERS: Final = {
    "Cache-Control": "no-store",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "Content-Security-Policy": "default-src 'none'",
}


class PlaybookPage:
    """Opens for the reps of a team and for its managers."""

    def __init__(self, renderer: Renderer, guard: Guard, *, ask: AskScoring) -> None:
        self._renderer = renderer
        self._guard = guard
        self._ask = ask

    def routes(self) -> Sequence[BaseRoute]:
        route = self._guard.signed_in_route
        of_team = f"{PLAYBOOK_PATH}/{{team}}"
        return [
            route(PLAYBOOK_PATH, self._show_first, action=Action.SEE_PLAYBOOKS),
            route(of_team, self._show_one, action=Action.SEE_PLAYBOOK, subject="team"),
            route(f"{of_team}/export", self._export, action=Action.SEE_PLAYBOOK, subject="team"),
        ]

    async def _show_first(self, request: Request, entrance: Entrance) -> Response:
        return await self._show(request, entrance, entrance.teams[0])

    async def _show_one(self, request: Request, entrance: Entrance) -> Response:
        return await self._show(request, entrance, TeamId(request.path_params["team"]))

    async def _show(self, request: Request, entrance: Entrance, team_id: TeamId) -> Response:
        try:
            playbook = await self._ask(PLAYBOOK_SHOW, TeamQuery(team=team_id))
            teams = [
                playbook if other_id == team_id else await self._ask(PLAYBOOK_SHOW, TeamQuery(team=other_id))
                for other_id in entrance.teams
            ]
        except (*TRANSIENT_ERRORS, NoResponder, Refused):
            return self._renderer.unavailable()
        can_edit = may(entrance.person_id, Action.EDIT_PLAYBOOK, team_id, entrance.today)
        return self._renderer.page(
            "playbook.html",
            entrance=entrance,
            view=make_view(playbook, has_readers=can_edit),
            teams=[(team.name, playbook_path(team.team)) for team in teams],
            path=playbook_path(team_id),
            edit_path=edit_playbook_path(team_id) if can_edit else "",
            notice=_notice(request.query_params.get("done", "")),
        )

    async def _export(self, request: Request, entrance: Entrance) -> Response:
        team_id = TeamId(request.path_params["team"])
        try:
            playbook = await self._ask(PLAYBOOK_SHOW, TeamQuery(team=team_id))
        except (*TRANSIENT_ERRORS, NoResponder, Refused):
            return self._renderer.unavailable()
        text = _exported(playbook, request.query_params.get("version", ""))
        if text is None:
            return self._renderer.not_found(entrance)
        headers = {"Content-Disposition": f'attachment; filename="playbook-{team_id}.yaml"', **_HEADERS}
        return PlainTextResponse(text, media_type="application/yaml", headers=headers)


def _notice(done: str) -> str:
    return gettext(NOTICES[done]) if done in NOTICES else ""


def _exported(playbook: TeamPlaybook, version: str) -> str | None:
    """The file of a version; without one, of the version in force, or of the first that comes."""
    if version:
        return next((shown.text for shown in playbook.versions if str(shown.version) == version), None)
    return next((shown.text for shown in playbook.versions if shown.state != "past"), None)
