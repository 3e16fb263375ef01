"""The form that publishes the next version of a team's playbook.

Everything that somebody has typed is in the form that they post, so it is lost neither by a mistake nor by a service that is
away, nor when somebody else publishes first.
"""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from http import HTTPStatus
from typing import Final

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import BaseRoute

from services.nudges.domain.roster.access import Action
from services.nudges.links import PLAYBOOK_PATH, edit_playbook_path, playbook_path
from services.nudges.pages.doors.form_fields import read_fields
from services.nudges.pages.doors.guard import Guard
from services.nudges.pages.entrance import Entrance
from services.nudges.pages.people.ask_scoring import AskScoring
from services.nudges.pages.playbook.form_fields import (
    ENTRIES_MAX,
    read_form,
    shown_unverified,
    with_keys,
    with_new_behaviour,
    with_new_goal,
)
from services.nudges.pages.playbook.form_view import (
    Mistakes,
    behaviour_fields,
    goal_fields,
    next_monday,
    preview_rows,
    with_suggestions,
)
from services.nudges.pages.playbook.playbook_view import begins_default, describe_author
from services.nudges.pages.rendering import Renderer
from shared.events import ManagerId, TeamId
from shared.languages.messages import gettext, marked
from shared.playbook.document import PlaybookDocument, write_playbook
from shared.requests.client import NoResponder, Refused
from shared.requests.definitions import PLAYBOOK_APPLY, DefinitionFile
from shared.requests.playbook.drafts import (
    PLAYBOOK_DRAFT,
    PLAYBOOK_SHOW,
    PLAYBOOK_SUGGEST,
    Draft,
    DraftQuery,
    SuggestedTargets,
    TeamQuery,
)
from shared.transient_errors import TRANSIENT_ERRORS

_FORM: Final = f"{PLAYBOOK_PATH}/{{team}}/edit"
_FILE: Final = "page"
_WEEKS: Final = 4
_UNANSWERED: Final = (*TRANSIENT_ERRORS, NoResponder)
_NOT_PUBLISHED: Final = marked(
    "Daymark cannot say whether this was published: it took too long. Everything that you wrote is still here. Publish again; "
    "nothing is published twice."
)
_MISTAKES: Final = marked("Not published yet. Correct what is marked below; everything that you wrote is still here.")
_MEANWHILE: Final = marked("Not published yet: somebody else has published in the meantime.")


@dataclass(frozen=True, kw_only=True, slots=True)
class _Form:
    """What somebody has typed, the file that they began with, and what they had seen of what others published."""

    document: PlaybookDocument
    base: str
    edition: str


@dataclass(frozen=True, kw_only=True, slots=True)
class _Checked:
    """What scoring says of a form. Without a `draft` it could not answer."""

    draft: Draft | None
    suggestions: Mapping[str, SuggestedTargets] = field(default_factory=dict)


