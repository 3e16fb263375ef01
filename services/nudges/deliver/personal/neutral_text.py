"""Text from outside, such as names and labels, made harmless for messages."""

import unicodedata
from typing import Final

_INVISIBLE: Final = frozenset({"Cc", "Cf", "Cs", "Co"})
"""Categories of Unicode: control and format characters (which hide text or turn it around), halves of pairs, private use."""
_JOINERS: Final = frozenset("\u200c\u200d")
"""Format characters that scripts and emoji need within words."""


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


def _visible(line: str) -> str:
    return "".join(
        character for character in line if character in _JOINERS or unicodedata.category(character) not in _INVISIBLE
    )
