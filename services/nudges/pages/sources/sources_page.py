"""The pages of sources, for operators."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from http import HTTPStatus
from typing import Final

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import BaseRoute

from services.nudges.domain.phrases import clock_time, day_name
from services.nudges.domain.roster.access import Action
from services.nudges.links import SOURCES_PATH
from services.nudges.pages.doors.form_fields import read_fields
from services.nudges.pages.doors.guard import Guard
from services.nudges.pages.entrance import Entrance
from services.nudges.pages.people.ask_scoring import AskScoring
from services.nudges.pages.rendering import Renderer
from services.nudges.pages.sources.mapping_form import PHRASES_MAX, lines_to_add, with_mappings
from services.nudges.pages.sources.source_view import make_view
from shared.clock import Clock
from shared.fact_values import ACTIVITY_KINDS, OUTCOMES
from shared.languages.messages import gettext, marked
from shared.languages.value_names import kind_name, outcome_name
from shared.requests.client import NO_QUERY, NoResponder, Refused
from shared.requests.sources.endpoints import SOURCE_LIST, SOURCE_STORE, SourceList, SourceRow, SourceToStore, StoredName
from shared.requests.sources.repairs import (
    REPLAYED_MAX,
    SOURCE_LETTERS,
    SOURCE_REPLAY,
    SOURCE_REPROCESS,
    LettersToReplay,
)
from shared.requests.sources.reports import SOURCE_REPORT, SourceQuery, SourceReport
from shared.requests.sources.source_toml import source_to_toml
from shared.requests.webhooks import UNKNOWN_PATHS
from shared.suggestions import suggest
from shared.transient_errors import TRANSIENT_ERRORS

_LETTERS_SHOWN: Final = 20
_PATHS_SHOWN: Final = 10
Handler = Callable[[Request, Entrance, SourceList], Awaitable[Response]]
RowHandler = Callable[[Request, Entrance, SourceList, SourceRow], Awaitable[Response]]
_NOTICES: Final = {
    "mapped": marked("Saved. The webhooks of the last seven days are being read again; scores follow within a few minutes."),
    "reading": marked("The webhooks of the last seven days are being read again; scores follow within a few minutes."),
    "replayed": marked("Replayed. What still cannot be understood comes back to this list."),
}


_REASONS: Final = {
    "unreadable_body": marked("the body can't be read"),
    "refused_observation": marked("an activity is not valid"),
    "adapter_failed": marked("Daymark failed to read it"),
    "unknown_source": marked("no such source"),
}
"""Why ingest could not understand a webhook."""


@dataclass(frozen=True, kw_only=True, slots=True)
class SourceSummary:
    """A line of the list. `newest` is when its last webhook came."""

    row: SourceRow
    newest: str


class SourcesPage:
    """Everything is asked of ingest when somebody looks; nothing is stored here."""

    def __init__(self, renderer: Renderer, clock: Clock, guard: Guard, *, ask: AskScoring) -> None:
        self._renderer = renderer
        self._clock = clock
        self._guard = guard
        self._ask = ask

    def routes(self) -> Sequence[BaseRoute]:
        return [
            self._route("", self._list),
            self._source_route("", self._show),
            self._source_route("/map", self._map, method="POST"),
            self._source_route("/read-again", self._read_again, method="POST"),
            self._source_route("/replay", self._replay, method="POST"),
        ]

    def _route(self, path: str, handler: Handler, *, method: str = "GET") -> BaseRoute:
        answer = partial(self._answer, handler)
        return self._guard.signed_in_route(f"{SOURCES_PATH}{path}", answer, action=Action.OPERATE, methods=[method])

    def _source_route(self, path: str, handler: RowHandler, *, method: str = "GET") -> BaseRoute:
        """A route about one source. What is refused is shown on its page."""

        async def answer(request: Request, entrance: Entrance, sources: SourceList) -> Response:
            row = next((row for row in sources.rows if row.name == request.path_params["source"]), None)
            if row is None:
                return self._renderer.not_found(entrance)
            try:
                return await handler(request, entrance, sources, row)
            except Refused as refused:
                return await self._page(entrance, sources, row, refusal=str(refused))

        return self._route(f"/{{source}}{path}", answer, method=method)

    async def _answer(self, handler: Handler, request: Request, entrance: Entrance) -> Response:
        try:
            return await handler(request, entrance, await self._ask(SOURCE_LIST, NO_QUERY))
        except (*TRANSIENT_ERRORS, NoResponder, Refused):
            return self._renderer.unavailable()

    async def _list(self, _: Request, entrance: Entrance, sources: SourceList) -> Response:
        reports = await asyncio.gather(*[self._report(row, webhooks_max=1) for row in sources.rows])
        paths = (await self._ask(UNKNOWN_PATHS, NO_QUERY)).paths
        addresses = [f"/webhooks/{row.name}" for row in sources.rows]
        return self._renderer.page(
            "sources.html",
            entrance=entrance,
            rows=[
                SourceSummary(row=row, newest=self._newest(report)) for row, report in zip(sources.rows, reports, strict=True)
            ],
            base_url=sources.base_url.rstrip("/"),
            paths=[(path, suggest(path.path, addresses, at_most=1)) for path in paths[:_PATHS_SHOWN]],
        )

    async def _show(self, request: Request, entrance: Entrance, sources: SourceList, row: SourceRow) -> Response:
        return await self._page(entrance, sources, row, notice=_notice(request.query_params.get("done", "")))

    async def _map(self, request: Request, entrance: Entrance, sources: SourceList, row: SourceRow) -> Response:
        del entrance, sources
        description = with_mappings(row.description, await read_fields(request))
        await self._ask(SOURCE_STORE, SourceToStore(name=row.name, description=description, replaces=True))
        await self._ask(SOURCE_REPROCESS, StoredName(name=row.name))
        return _go_back(row, "mapped")

    async def _read_again(self, request: Request, entrance: Entrance, sources: SourceList, row: SourceRow) -> Response:
        del request, entrance, sources
        await self._ask(SOURCE_REPROCESS, StoredName(name=row.name))
        return _go_back(row, "reading")

    async def _replay(self, request: Request, entrance: Entrance, sources: SourceList, row: SourceRow) -> Response:
        del entrance, sources
        numbers = (await read_fields(request)).getlist("letter")[:REPLAYED_MAX]
        query = LettersToReplay(name=row.name, numbers=tuple(int(number) for number in numbers if number.isdecimal()))
        await self._ask(SOURCE_REPLAY, query)
        return _go_back(row, "replayed")

    async def _report(self, row: SourceRow, *, webhooks_max: int) -> SourceReport | None:
        """None for a source that takes no webhooks."""
        if row.problem:
            return None
        query = SourceQuery(name=row.name, since=_midnight(self._clock.now()), webhooks_max=webhooks_max)
        return await self._ask(SOURCE_REPORT, query)

    def _newest(self, report: SourceReport | None) -> str:
        """When the last webhook came, in words; empty if none has within seven days."""
        if report is None or report.newest_at is None:
            return ""
        day = day_name(report.newest_at.date(), today=self._clock.now().date())
        return gettext("{day} at {time} UTC").format(day=day, time=clock_time(report.newest_at, "UTC"))

    async def _page(
        self, entrance: Entrance, sources: SourceList, row: SourceRow, *, notice: str = "", refusal: str = ""
    ) -> Response:
        report = await self._report(row, webhooks_max=2_000)
        letters = (await self._ask(SOURCE_LETTERS, StoredName(name=row.name))).rows
        outcomes = report.unknown_outcomes[:PHRASES_MAX] if report is not None else ()
        kinds = report.unknown_kinds[:PHRASES_MAX] if report is not None else ()
        return self._renderer.page(
            "source.html",
            status=HTTPStatus.CONFLICT if refusal else HTTPStatus.OK,
            has_forms=True,
            entrance=entrance,
            row=row,
            address=f"{sources.base_url.rstrip('/')}/webhooks/{row.name}",
            report=report,
            view=make_view(report) if report is not None else None,
            letters=letters[:_LETTERS_SHOWN],
            letter_count=len(letters),
            reasons={reason: gettext(label) for reason, label in _REASONS.items()},
            outcomes=outcomes,
            kinds=kinds,
            outcome_choices=[(outcome, outcome_name(outcome)) for outcome in sorted(OUTCOMES)],
            kind_choices=[(kind, kind_name(kind)) for kind in sorted(ACTIVITY_KINDS)],
            file_lines=lines_to_add(row.name, outcomes, kinds) if row.origin == "file" else source_to_toml(row),
            newest=self._newest(report),
            notice=notice,
            refusal=refusal,
        )


def _notice(done: str) -> str:
    return gettext(_NOTICES[done]) if done in _NOTICES else ""


def _go_back(row: SourceRow, done: str) -> Response:
    return RedirectResponse(f"{SOURCES_PATH}/{row.name}?done={done}", HTTPStatus.SEE_OTHER)


def _midnight(now: datetime) -> datetime:
    return now.replace(hour=0, minute=0, second=0, microsecond=0)
