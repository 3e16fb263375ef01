"""One open page, as the process that serves it sees it."""

import asyncio
from collections.abc import Mapping, Sequence
from contextlib import suppress

from services.nudges.pages.today.snapshots import Fragments
from shared.events import TeamId
from shared.languages.catalogue import ENGLISH


class Subscriber:
    """What its page has yet to be sent. Of each element only the newest HTML waits, so a page that reads slowly, or not at all,
    keeps no more in memory than it shows."""

    def __init__(self, teams: Sequence[TeamId], *, session_id: int, language: str = ENGLISH) -> None:
        self.teams = teams
        self.language = language
        self.session_id = session_id
        self.has_ended = False
        """Nothing more is sent."""
        self.is_signed_out = False
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

    def end(self, *, is_signed_out: bool = False) -> None:
        """Let the stream end once it has sent what waits."""
        self.has_ended = True
        self.is_signed_out = is_signed_out
        self._woken.set()

    async def take(self, *, timeout_s: float) -> Fragments:
        """What waits, as soon as anything does. Empty when the time is over, or when the stream is to end."""
        with suppress(TimeoutError):
            await asyncio.wait_for(self._woken.wait(), timeout_s)
        waiting, self._waiting = self._waiting, {}
        self._woken.clear()
        return waiting
