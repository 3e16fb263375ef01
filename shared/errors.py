"""The root of every error that Daymark raises on purpose.

The docstring of an error class is the message that people read: what happened and what to do about it. What it happened to
is passed in when the error is raised.
"""

from typing import ClassVar

from shared.languages.catalogue import ENGLISH
from shared.languages.current import using_language
from shared.languages.messages import gettext


class DaymarkError(Exception):
    """Daymark cannot continue."""

    def __init__(self, subject: str = "") -> None:
        sentence = sentence_of(type(self))
        super().__init__(f"{subject}: {sentence}" if subject else sentence)
        self.subject = subject


class Unavailable(DaymarkError):
    """A server did not do what it was asked, for now. Try again; if it persists, look at the server's log."""

    server: ClassVar[str] = ""
    """Which server; empty where that is not known."""


class Refusal(DaymarkError):
    """This cannot be done as it was asked for, and nothing has changed. Correct it and ask again.

    People read it on a page, in their language. Each class that is derived from this one has its sentence in the catalogues.
    """

    def __str__(self) -> str:
        sentence = gettext(sentence_of(type(self)))
        return f"{self.subject}: {sentence}" if self.subject else sentence


def in_english(error: BaseException) -> str:
    """What the error says in a log, whoever reads the page on which it came up."""
    with using_language(ENGLISH):
        return str(error)


def sentence_of(error: type[Exception]) -> str:
    """The docstring of an error class on one line."""
    return " ".join((error.__doc__ or "").split())
