"""A manager's inbox: what waits for them, what was sent to them and their reps lately, and what will be sent."""

from collections.abc import Sequence

import asyncpg
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Mount
from starlette.staticfiles import StaticFiles

from services.nudges.domain.phrases import natural_name
from services.nudges.domain.roster.access import Action, may
from services.nudges.links import Door, Links
from services.nudges.pages.doors.guard import Guard
from services.nudges.pages.entrance import Entrance
from services.nudges.pages.inbox.inbox_query import KIND_LABELS, read_query
from services.nudges.pages.inbox.load_inbox import load_inbox
from services.nudges.pages.rendering import FOLDER, Renderer
from services.nudges.pages.visits.note_visit import is_seen, note_messages
from services.nudges.pages.way_back import read_undone
from shared.clock import Clock
from shared.languages.messages import gettext
from shared.transient_errors import TRANSIENT_ERRORS


class InboxPage:
    """Also serves the static files, which show nothing of anybody."""

    def __init__(self, pool: asyncpg.Pool, links: Links, renderer: Renderer, clock: Clock, guard: Guard) -> None:
        self._pool = pool
        self._links = links
        self._renderer = renderer
        self._clock = clock
        self._guard = guard

    def routes(self) -> Sequence[BaseRoute]:
        return [
            self._guard.route("/inbox/{person}/{token}", self._inbox, door=Door.INBOX, action=Action.OPEN_INBOX),
            Mount("/static", StaticFiles(directory=FOLDER / "static")),
        ]

    async def not_found(self, _: Request, __: Exception) -> Response:
        """The handler for every address that leads nowhere."""
        return self._renderer.not_found()

    async def _inbox(self, request: Request, entrance: Entrance) -> Response:
        now = self._clock.now()
        query = read_query(request.query_params, entrance.person_id, entrance.today)
        try:
            inbox = await load_inbox(self._pool, self._links, entrance, query, now=now)
            if is_seen(request, entrance):
                await note_messages(self._pool, entrance, inbox.shown, now=now)
        except TRANSIENT_ERRORS:
            return self._renderer.unavailable()
        return self._renderer.page(
            "inbox.html",
            has_forms=True,
            has_script=True,
            entrance=entrance,
            manager=entrance.name,
            token=entrance.token,
            settings=f"../../{self._links.mail_path(entrance.person_id, is_signed_in=entrance.is_signed_in)}",
            inbox=inbox,
            query=query,
            undone=read_undone(request),
            reps=_reps_of(entrance),
            kinds=[(str(kind), gettext(label)) for kind, label in KIND_LABELS.items()],
        )


def _reps_of(entrance: Entrance) -> list[tuple[str, str]]:
    """Whom the manager can choose: pairs of an id and a name, by name."""
    people = sorted(entrance.today.people.values(), key=lambda person: (person.name, person.id))
    return [
        (person.id, natural_name(person.name))
        for person in people
        if may(entrance.person_id, Action.MANAGE, person.id, entrance.today)
    ]
