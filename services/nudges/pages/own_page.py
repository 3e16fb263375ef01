"""A rep's own page: what people said to them, the playbook now and soon with a button to confirm it, their next steps, their
recent days and messages."""

from collections.abc import Callable, Sequence
from functools import partial
from typing import Final

import asyncpg
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import BaseRoute

from services.nudges.context.announcements import list_announcements
from services.nudges.context.days import find_newest_day
from services.nudges.context.ladders import list_ladders
from services.nudges.context.roster.managed_reps import list_colleagues
from services.nudges.domain.announcements import Announcement
from services.nudges.domain.phrases import natural_name
from services.nudges.domain.recent_nudges import LOOKBACK
from services.nudges.domain.roster.access import Action, may
from services.nudges.domain.working_time import local_day
from services.nudges.links import Door, Links
from services.nudges.pages.acknowledge_version import NeverAnnounced, acknowledge_version
from services.nudges.pages.disputes.activity_cards import make_day_line
from services.nudges.pages.doors.guard import Guard
from services.nudges.pages.entrance import Entrance
from services.nudges.pages.inbox import list_received
from services.nudges.pages.nudge_cards import group_by_day
from services.nudges.pages.own_days import list_own_days
from services.nudges.pages.playbook_sections import make_next_steps, make_sections
from services.nudges.pages.rendering import Renderer
from services.nudges.pages.thanks.thanks_view import lines_of_rep
from services.nudges.pages.thanks.written_thanks import list_received_thanks
from shared.clock import Clock
from shared.events import DayReport, RepId, VersionNumber
from shared.transient_errors import TRANSIENT_ERRORS

_SEE_OTHER: Final = 303


class OwnPage:
    """Opens for its rep."""

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
        ]

    async def _show(self, _: Request, entrance: Entrance) -> Response:
        rep_id = RepId(entrance.person_id)
        try:
            announcements = await list_announcements(self._pool, rep_id)
            newest = await find_newest_day(self._pool, rep_id)
            timezone = _timezone_of(newest, announcements)
            today = local_day(self._clock.now(), timezone)
            ladders = await list_ladders(self._pool, rep_id)
            received = await list_received(self._pool, rep_id, since=today - LOOKBACK)
            own_days = await list_own_days(self._pool, rep_id, since=today - LOOKBACK)
            received_thanks = await list_received_thanks(self._pool, rep_id)
            colleagues = (await list_colleagues(self._pool, rep_id)).reps
        except TRANSIENT_ERRORS:
            return self._renderer.unavailable()
        return self._renderer.page(
            "you.html",
            has_forms=True,
            entrance=entrance,
            name=entrance.name,
            token=entrance.token,
            settings=f"../../{self._links.mail_path(rep_id, is_signed_in=entrance.is_signed_in)}",
            sections=make_sections(announcements, timezone, today=today),
            steps=make_next_steps(newest, ladders) if newest is not None else [],
            thanks=lines_of_rep(received_thanks, now=self._clock.now()),
            has_thanks_of_colleagues=any(thanks.recognition.is_from_colleague for thanks in received_thanks),
            colleagues=[
                (natural_name(colleague.name), self._recognise_address(entrance, colleague.id))
                for colleague in colleagues
                if may(rep_id, Action.RECOGNISE, colleague.id, entrance.today)
            ],
            lines=[make_day_line(day) for day in own_days],
            days=group_by_day(received, reader=rep_id),
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


def _timezone_of(newest: DayReport | None, announcements: Sequence[Announcement]) -> str:
    """The rep's, by their newest day or else by their newest announcement."""
    if newest is not None:
        return newest.timezone
    return announcements[-1].playbook.timezone if announcements else "UTC"
