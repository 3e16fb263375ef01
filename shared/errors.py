"""The root of every error that Daymark raises on purpose.

The docstring of an error class is the message that people read: what happened and what to do about it. What it happened to
is passed in when the error is raised.
"""

from typing import ClassVar


class DaymarkError(Exception):
    """Daymark cannot continue."""

    def __init__(self, subject: str = "") -> None:
        sentence = " ".join((type(self).__doc__ or "").split())
        super().__init__(f"{subject}: {sentence}" if subject else sentence)
        self.subject = subject


class Unavailable(DaymarkError):
    """A server did not do what it was asked, for now. Try again; if it persists, look at the server's log."""

    server: ClassVar[str] = ""
    """Which server; empty where that is not known."""
