"""Text from outside, such as names and labels, made harmless for messages."""

import re
import unicodedata
from typing import Final, TypeVar

from shared.events import Nudge, Person, Team

Named = TypeVar("Named", Person, Team)

_INVISIBLE: Final = frozenset({"Cc", "Cf", "Cs", "Co"})
"""Categories of Unicode: control and format characters (which hide text or turn it around), halves of pairs, private use."""
_JOINERS: Final = frozenset("\u200c\u200d")
"""Format characters that scripts and emoji need within words."""

_LEFT_TO_RIGHT: Final = re.compile(r"[A-Za-z\u00c0-\u024f]")
_LETTERS: Final = r"[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefc]+"
_RIGHT_TO_LEFT: Final = re.compile(rf"{_LETTERS}(?:[\s.'\"-]+{_LETTERS})*")
"""A run of words in Hebrew, Arabic and their neighbours."""
_LEFT_TO_RIGHT_MARK: Final = "\u200e"
NAME_LENGTH_MAX: Final = 200
"""Of a name in what programs receive; a roster has none that is longer."""


def neutral_nudge(nudge: Nudge) -> Nudge:
    """The nudge as every channel gets it: no text of it holds what nobody sees, and each name is one line."""
    return nudge.model_copy(
        update={
            "person": _neutral_name(nudge.person),
            "team": _neutral_name(nudge.team),
            "sender": _neutral_name(nudge.sender) if nudge.sender is not None else None,
            "text": in_order(neutral(nudge.text)),
            "reason": in_order(neutral(nudge.reason)),
            "for_rooms": _neutral_pair(nudge.for_rooms) if nudge.for_rooms is not None else None,
            "parts": tuple(part.model_copy(update={"text": in_order(neutral(part.text))}) for part in nudge.parts),
            "absences": tuple(absence.model_copy(update={"rep": _neutral_name(absence.rep)}) for absence in nudge.absences),
        }
    )


def _neutral_pair(pair: tuple[str, str]) -> tuple[str, str]:
    text, reason = pair
    return neutral(text), neutral(reason)


def _neutral_name(named: Named) -> Named:
    return named.model_copy(update={"name": neutral_line(named.name, length_max=NAME_LENGTH_MAX)})


def neutral(text: str) -> str:
    """The text without characters that nobody sees, line by line."""
    return "\n".join(_visible(line) for line in text.splitlines())


def neutral_line(text: str, *, length_max: int) -> str:
    """The text on one line of at most so many characters, for a header or a title."""
    line = " ".join(_visible(" ".join(text.split())).split())
    if len(line) <= length_max:
        return line
    cut = line[:length_max].rpartition(" ")[0] or line[: length_max - 1]
    return f"{cut.rstrip(' ,.;:')}…"


def in_order(text: str) -> str:
    """A neutral text to be read, not to be edited, in which a name from right to left stays in its place: a mark after the name
    keeps what follows, such as a number, from moving in front of it (Unicode Standard Annex #9)."""
    return "\n".join(map(_in_order, text.splitlines()))


def _in_order(line: str) -> str:
    if not _RIGHT_TO_LEFT.search(line) or not _LEFT_TO_RIGHT.search(line):
        return line
    marked_line = _RIGHT_TO_LEFT.sub(rf"\g<0>{_LEFT_TO_RIGHT_MARK}", line)
    return f"{_LEFT_TO_RIGHT_MARK}{marked_line}" if _RIGHT_TO_LEFT.match(line) else marked_line


def _visible(line: str) -> str:
    if line.isprintable():  # as nearly all lines are: looking at each character takes a hundred times as long
        return line
    return "".join(
        character for character in line if character in _JOINERS or unicodedata.category(character) not in _INVISIBLE
    )
