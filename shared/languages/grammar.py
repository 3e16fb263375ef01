"""How a language puts words together where a translation alone cannot: lists, alternatives, the singular of a label, and
contractions."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

from babel.lists import format_list

from shared.languages.catalogue import ENGLISH
from shared.languages.current import current_language, current_locale

_PLACE: Final = re.compile(r"(?:\b(de|a) )?\{(\w+)\}(\.)?")
_ENGLISH_AFTER_THE_NOUN: Final = frozenset(
    {"a", "an", "at", "by", "for", "from", "in", "of", "over", "per", "this", "to", "with"}
)
_ENGLISH_ENDINGS_WITH_ES: Final = ("ches", "shes", "sses", "xes", "zes")
_SPANISH_AFTER_THE_NOUN: Final = frozenset(
    {"a", "al", "con", "de", "del", "desde", "en", "este", "esta", "hasta", "para", "por", "sin", "sobre"}
)
_SPANISH_VOWELS: Final = "aeiouáéíóú"
_SPANISH_ENDINGS_OF_SINGULARS: Final = ("is", "us", "ss", "ás", "és", "ís", "ós", "ús")
_SPANISH_AND_BEFORE_I: Final = re.compile(r"^h?[ií](?!e)", re.IGNORECASE)
_SPANISH_OR_BEFORE_O: Final = re.compile(r"^['\"«]?(?:h?[oó]|8)", re.IGNORECASE)
_SPANISH_ARTICLE: Final = "el "


@dataclass(frozen=True, kw_only=True, slots=True)
class _Grammar:
    """`singular` turns the label of several things into that of a single thing. `joined` makes a list, and `either` a
    choice. `contracted` puts a preposition before a noun."""

    singular: Callable[[str], str]
    joined: Callable[[Sequence[str]], str]
    either: Callable[[Sequence[str]], str]
    contracted: Callable[[str, str], str]


def singular(label: str) -> str:
    """`Meeting booked` for `Meetings booked`; with a language whose plurals are not known here, the label as it is."""
    return _grammar().singular(label)


def joined(parts: Sequence[str]) -> str:
    """`calls, meetings and proposals`."""
    return "".join(parts) if len(parts) <= 1 else _grammar().joined(parts)


def either(parts: Sequence[str]) -> str:
    """`offer`, `offer or won`, `open or offer or won`."""
    return "".join(parts) if len(parts) <= 1 else _grammar().either(parts)


def filled(text: str, /, **values: str | int) -> str:
    """A translated text with its values. A value that ends with a full stop, such as `Ana R.`, ends the sentence, too. Spanish
    joins `de` and `a` with the article of the value: `del martes`."""

    def place(match: "re.Match[str]") -> str:
        preposition, name, stop = match.groups(default="")
        value = str(values[name])
        begun = _grammar().contracted(preposition, value) if preposition else value
        return begun if value.endswith(stop or "\n") else f"{begun}{stop}"

    return _PLACE.sub(place, text)


def worded(*texts: str, **values: str | int) -> tuple[str, ...]:
    """Several translated texts with the same values."""
    return tuple(filled(text, **values) for text in texts)


def _grammar() -> _Grammar:
    return _GRAMMARS.get(current_language(), _UNKNOWN)


def _apart(preposition: str, noun: str) -> str:
    return f"{preposition} {noun}"


def _list_of_locale(parts: Sequence[str]) -> str:
    return format_list(list(parts), locale=current_locale())


def _choice_of_locale(parts: Sequence[str]) -> str:
    return format_list(list(parts), style="or", locale=current_locale())


def _joined_with(conjunction: str, parts: Sequence[str]) -> str:
    return f"{', '.join(parts[:-1])} {conjunction} {parts[-1]}"


def _english_list(parts: Sequence[str]) -> str:
    return _joined_with("and", parts)


def _english_choice(parts: Sequence[str]) -> str:
    return " or ".join(parts)


def _english_singular(label: str) -> str:
    """The last plural before a word like `of` or `this` is the noun."""
    parts = label.split(" ")
    end = next((index for index, text in enumerate(parts) if text in _ENGLISH_AFTER_THE_NOUN), len(parts))
    nouns = [index for index, text in enumerate(parts[:end]) if text.endswith("s") and not text.endswith(("ss", "us", "is"))]
    if nouns:
        parts[nouns[-1]] = _english_singular_noun(parts[nouns[-1]])
    return " ".join(parts)


def _english_singular_noun(plural: str) -> str:
    if plural.endswith("ies"):
        return f"{plural[:-3]}y"
    return plural[:-2] if plural.endswith(_ENGLISH_ENDINGS_WITH_ES) else plural[:-1]


def _spanish_list(parts: Sequence[str]) -> str:
    """`e` stands for `y` before the sound of `i`."""
    return _joined_with("e" if _SPANISH_AND_BEFORE_I.match(parts[-1]) else "y", parts)


def _spanish_choice(parts: Sequence[str]) -> str:
    """`u` stands for `o` before the sound of `o`."""
    return parts[0] + "".join(f" {'u' if _SPANISH_OR_BEFORE_O.match(part) else 'o'} {part}" for part in parts[1:])


def _spanish_singular(label: str) -> str:
    """Adjectives agree with their noun, so everything up to a preposition is in the plural: `Llamada saliente`, `Visita a
    clientes`."""
    parts = label.split(" ")
    end = next((index for index, text in enumerate(parts) if text in _SPANISH_AFTER_THE_NOUN), len(parts))
    return " ".join([*map(_spanish_singular_noun, parts[:end]), *parts[end:]])


def _spanish_singular_noun(plural: str) -> str:
    """`reunión` for `reuniones`, `oportunidad` for `oportunidades`, `cliente` for `clientes`, `email` for `emails`."""
    if plural.endswith("ones"):
        return f"{plural[:-4]}ón"
    if plural.endswith("ces"):
        return f"{plural[:-3]}z"
    if plural.endswith(("des", "les", "nes", "res")) and plural[-4:-3] in _SPANISH_VOWELS:
        return plural[:-2]
    return plural[:-1] if plural.endswith("s") and not plural.endswith(_SPANISH_ENDINGS_OF_SINGULARS) else plural


def _spanish_contraction(preposition: str, noun: str) -> str:
    if noun.startswith(_SPANISH_ARTICLE):
        return f"{preposition}l {noun.removeprefix(_SPANISH_ARTICLE)}"
    return _apart(preposition, noun)


_UNKNOWN: Final = _Grammar(singular=str, joined=_list_of_locale, either=_choice_of_locale, contracted=_apart)
_GRAMMARS: Final = {
    ENGLISH: _Grammar(singular=_english_singular, joined=_english_list, either=_english_choice, contracted=_apart),
    "es": _Grammar(singular=_spanish_singular, joined=_spanish_list, either=_spanish_choice, contracted=_spanish_contraction),
}
