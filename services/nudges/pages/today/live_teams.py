"""What open pages show is brought up to date when a team changes: read and rendered once for all pages of the team."""

import asyncio
import random
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final

import asyncpg
import structlog

from services.nudges.access.sessions import list_open_sessions
from services.nudges.domain.roster.access import PersonToday
from services.nudges.pages.rendering import Renderer
from services.nudges.pages.today.load_teams import EarlierDays, Teams, load_teams
from services.nudges.pages.today.one_thing import mark_open_reminders
from services.nudges.pages.today.snapshots import Snapshot, join_fingerprints, split_fingerprints, take_snapshot
from services.nudges.pages.today.subscriber import Subscriber, Viewer
from shared.clock import Clock
from shared.events import TeamId
from shared.languages.catalogue import LANGUAGES
from shared.languages.current import current_language, using_language
from shared.postgres.pool import Connection
from shared.transient_errors import TRANSIENT_ERRORS

_log = structlog.get_logger()
CHANNEL: Final = "changed_teams"
"""To which intake notifies the ids of teams, in the statement that stores their days."""
_FRESH_FOR: Final = timedelta(seconds=10)
_CHECK_EVERY_S: Final = 5.0
_ROSTER_EVERY_S: Final = 1.0
_ANSWER_WITHIN_S: Final = 5.0
_RETRY_S: Final = 1.0
_LIFETIME_SPREAD: Final = 0.2

ReadVersion = Callable[[], Awaitable[int | None]]
"""Reads the version of the roster, which rises with every change. None while nobody can say it."""
_Key = tuple[TeamId, str]
"""A team, and the language in which its pages are written."""


@dataclass(kw_only=True, slots=True)
class _Team:
    """A team of which pages in one language are open. `loaded_at` is None while something has changed that is not loaded
    yet."""

    reps: Sequence[PersonToday]
    pages: set[Subscriber] = field(default_factory=set)
    snapshot: Snapshot | None = None
    earlier: EarlierDays | None = None
    loaded_at: datetime | None = None
    loading: asyncio.Lock = field(default_factory=asyncio.Lock)