class EditPage:
    """Opens for the managers of a team."""

    def __init__(self, renderer: Renderer, guard: Guard, *, ask: AskScoring) -> None:
        self._renderer = renderer
        self._guard = guard
        self._ask = ask

    def routes(self) -> Sequence[BaseRoute]:
        route = self._guard.signed_in_route
        return [
            route(_FORM, self._open, action=Action.EDIT_PLAYBOOK, subject="team"),
            route(_FORM, self._post, action=Action.EDIT_PLAYBOOK, subject="team", methods=["POST"]),
        ]

    async def _open(self, request: Request, entrance: Entrance) -> Response:
        team_id = TeamId(request.path_params["team"])
        try:
            playbook = await self._ask(PLAYBOOK_SHOW, TeamQuery(team=team_id))
        except (*_UNANSWERED, Refused):
            return self._renderer.unavailable()
        begins = begins_default(playbook, next_monday(playbook.today)).isoformat()
        if playbook.versions:
            last = playbook.versions[-1]
            document, base = last.document.model_copy(update={"effective_from": begins}), last.text
        else:
            document, base = with_new_behaviour(PlaybookDocument(team=team_id, effective_from=begins)), ""
        form = _Form(document=document, base=base, edition=playbook.edition)
        checked = await self._check(form, team_id)
        return self._page(entrance, form, replace(checked, draft=_without_first_mistakes(checked.draft, form)))

    async def _post(self, request: Request, entrance: Entrance) -> Response:
        team_id, fields = TeamId(request.path_params["team"]), await read_fields(request)
        form = _Form(
            document=read_form(fields, team_id),
            base=_lines(fields.get("base", "")),
            edition=fields.get("edition", ""),
        )
        command, _, place = fields.get("do", "preview").partition(".")
        if command == "publish":
            return await self._publish(entrance, form, team_id)
        form = replace(form, document=_changed(form.document, command, place))
        checked = await self._check(form, team_id)
        if command == "suggested" and place.isdigit():
            form = replace(form, document=with_suggestions(with_keys(form.document), checked.suggestions, int(place)))
            checked = await self._check(form, team_id)
        return self._page(entrance, form, checked)

    async def _publish(self, entrance: Entrance, form: _Form, team_id: TeamId) -> Response:
        try:
            draft = await self._ask(PLAYBOOK_DRAFT, _query(form, team_id))
            if draft.is_published:
                return _done(team_id, "nothing")
            if draft.mistakes or draft.newer:
                return await self._refuse(entrance, form, team_id, gettext(_MISTAKES if draft.mistakes else _MEANWHILE))
            published_by = ManagerId(entrance.person_id)
            file = DefinitionFile(name=_FILE, text=draft.text, published_by=published_by, edition=form.edition)
            await self._ask(PLAYBOOK_APPLY, file)
        except Refused as refused:
            return await self._refuse(entrance, form, team_id, gettext("Not published. {reason}").format(reason=refused))
        except _UNANSWERED:
            return self._page(entrance, form, _Checked(draft=None), refusal=gettext(_NOT_PUBLISHED))
        return _done(team_id, "wording" if draft.rewords is not None else "version")

    async def _refuse(self, entrance: Entrance, form: _Form, team_id: TeamId, refusal: str) -> Response:
        return self._page(entrance, form, await self._check(form, team_id), refusal=refusal)

    async def _check(self, form: _Form, team_id: TeamId) -> _Checked:
        """With a preview and suggestions."""
        query = _query(form, team_id, weeks=_WEEKS)
        draft, suggestions = await asyncio.gather(self._draft(query), self._suggest(query))
        return _Checked(draft=draft, suggestions=suggestions)

    async def _draft(self, query: DraftQuery) -> Draft | None:
        try:
            return await self._ask(PLAYBOOK_DRAFT, query)
        except (*_UNANSWERED, Refused):
            return None

    async def _suggest(self, query: DraftQuery) -> Mapping[str, SuggestedTargets]:
        """None where the draft has mistakes, or where scoring cannot answer now."""
        try:
            suggestions = await self._ask(PLAYBOOK_SUGGEST, query)
        except (*_UNANSWERED, Refused):
            return {}
        return {suggested.key: suggested for suggested in suggestions.behaviours}

    def _page(self, entrance: Entrance, form: _Form, checked: _Checked, *, refusal: str = "") -> Response:
        draft, document = checked.draft, with_keys(form.document)
        mistakes = Mistakes(draft.mistakes if draft is not None else ())
        behaviours = behaviour_fields(document, checked.suggestions, mistakes)
        goals = goal_fields(document, mistakes)
        begins_mistake, message_mistake = mistakes.at("effective_from"), mistakes.at("message")
        return self._renderer.page(
            "playbook_edit.html",
            status=HTTPStatus.CONFLICT if refusal else HTTPStatus.OK,
            has_forms=True,
            has_script=True,
            entrance=entrance,
            path=edit_playbook_path(document.team),
            back=playbook_path(document.team),
            document=document,
            unverified=shown_unverified(document.unverified),
            base=form.base,
            edition=draft.edition if draft is not None and draft.newer else form.edition,
            behaviours=behaviours,
            goals=goals,
            begins_mistake=begins_mistake,
            message_mistake=message_mistake,
            other_mistakes=mistakes.elsewhere(),
            mistakes_count=len(mistakes),
            draft=draft,
            newer=[(describe_author(row.published_by), row.is_wording) for row in draft.newer] if draft is not None else [],
            preview=preview_rows(draft.preview) if draft is not None else [],
            text=draft.text if draft is not None and draft.text else write_playbook(document),
            refusal=refusal,
            entries_max=ENTRIES_MAX,
        )


def _changed(document: PlaybookDocument, command: str, place: str) -> PlaybookDocument:
    """With one behaviour or goal more or less."""
    if command == "add-behaviour" and len(document.behaviours) < ENTRIES_MAX:
        return with_new_behaviour(document)
    if command == "add-goal" and len(document.goals) < ENTRIES_MAX:
        return with_new_goal(document)
    if command == "remove-behaviour":
        rest = tuple(each for number, each in enumerate(document.behaviours) if str(number) != place)
        return document.model_copy(update={"behaviours": rest})
    if command == "remove-goal":
        rest_of_goals = tuple(each for number, each in enumerate(document.goals) if str(number) != place)
        return document.model_copy(update={"goals": rest_of_goals})
    return document


def _query(form: _Form, team_id: TeamId, *, weeks: int = 0) -> DraftQuery:
    text = write_playbook(with_keys(form.document))
    return DraftQuery(team=team_id, text=text, base=form.base, edition=form.edition, weeks=weeks)


def _without_first_mistakes(draft: Draft | None, form: _Form) -> Draft | None:
    """An empty form that was only opened is not wrong yet."""
    return draft.model_copy(update={"mistakes": ()}) if draft is not None and not form.base else draft


def _done(team_id: TeamId, result: str) -> Response:
    return RedirectResponse(f"{playbook_path(team_id)}?done={result}", HTTPStatus.SEE_OTHER)


def _lines(text: str) -> str:
    """As the file has them; a form posts them with carriage returns."""
    return text.replace("\r\n", "\n")
