"""English that is left on a page in another language, although there is a translation of it."""

import re
from functools import cache
from html import unescape
from typing import Final

from babel.messages.pofile import read_po

from shared.languages.catalogue import FOLDER

_TAG: Final = re.compile(r"<[^>]*>")
_VALUE: Final = re.compile(r"%\(\w+\)s|\{\w+\}")
_LETTERS_MIN: Final = 4
"""Shorter pieces of sentences may be words of any language."""


def english_in(text: str, language: str) -> list[str]:
    """Which texts of the catalogue stand there in English, whole, or a piece of them between two values."""
    pieces = (piece for piece in _english_pieces(language) if piece in text)
    return sorted(piece for piece in pieces if re.search(rf"(?<!\w){re.escape(piece)}(?!\w)", text))


@cache
def _english_pieces(language: str) -> frozenset[str]:
    with (FOLDER / f"{language}.po").open("rb") as file:
        messages = [message for message in read_po(file) if message.id and message.context is None]
    english = {piece for message in messages for piece in _pieces(message.id)}
    return frozenset(english - {piece for message in messages for piece in _pieces(message.string)})


def _pieces(texts: str | list[str] | tuple[str, ...] | None) -> list[str]:
    """Without markup and values."""
    plain = [_TAG.sub("\n", unescape(text)) for text in ([texts] if isinstance(texts, str) else texts or ())]
    pieces = [piece.strip(" .,:;()\n") for text in plain for piece in re.split(r"\n", _VALUE.sub("\n", text))]
    return [piece for piece in pieces if sum(map(str.isalpha, piece)) >= _LETTERS_MIN]