class LiveTeams:
    """One of each process. Its job `run` hears from Postgres which teams have changed, also by other replicas.

    A page reconnects after `lifetime_s` at the latest, and its visitor is then admitted anew. In between, `run` notices within
    seconds that its session has ended, that its visitor has other reminders, or that the roster has changed.
    """

    def __init__(
        self, pool: asyncpg.Pool, renderer: Renderer, clock: Clock, *, lifetime_s: float, read_version: ReadVersion
    ) -> None:
        self._pool = pool
        self._renderer = renderer
        self._clock = clock
        self._lifetime_s = lifetime_s
        self._read_version = read_version
        self._teams: dict[_Key, _Team] = {}
        self._pages: set[Subscriber] = set()
        self._changed: set[_Key] = set()
        self._woken = asyncio.Event()
        self._is_closed = False
        self._is_listening = False

    @property
    def page_count(self) -> int:
        """How many pages are open."""
        return len(self._pages)

    def new_lifetime_s(self) -> float:
        """For one stream. They differ, so that pages that were opened at the same time do not reconnect at the same time."""
        return self._lifetime_s * (1 - _LIFETIME_SPREAD * random.random())  # noqa: S311 - nothing is secret about it

    @asynccontextmanager
    async def subscribed(self, teams: Teams, viewer: Viewer, *, fingerprint: str) -> AsyncIterator[Subscriber]:
        """An open page that shows these teams as they were at a fingerprint. What has changed since waits for it."""
        known, reminders = split_fingerprints(fingerprint, tuple(teams))
        page = Subscriber(tuple(teams), viewer, reminders=reminders, language=current_language())
        for team_id, reps in teams.items():
            team = self._teams.setdefault((team_id, page.language), _Team(reps=reps))
            if team.reps != reps:
                team.reps, team.loaded_at = reps, None
            team.pages.add(page)
        self._pages.add(page)
        try:
            if self._is_closed:
                page.end()
            await self._bring_up_to_date(page, known)
            yield page
        finally:
            self._remove(page)

    def fingerprint_of(self, page: Subscriber) -> str:
        """Of what the page shows once it has everything that was put."""
        snapshots = [self._teams[key].snapshot for key in page.keys]
        return join_fingerprints([snapshot for snapshot in snapshots if snapshot is not None], page.reminders)

    def times(self, page: Subscriber) -> Mapping[str, str]:
        """What time it is for each team of the page, as elements."""
        now = self._clock.now()
        views = [snapshot.view for key in page.keys if (snapshot := self._teams[key].snapshot) is not None]
        return {f"time-{view.id}": self._renderer.html("today_time.html", team=view, time=view.time_at(now)) for view in views}

    def close(self) -> None:
        """The process ends: so do all streams, and their pages reconnect elsewhere."""
        self._is_closed = True
        for page in self._pages:
            page.end()

    async def run(self, stopping: asyncio.Event) -> None:
        """Keep open pages up to date until told to stop. While Postgres is away, pages stay as they are."""
        async with asyncio.TaskGroup() as group:
            refreshing = group.create_task(self._refresh_changed())
            group.create_task(self._watch_roster(stopping))
            try:
                while not stopping.is_set():
                    try:
                        await self._listen(stopping)
                    except TRANSIENT_ERRORS as failed:
                        _log.warning("live_pages_wait", error=type(failed).__name__, retry_in_s=_RETRY_S)
                        await _wait(stopping, _RETRY_S)
            finally:
                refreshing.cancel()

    async def _listen(self, stopping: asyncio.Event) -> None:
        """Until told to stop, or until the connection is lost. What changed before is not known, so everything is looked at."""
        async with self._pool.acquire() as connection:
            try:
                await connection.add_listener(CHANNEL, self._on_changed)
                self._is_listening = True
                self._mark_changed(*(team_id for team_id, _ in self._teams))
                while not stopping.is_set():
                    async with asyncio.timeout(_ANSWER_WITHIN_S):
                        await self._end_signed_out(connection)
                        await self._end_outdated(connection)
                    await _wait(stopping, _CHECK_EVERY_S)
                await connection.remove_listener(CHANNEL, self._on_changed)
            except BaseException:
                connection.terminate()
                raise
            finally:
                self._is_listening = False

    def _on_changed(self, _: object, __: int, ___: str, team_id: object) -> None:
        self._mark_changed(TeamId(str(team_id)))

    def _mark_changed(self, *team_ids: TeamId) -> None:
        """Of teams of which no page is open nothing is read."""
        for key in [(team_id, language) for team_id in team_ids for language in LANGUAGES]:
            if key in self._teams:
                self._teams[key].loaded_at = None
                self._changed.add(key)
                self._woken.set()

    async def _refresh_changed(self) -> None:
        """One team after the other. What changes meanwhile is read together the next time."""
        while True:
            await self._woken.wait()
            self._woken.clear()
            changed, self._changed = self._changed, set()
            for team_id, language in sorted(changed):
                try:
                    if (team_id, language) in self._teams:
                        await self._refresh(self._teams[team_id, language], team_id, language)
                except TRANSIENT_ERRORS:
                    await asyncio.sleep(_RETRY_S)
                    self._mark_changed(team_id)

    async def _refresh(self, team: _Team, team_id: TeamId, language: str) -> None:
        """Load the team unless that was done just now, and put what differs to all of its pages."""
        async with team.loading:
            now = self._clock.now()
            if self._is_fresh(team, now=now):
                return
            team.loaded_at, reps = now, team.reps
            with using_language(language):
                try:
                    (view,), team.earlier = await load_teams(self._pool, {team_id: reps}, team.earlier, now=now)
                except BaseException:
                    team.loaded_at = None
                    raise
                before, team.snapshot = team.snapshot, take_snapshot(self._renderer, view, team.snapshot)
            if before is not None:  # otherwise each page says itself what it shows
                changes = team.snapshot.changed_since(before)
                for page in team.pages:
                    page.put(changes)

    def _is_fresh(self, team: _Team, *, now: datetime) -> bool:
        """Whether it was loaded just now, and whether anybody would have said if it had changed since."""
        if not self._is_listening or team.loaded_at is None:
            return False
        return timedelta() <= now - team.loaded_at < _FRESH_FOR

    async def _bring_up_to_date(self, page: Subscriber, known: Mapping[TeamId, str]) -> None:
        for team_id in page.teams:
            team = self._teams[team_id, page.language]
            await self._refresh(team, team_id, page.language)
            if team.snapshot is not None and known.get(team_id) != team.snapshot.fingerprint:
                page.put(team.snapshot.fragments)

    async def _end_signed_out(self, connection: Connection) -> None:
        """Also a question to which a connection that is lost has no answer."""
        pages = list(self._pages)
        open_ids = await list_open_sessions(connection, {page.viewer.session_id for page in pages}, now=self._clock.now())
        for page in pages:
            if page.viewer.session_id not in open_ids:
                page.end(is_signed_out=True)

    async def _end_outdated(self, connection: Connection) -> None:
        """Those that ask another one thing of their visitor than they would if they were opened now."""
        pages = [page for page in self._pages if not page.has_ended]
        if not pages:
            return
        marks = await mark_open_reminders(connection, {page.viewer.person_id for page in pages}, now=self._clock.now())
        for page in pages:
            if page.reminders != marks.get(page.viewer.person_id, ""):
                page.end(is_outdated=True)

    async def _watch_roster(self, stopping: asyncio.Event) -> None:
        """All pages connect again once the roster has changed, since each may show other reps. One question for all of them."""
        known = None
        while not stopping.is_set():
            if self._pages:
                version = await self._read_version()
                if None not in (version, known) and version != known:
                    for page in self._pages:
                        page.end()
                known = version if version is not None else known
            await _wait(stopping, _ROSTER_EVERY_S)

    def _remove(self, page: Subscriber) -> None:
        self._pages.discard(page)
        for key in page.keys:
            self._teams[key].pages.discard(page)
            if not self._teams[key].pages:
                del self._teams[key]


async def _wait(stopping: asyncio.Event, timeout_s: float) -> None:
    try:
        await asyncio.wait_for(stopping.wait(), timeout_s)
    except TimeoutError:
        return
