"""The language of whoever reads what is being written. It belongs to the running task, and to the tasks that it starts."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from functools import cache
from typing import Final

from babel import Locale, negotiate_locale

from shared.languages.catalogue import ENGLISH, LANGUAGES

_language: Final = ContextVar("language", default=ENGLISH)


def current_language() -> str:
    """The code of the language."""
    return _language.get()


def current_locale() -> Locale:
    """How the language writes dates and numbers."""
    return _locale_of(_language.get())


@cache
def _locale_of(language: str) -> Locale:
    return Locale.parse(language)


def set_language(language: str) -> None:
    """Go on in a language until the task ends; with a language that there is not, in the one as before."""
    if language in LANGUAGES:
        _language.set(language)


@contextmanager
def using_language(language: str) -> Iterator[None]:
    """Write in a language within the block; with a language that there is not, in the one as before."""
    token = _language.set(language if language in LANGUAGES else _language.get())
    try:
        yield
    finally:
        _language.reset(token)


def preferred_language(accept_language: str, default: str = ENGLISH) -> str:
    """What a browser's `Accept-Language` prefers among the languages that there are (RFC 9110, 12.5.4)."""
    weighted = [_read_range(part) for part in accept_language.split(",")]
    wanted = [tag for weight, tag in sorted(weighted, key=lambda pair: -pair[0]) if weight > 0]
    return negotiate_locale(wanted, LANGUAGES, sep="-") or default


def _read_range(text: str) -> tuple[float, str]:
    """The weight of a language range, and its primary tag: (0.8, `es`) for `es-MX;q=0.8`."""
    tag, _, parameter = text.strip().partition(";")
    _, _, weight_text = parameter.partition("=")
    try:
        weight = float(weight_text) if weight_text.strip() else 1.0
    except ValueError:
        weight = 0.0
    return weight, tag.strip().lower().partition("-")[0]
