"""One open page, as the process that serves it sees it."""

import asyncio
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass

from services.nudges.pages.today.snapshots import Fragments
from shared.events import PersonId, TeamId
from shared.languages.catalogue import ENGLISH


@dataclass(frozen=True, kw_only=True, slots=True)
class Viewer:
    """Who has the page open, and in which session."""

    person_id: PersonId
    session_id: int


class Subscriber:
    """What its page has yet to be sent. Of each element only the newest HTML waits, so a page that reads slowly, or not at all,
    keeps no more in memory than it shows."""

    def __init__(self, teams: Sequence[TeamId], viewer: Viewer, *, reminders: str, language: str = ENGLISH) -> None:
        """`reminders` is the mark of the open reminders that it was made with."""
        self.teams = teams
        self.viewer = viewer
        self.reminders = reminders
        self.language = language
        self.has_ended = False
        """Nothing more is sent."""
        self.is_signed_out = False
        self.is_outdated = False
        """More than its rows has changed: it has to be read anew."""
        self._waiting: dict[str, str] = {}
        self._woken = asyncio.Event()

    @property
    def keys(self) -> Sequence[tuple[TeamId, str]]:
        """Each of its teams, and the language in which it is written."""
        return [(team_id, self.language) for team_id in self.teams]

    def put(self, fragments: Mapping[str, str]) -> None:
        """Have elements replaced."""
        if fragments:
            self._waiting.update(fragments)
            self._woken.set()

    def end(self, *, is_signed_out: bool = False, is_outdated: bool = False) -> None:
        """Let the stream end once it has sent what waits."""
        self.has_ended = True
        self.is_signed_out = is_signed_out
        self.is_outdated = is_outdated
        self._woken.set()

    async def take(self, *, timeout_s: float) -> Fragments:
        """What waits, as soon as anything does. Empty when the time is over, or when the stream is to end."""
        with suppress(TimeoutError):
            await asyncio.wait_for(self._woken.wait(), timeout_s)
        waiting, self._waiting = self._waiting, {}
        self._woken.clear()
        return waiting
