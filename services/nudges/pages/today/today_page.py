"""The page that opens for a manager in the morning."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial

import asyncpg
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse
from starlette.routing import BaseRoute

from services.nudges.domain.roster.access import Action
from services.nudges.links import TODAY_PATH, Links
from services.nudges.pages.answers.ask_again import LATER_NOTICES
from services.nudges.pages.doors.guard import Guard
from services.nudges.pages.entrance import Entrance
from services.nudges.pages.rendering import Renderer
from services.nudges.pages.today.event_stream import HEADERS, MEDIA_TYPE, stream_events
from services.nudges.pages.today.live_teams import LiveTeams
from services.nudges.pages.today.load_teams import Teams, load_teams
from services.nudges.pages.today.one_thing import OneThing, find_answered_thing, find_one_thing, mark_open_reminders
from services.nudges.pages.today.rep_rows import RepRow
from services.nudges.pages.today.snapshots import Snapshot, join_fingerprints, take_snapshot
from services.nudges.pages.today.subscriber import Viewer
from services.nudges.pages.today.team_view import TeamView, in_order, reps_of, teams_of
from services.nudges.pages.way_back import ANSWERED, nudge_id_in, read_undone
from shared.clock import Clock
from shared.languages.messages import gettext
from shared.transient_errors import TRANSIENT_ERRORS


@dataclass(frozen=True, kw_only=True, slots=True)
class TodayParts:
    """What changes while the page is open. `teams` are each with its time, and with its rows in order. `fingerprint` is of all
    of it."""

    teams: Sequence[tuple[Snapshot, str, Sequence[RepRow]]]
    has_hands_first: bool
    fingerprint: str
    one_thing: OneThing | None


class TodayPage:
    """Opens for whoever manages a team today, and shows the teams that they manage today."""

    def __init__(
        self, pool: asyncpg.Pool, links: Links, renderer: Renderer, clock: Clock, guard: Guard, *, live: LiveTeams
    ) -> None:
        self._pool = pool
        self._links = links
        self._renderer = renderer
        self._clock = clock
        self._guard = guard
        self._live = live

    def routes(self) -> Sequence[BaseRoute]:
        route = partial(self._guard.signed_in_route, action=Action.OPEN_TODAY)
        return [
            route(TODAY_PATH, self._show),
            route(f"{TODAY_PATH}/parts", self._show_parts, is_use=False),
            route(f"{TODAY_PATH}/events", self._stream, is_use=False),
        ]

    async def _show(self, request: Request, entrance: Entrance) -> Response:
        now, later = self._clock.now(), request.query_params.get("later", "")
        try:
            parts = await self._load_parts(request, entrance, now=now)
            answered_id = nudge_id_in(request.query_params.get(ANSWERED, ""))
            answered = (
                await find_answered_thing(self._pool, entrance, answered_id, now=now) if answered_id is not None else None
            )
        except TRANSIENT_ERRORS:
            return self._renderer.unavailable()
        return self._renderer.page(
            "today.html",
            has_forms=True,
            has_script=True,
            entrance=entrance,
            parts=parts,
            answered=answered,
            undone=read_undone(request),
            notice=gettext(LATER_NOTICES[later]) if later in LATER_NOTICES else "",
        )

    async def _show_parts(self, request: Request, entrance: Entrance) -> Response:
        """What changes while the page is open, for its script."""
        try:
            parts = await self._load_parts(request, entrance, now=self._clock.now())
        except TRANSIENT_ERRORS:
            return self._renderer.unavailable()
        return self._renderer.page("today_parts.html", entrance=entrance, parts=parts)

    async def _load_parts(self, request: Request, entrance: Entrance, *, now: datetime) -> TodayParts:
        has_hands_first = request.query_params.get("sort") == "hand"
        async with self._pool.acquire() as connection:  # what changes from here on is another mark
            marks = await mark_open_reminders(connection, [entrance.person_id], now=now)
        views, _ = await load_teams(self._pool, _teams_of(entrance), now=now)
        snapshots = [take_snapshot(self._renderer, view) for view in views]
        return TodayParts(
            teams=[
                (snapshot, self._time_of(snapshot.view, now=now), in_order(snapshot.view.rows, has_hands_first=has_hands_first))
                for snapshot in snapshots
            ],
            has_hands_first=has_hands_first,
            fingerprint=join_fingerprints(snapshots, marks.get(entrance.person_id, "")),
            one_thing=await find_one_thing(self._pool, self._links, entrance, now=now),
        )

    async def _stream(self, request: Request, entrance: Entrance) -> Response:
        """A page that reconnects names the last event that it has."""
        fingerprint = request.headers.get("last-event-id") or request.query_params.get("since", "")
        assert entrance.session_id is not None, "the page opens in a session only"
        viewer = Viewer(person_id=entrance.person_id, session_id=entrance.session_id)
        events = stream_events(self._live, _teams_of(entrance), viewer, fingerprint=fingerprint)
        return StreamingResponse(events, media_type=MEDIA_TYPE, headers=HEADERS)

    def _time_of(self, view: TeamView, *, now: datetime) -> str:
        return self._renderer.html("today_time.html", team=view, time=view.time_at(now))


def _teams_of(entrance: Entrance) -> Teams:
    return {team_id: reps_of(team_id, entrance.today) for team_id in teams_of(entrance.person_id, entrance.today)}
