"""The hash by which an erased person is recognised, and nothing else about them.

It is HMAC-SHA256 under a key of the installation. A plain hash would not do: there are so few ids of CRM users and contacts
that all of them could be tried.
"""

import hmac
import re
from collections.abc import Iterable

import msgspec

from shared.errors import DaymarkError


class NoErasureKey(DaymarkError):
    """No key is configured under which an erased person could be recognised. Set privacy.forget_key to env:NAME or
    file:PATH."""


def tombstone(key: bytes, *parts: str | None) -> bytes:
    """The 32 bytes that stand for these parts. They cannot run into each other: they are hashed as a JSON array."""
    return hmac.digest(key, msgspec.json.encode(parts), "sha256")


def tombstone_of_key(key: bytes) -> bytes:
    """Stands for the key itself, so that a changed key is noticed instead of recognising nobody."""
    return tombstone(key, "key")


def tombstone_of_person(key: bytes, person_id: str) -> bytes:
    """Stands for a rep or a manager, by their id in the roster."""
    return tombstone(key, "person", person_id)


def mention_of(texts: Iterable[str]) -> re.Pattern[str]:
    """Finds any of these texts as whole words, ignoring case. Without texts it finds nothing."""
    either = "|".join(re.escape(text) for text in texts if text)
    return re.compile(rf"(?<!\w)(?:{either})(?!\w)" if either else r"(?!)", re.IGNORECASE)
