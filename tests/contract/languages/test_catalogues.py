"""Every language says everything, with the same values and the same markup in it."""

import re
from collections import Counter
from pathlib import Path
from typing import Final

import pytest
from babel.messages.catalog import Message
from babel.messages.pofile import read_po

from shared.languages.catalogue import FOLDER
from tests.contract.languages.catalogues import files

_VALUE: Final = re.compile(r"%\(\w+\)s|\{\w+\}")
_TAG: Final = re.compile(r"</?[a-z]+[^>]*>")
_NUMBERS: Final = frozenset({"{count}", "%(count)s", "%(num)s"})
_OTHER_LANGUAGES: Final = sorted(FOLDER.glob("*.po"))


def test_the_catalogues_that_are_checked_in_hold_what_the_code_says() -> None:
    for path, text in files():
        assert path.read_text(encoding="utf-8") == text, f"{path.name}: run `python -m tests.contract.languages.catalogues`"


@pytest.mark.parametrize("path", _OTHER_LANGUAGES, ids=lambda path: path.stem)
def test_a_language_says_everything(path: Path) -> None:
    """What is marked as fuzzy counts as not translated: nobody has looked at it since its text changed."""
    untranslated = [message.id for message in _messages(path) if message.fuzzy or not all(_texts(message.string))]

    assert untranslated == []


@pytest.mark.parametrize("path", _OTHER_LANGUAGES, ids=lambda path: path.stem)
def test_a_translation_has_the_values_and_the_markup_of_its_text(path: Path) -> None:
    """In a plural, the number may be written out."""
    different = []
    for message in _messages(path):
        texts, translations = _texts(message.id), _texts(message.string)
        for text, translation in zip((*texts, *texts[-1:]), translations, strict=False):
            if _of(_TAG, text) != _of(_TAG, translation) or not _has_same_values(text, translation):
                different.append((text, translation))

    assert different == []


def _has_same_values(text: str, translation: str) -> bool:
    """A value may stand several times, but each must be one that the text has."""
    written, expected = set(_VALUE.findall(translation)), set(_VALUE.findall(text))
    return written == expected or (written <= expected and expected - written <= _NUMBERS)


def _of(pattern: re.Pattern[str], text: str) -> Counter[str]:
    return Counter(pattern.findall(text))


def _texts(texts: str | tuple[str, ...] | list[str] | None) -> tuple[str, ...]:
    return (texts,) if isinstance(texts, str) else tuple(texts or ("",))


def _messages(path: Path) -> list[Message]:
    with path.open("rb") as file:
        return [message for message in read_po(file) if message.id]
