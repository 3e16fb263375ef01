"""The hash by which somebody who is forgotten is recognised, and by nothing else.

It is HMAC-SHA256 under a key of the installation. A plain hash would not do: ids of CRM users and contacts are few enough to
try them all.
"""

import hmac
import re
from collections.abc import Iterable

import msgspec

from shared.errors import DaymarkError


class NoForgetKey(DaymarkError):
    """No key is configured under which they could be recognised later. Set privacy.forget_key to env:NAME or file:PATH."""


def tombstone(key: bytes, *said: str | None) -> bytes:
    """The 32 bytes that stand for what is said. Parts cannot run into each other: they are hashed as a JSON array."""
    return hmac.digest(key, msgspec.json.encode(said), "sha256")


def tombstone_of_key(key: bytes) -> bytes:
    """Stands for the key itself, so that another key is noticed instead of recognising nobody."""
    return tombstone(key, "key")


def tombstone_of_person(key: bytes, person_id: str) -> bytes:
    """Of a rep or a manager, by the id in the roster."""
    return tombstone(key, "person", person_id)


def mention_of(texts: Iterable[str]) -> re.Pattern[str]:
    """Finds any of these as whole words, in capitals or not. Without texts it finds nothing."""
    either = "|".join(re.escape(text) for text in texts if text)
    return re.compile(rf"(?<!\w)(?:{either})(?!\w)" if either else r"(?!)", re.IGNORECASE)
