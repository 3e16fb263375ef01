"""Texts that people read, in their language.

What a text says about something stands in it by name and is filled in afterwards, so that a translation can place it where its
own grammar wants it: `gettext("Score of {name}").format(name=name)`.
"""

from shared.languages.catalogue import translations_of
from shared.languages.current import current_language


def gettext(message: str) -> str:
    """The text in the language of whoever reads it."""
    return translations_of(current_language()).gettext(message)


def ngettext(singular: str, plural: str, count: int) -> str:
    """The text for so many things: `ngettext("{count} rep", "{count} reps", 3).format(count=3)`."""
    return translations_of(current_language()).ngettext(singular, plural, count)


def pgettext(context: str, message: str) -> str:
    """The text in its meaning in a context, for a word that other languages translate in several ways."""
    return str(translations_of(current_language()).pgettext(context, message))


def marked(message: str) -> str:
    """A text that is translated later, where it is read: `gettext(TITLES[name])`. It stays as it is."""
    return message


def pmarked(context: str, message: str) -> str:
    """Likewise, for `pgettext` in this context."""
    del context
    return message
