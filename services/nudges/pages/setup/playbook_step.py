"""The fourth step: a first playbook, as a form and as the file that says the same."""

from collections.abc import Sequence
from datetime import timedelta

from starlette.datastructures import QueryParams
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute

from services.nudges.pages.doors.form_fields import read_fields
from services.nudges.pages.entrance import Entrance
from services.nudges.pages.setup.first_playbook import (
    ROWS,
    BehaviourRow,
    kinds,
    read_rows,
    suggest_rows,
    with_baseline_targets,
    write_first_playbook,
)
from services.nudges.pages.setup.playbook_mistakes import name_mistakes
from services.nudges.pages.setup.progress import Progress, Step
from services.nudges.pages.setup.setup_frame import SetupFrame, go_to, make_view
from shared.events import TeamId
from shared.requests.client import Refused
from shared.requests.definitions import PLAYBOOK_APPLY, DefinitionFile
from shared.requests.playbook.drafts import PLAYBOOK_DRAFT, PLAYBOOK_SUGGEST, DraftQuery
from shared.requests.sources.reports import SOURCE_REPORT, SourceQuery


class PlaybookStep:
    """What it publishes goes through the same checks as a file."""

    def __init__(self, frame: SetupFrame) -> None:
        self._frame = frame

    def routes(self) -> Sequence[BaseRoute]:
        return [
            self._frame.route("/playbook", self._show),
            self._frame.route("/playbook", self._publish, method="POST"),
        ]

    async def _show(self, _: Request, entrance: Entrance, progress: Progress) -> Response:
        arrived: set[str] = set()
        since = self._frame.clock.now() - timedelta(days=1)
        for row in progress.sources:
            if not row.problem:
                report = await self._frame.ask(SOURCE_REPORT, SourceQuery(name=row.name, since=since))
                arrived |= {hours.kind for hours in report.hours} | {activity.kind for activity in report.recent}
        rows = suggest_rows(arrived)
        typical = await self._with_baseline_targets(progress, rows) if arrived else rows
        return self._page(entrance, progress, typical, are_suggested=bool(arrived), are_known=typical != rows)

    async def _with_baseline_targets(self, progress: Progress, rows: Sequence[BehaviourRow]) -> Sequence[BehaviourRow]:
        """With what the first team has done so far as targets. The lines as they are if too little of it is known."""
        if not progress.teams:
            return rows
        team = progress.teams[0].id
        text = write_first_playbook(team, self._frame.clock.now().date(), rows)
        try:
            suggestions = await self._frame.ask(PLAYBOOK_SUGGEST, DraftQuery(team=team, text=text))
        except Refused:
            return rows
        return with_baseline_targets(rows, suggestions.behaviours)

    async def _publish(self, request: Request, entrance: Entrance, progress: Progress) -> Response:
        fields = await read_fields(request)
        rows, team = read_rows(fields), TeamId(fields.get("team", ""))
        text = write_first_playbook(team, self._frame.clock.now().date(), rows)
        if request.query_params.get("show"):
            return self._page(entrance, progress, rows, fields=fields, text=text)
        try:
            draft = await self._frame.ask(PLAYBOOK_DRAFT, DraftQuery(team=team, text=text))
            if draft.mistakes:
                return self._page(entrance, progress, rows, fields=fields, refusal=name_mistakes(draft.mistakes))
            await self._frame.ask(PLAYBOOK_APPLY, DefinitionFile(name="playbook", text=text))
        except Refused as refused:
            return self._page(entrance, progress, rows, fields=fields, refusal=str(refused))
        return go_to("/channels")

    def _page(
        self,
        entrance: Entrance,
        progress: Progress,
        rows: Sequence[BehaviourRow],
        *,
        fields: QueryParams | None = None,
        refusal: str = "",
        text: str = "",
        are_suggested: bool = False,
        are_known: bool = False,
    ) -> Response:
        empty = BehaviourRow(kind="", label="", target="", weight="")
        team = TeamId((fields or QueryParams()).get("team", progress.teams[0].id if progress.teams else ""))
        view = make_view(progress, Step.PLAYBOOK, refusal=refusal)
        return self._frame.renderer.page(
            "setup_playbook.html",
            status=view.status,
            has_forms=True,
            entrance=entrance,
            setup=view,
            teams=progress.teams,
            team=team,
            rows=[*rows, *[empty] * (ROWS - len(rows))],
            kinds=kinds(),
            are_suggested=are_suggested,
            are_known=are_known,
            has_reps=any(person.role == "rep" for person in progress.people),
            playbooks=_teams_with_playbook(progress),
            file_lines=text or write_first_playbook(team, self._frame.clock.now().date(), rows),
        )


def _teams_with_playbook(progress: Progress) -> Sequence[str]:
    """By name; with the id of one that the roster does not list any more."""
    names = {team.id: team.name for team in progress.teams}
    return sorted({names.get(version.team, version.team) for version in progress.playbooks})
