"""A manager's inbox: the nudges to them and to their reps, what their reps dispute, and what the manager said to them."""

from collections.abc import Sequence

import asyncpg
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Mount
from starlette.staticfiles import StaticFiles

from services.nudges.domain.roster.access import Action, may
from services.nudges.links import Door, Links
from services.nudges.pages.cards.nudge_cards import group_by_day
from services.nudges.pages.disputes.activity_cards import make_manager_cards
from services.nudges.pages.disputes.disputes import list_disputes_for_manager
from services.nudges.pages.doors.guard import Guard
from services.nudges.pages.doors.readers import may_read
from services.nudges.pages.entrance import Entrance
from services.nudges.pages.messages.stored_messages import list_inbox
from services.nudges.pages.rendering import FOLDER, Renderer
from services.nudges.pages.thanks.thanks_offers import find_thankable
from services.nudges.pages.thanks.thanks_view import lines_of_sender
from services.nudges.pages.thanks.written_thanks import list_written
from services.nudges.pages.visits.note_visit import is_seen, note_messages
from shared.clock import Clock
from shared.events import ManagerId, PossibleAbsence
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
        manager_id, today = ManagerId(entrance.person_id), entrance.today
        try:
            messages = [
                message
                for message in await list_inbox(self._pool, manager_id)
                if may_read(manager_id, message.person_id, message.rule, today)
            ]
            disputes = [
                dispute
                for dispute in await list_disputes_for_manager(self._pool, manager_id, now=self._clock.now())
                if may(manager_id, Action.MANAGE, dispute.rep_id, today)
            ]
            thankable = await find_thankable(self._pool, self._links, entrance, messages, root="../../")
            written = await list_written(self._pool, manager_id)
            if is_seen(request, entrance):
                await note_messages(self._pool, entrance, messages, now=self._clock.now())
        except TRANSIENT_ERRORS:
            return self._renderer.unavailable()

        def absence_address(absence: PossibleAbsence) -> str:
            return f"../../absence/{self._links.absence_path(manager_id, absence, last_day=entrance.last_day)}"

        return self._renderer.page(
            "inbox.html",
            has_forms=True,
            entrance=entrance,
            manager=entrance.name,
            token=entrance.token,
            settings=f"../../{self._links.mail_path(manager_id, is_signed_in=entrance.is_signed_in)}",
            days=group_by_day(messages, reader=manager_id, absence_address=absence_address, offers=thankable.offers),
            reps=thankable.reps,
            written=lines_of_sender(written, now=self._clock.now()),
            disputes=make_manager_cards(disputes),
            has_open_disputes=any(dispute.resolution is None for dispute in disputes),
        )
