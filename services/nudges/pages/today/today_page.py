"""The page that opens for a manager in the morning."""

from collections.abc import Sequence
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
from services.nudges.pages.today.one_thing import find_answered_thing, find_one_thing
from services.nudges.pages.today.snapshots import join_fingerprints, take_snapshot
from services.nudges.pages.today.team_view import TeamView, in_order, reps_of, teams_of
from services.nudges.pages.way_back import ANSWERED, nudge_id_in, read_undone
from shared.clock import Clock
from shared.languages.messages import gettext
from shared.transient_errors import TRANSIENT_ERRORS


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
        return [route(TODAY_PATH, self._show), route(f"{TODAY_PATH}/events", self._stream, is_use=False)]

    async def _show(self, request: Request, entrance: Entrance) -> Response:
        now = self._clock.now()
        has_hands_first, later = request.query_params.get("sort") == "hand", request.query_params.get("later", "")
        try:
            views, _ = await load_teams(self._pool, _teams_of(entrance), now=now)
            one_thing = await find_one_thing(self._pool, self._links, entrance, now=now)
            answered_id = nudge_id_in(request.query_params.get(ANSWERED, ""))
            answered = (
                await find_answered_thing(self._pool, entrance, answered_id, now=now) if answered_id is not None else None
            )
        except TRANSIENT_ERRORS:
            return self._renderer.unavailable()
        snapshots = [take_snapshot(self._renderer, view) for view in views]
        return self._renderer.page(
            "today.html",
            has_forms=True,
            has_script=True,
            entrance=entrance,
            teams=[
                (snapshot, self._time_of(snapshot.view, now=now), in_order(snapshot.view.rows, has_hands_first=has_hands_first))
                for snapshot in snapshots
            ],
            has_hands_first=has_hands_first,
            fingerprint=join_fingerprints(snapshots),
            one_thing=one_thing,
            answered=answered,
            undone=read_undone(request),
            notice=gettext(LATER_NOTICES[later]) if later in LATER_NOTICES else "",
        )

    async def _stream(self, request: Request, entrance: Entrance) -> Response:
        """A page that reconnects names the last event that it has."""
        fingerprint = request.headers.get("last-event-id") or request.query_params.get("since", "")
        assert entrance.session_id is not None, "the page opens in a session only"
        events = stream_events(self._live, _teams_of(entrance), session_id=entrance.session_id, fingerprint=fingerprint)
        return StreamingResponse(events, media_type=MEDIA_TYPE, headers=HEADERS)

    def _time_of(self, view: TeamView, *, now: datetime) -> str:
        return self._renderer.html("today_time.html", team=view, time=view.time_at(now))


def _teams_of(entrance: Entrance) -> Teams:
    return {team_id: reps_of(team_id, entrance.today) for team_id in teams_of(entrance.person_id, entrance.today)}
