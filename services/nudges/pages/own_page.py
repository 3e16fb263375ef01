"""A rep's page: today and what is left, their recent days, the way to their goals, what people said to them, the playbook now
and soon with a button to confirm it, and their messages."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Final

import asyncpg
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import BaseRoute

from services.nudges.context.roster.managed_reps import list_colleagues
from services.nudges.domain.phrases import first_name, natural_name
from services.nudges.domain.roster.access import Action, may
from services.nudges.links import Door, Links, inbox_path, own_page_path, rep_page_path
from services.nudges.pages.acknowledge_version import NeverAnnounced, acknowledge_version
from services.nudges.pages.cards.card import Reader
from services.nudges.pages.doors.guard import Guard
from services.nudges.pages.entrance import Entrance
from services.nudges.pages.inbox.rep_messages import make_rep_messages
from services.nudges.pages.playbook_sections import make_sections
from services.nudges.pages.rendering import Renderer
from services.nudges.pages.rep.day_chart import DAYS_SHOWN
from services.nudges.pages.rep.load_rep import RepView, load_rep
from services.nudges.pages.thanks.thanks_view import lines_of_rep
from services.nudges.pages.visits.note_visit import is_seen, note_announcements, note_messages
from services.nudges.pages.way_back import query_of, read_undone
from shared.clock import Clock
from shared.events import RepId, VersionNumber
from shared.transient_errors import TRANSIENT_ERRORS

_SEE_OTHER: Final = 303


@dataclass(frozen=True, kw_only=True, slots=True)
class PageLinks:
    """Where the page leads. `base` is what the addresses of its days begin with, and `answers_at` those of its answers. What is
    empty is not offered: `settings` and `colleagues`, pairs of a name and an address, to the rep; `recognise` and `absence` to
    their managers."""

    base: str
    answers_at: str
    settings: str = ""
    recognise: str = ""
    absence: str = ""
    colleagues: tuple[tuple[str, str], ...] = ()


class OwnPage:
    """Opens for its rep, and for whoever manages the rep today."""

    def __init__(
        self,
        pool: asyncpg.Pool,
        links: Links,
        renderer: Renderer,
        clock: Clock,
        guard: Guard,
        *,
        on_acknowledged: Callable[[], None],
    ) -> None:
        self._pool = pool
        self._links = links
        self._renderer = renderer
        self._clock = clock
        self._guard = guard
        self._on_acknowledged = on_acknowledged

    def routes(self) -> Sequence[BaseRoute]:
        route = partial(self._guard.route, door=Door.OWN_PAGE, action=Action.OPEN_OWN_PAGE)
        return [
            route("/you/{person}/{token}", self._show),
            route("/you/{person}/{token}/read/{version:int}", self._acknowledge, methods=["POST"]),
            self._guard.signed_in_route("/people/{rep}", self._show_to_manager, action=Action.SEE_REP, subject="rep"),
        ]

    async def _show(self, request: Request, entrance: Entrance) -> Response:
        rep_id, days_shown = RepId(entrance.person_id), _days_shown(request)
        try:
            view = await load_rep(self._pool, rep_id, self._clock, days_shown=days_shown)
            colleagues = (await list_colleagues(self._pool, rep_id)).reps
            if is_seen(request, entrance):
                await self._note_visit(entrance, view)
        except TRANSIENT_ERRORS:
            return self._renderer.unavailable()
        links = PageLinks(
            base=entrance.token,
            answers_at=entrance.token,
            settings=f"../../{self._links.mail_path(rep_id, is_signed_in=entrance.is_signed_in)}",
            colleagues=tuple(
                (natural_name(colleague.name), self._recognise_address(entrance, colleague.id))
                for colleague in colleagues
                if may(rep_id, Action.RECOGNISE, colleague.id, entrance.today)
            ),
        )
        return self._page(request, entrance, rep_id, view, links)

    async def _note_visit(self, entrance: Entrance, view: RepView) -> None:
        now = self._clock.now()
        await note_messages(self._pool, entrance, view.received, now=now)
        if await note_announcements(self._pool, view.announcements, now=now):
            self._on_acknowledged()

    async def _show_to_manager(self, request: Request, entrance: Entrance) -> Response:
        """The same page, without what only the rep can do, and without what colleagues wrote: that is for the rep alone. A rep
        who opens it gets to their own."""
        rep_id, days_shown = RepId(request.path_params["rep"]), _days_shown(request)
        if rep_id == entrance.person_id and entrance.today.is_rep(rep_id):
            return RedirectResponse(own_page_path(rep_id), _SEE_OTHER)
        try:
            view = await load_rep(self._pool, rep_id, self._clock, days_shown=days_shown)
        except TRANSIENT_ERRORS:
            return self._renderer.unavailable()
        to_rep = f"{entrance.person_id}/{rep_id}/{entrance.token}"
        links = PageLinks(
            base=rep_page_path(rep_id),
            answers_at=inbox_path(entrance.person_id),
            recognise=f"/{Door.RECOGNISE.value}/{to_rep}",
            absence=f"/{Door.ABSENCE.value}/{to_rep}",
        )
        return self._page(request, entrance, rep_id, view, links)

    def _page(self, request: Request, entrance: Entrance, rep_id: RepId, view: RepView, links: PageLinks) -> Response:
        name, is_own = natural_name(entrance.today.name_of(rep_id)), rep_id == entrance.person_id
        thanks = [each for each in view.thanks if is_own or not each.recognition.is_from_colleague]
        reader = Reader(
            id=entrance.person_id,
            now=self._clock.now(),
            day_address=lambda _, day: f"{links.base}/day/{day.isoformat()}",
        )
        return self._renderer.page(
            "you.html",
            has_forms=True,
            has_script=True,
            entrance=entrance,
            is_own=is_own,
            name=name,
            first_name=first_name(name),
            links=links,
            sections=make_sections(view.announcements, view.timezone, today=view.today),
            standing=view.standing,
            chart=view.day_chart,
            choices=[(count, count == _days_shown(request)) for count in DAYS_SHOWN],
            thanks=lines_of_rep(thanks, now=self._clock.now()),
            has_thanks_of_colleagues=any(each.recognition.is_from_colleague for each in thanks),
            lines=view.recent_days,
            undone=read_undone(request),
            query=query_of(request) if is_own else "",
            messages=make_rep_messages(view.received, reader),
        )

    def _recognise_address(self, entrance: Entrance, colleague_id: RepId) -> str:
        """From the rep's page, where they write to a colleague."""
        return f"../../recognise/{self._links.recognise_path(entrance.person_id, colleague_id, last_day=entrance.last_day)}"

    async def _acknowledge(self, request: Request, entrance: Entrance) -> Response:
        version = VersionNumber(request.path_params["version"])
        try:
            await acknowledge_version(self._pool, RepId(entrance.person_id), version, now=self._clock.now())
        except NeverAnnounced:
            return self._renderer.not_found(entrance)
        except TRANSIENT_ERRORS:
            return self._renderer.unavailable()
        self._on_acknowledged()
        return RedirectResponse(f"../../{entrance.token}#version-{version}", _SEE_OTHER)


def _days_shown(request: Request) -> int:
    """As the address asks for, if it can be chosen; otherwise the fewest."""
    return next((count for count in DAYS_SHOWN if str(count) == request.query_params.get("days")), DAYS_SHOWN[0])
