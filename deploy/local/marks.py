"""By what a message of a stream is known to name a person who is to be forgotten.

Ids that tell enough are looked for as whole words anywhere. A short one, such as user 7, would be found in half of all
messages: it counts where it is a value of its own. Where nothing is lost by taking too much, it counts as a number, too.
"""

import re
from collections.abc import Iterable, Iterator
from typing import Any, Final
from urllib.parse import unquote_plus

import msgspec

from deploy.local.stored import Stored
from shared.jetstream.dead_letters import ORIGIN_HEADER
from shared.jetstream.streams import ACTIVITIES, DEAD, NUDGES, SCORES, WEBHOOKS
from shared.observation import NO_JSON
from shared.privacy.contact_keys import hashed_contact, is_hashed
from shared.privacy.erasure import mention_of

RAW: Final = (WEBHOOKS, DEAD)
"""What a stranger wrote, in whatever shape."""

_WORD: Final = re.compile(r"[^\s<>\"'&=]+")
_TELLING: Final = 7
"""An id of so many characters is not found in a message by chance."""


class Marks:
    """`of_activity` are activities that were once said to be theirs: source, account, activity id."""

    def __init__(self, known: ErasureTarget, *, contact_secret: bytes = b"") -> None:
        self._known = known
        self._contact_secret = contact_secret
        self._mention = _texts_of(known)
        self._by_source: dict[str, _Ids] = {}
        self.of_activity: set[tuple[str, str, str]] = set()

    def are_in(self, stream: str, message: Stored) -> bool:
        """Whether the message names them."""
        if stream == ACTIVITIES:
            return self._are_in_observation(message)
        if stream in RAW:
            return self._are_in_raw(message, may_take_too_much=stream == WEBHOOKS) or (
                stream == DEAD and self._are_in_report(message)
            )
        return stream in (SCORES, NUDGES) and self._are_in_report(message)

    def _are_in_observation(self, message: Stored) -> bool:
        said = _json(message.data)
        if not isinstance(said, dict) or not isinstance(said.get("facts"), dict):
            return False
        source, account, facts = said.get("source", ""), said.get("account") or "", said["facts"]
        if self._known.who == "contact":
            is_of_source = self._known.source in (None, source)
            return is_of_source and facts.get("contact_key") in self._known.contact_keys
        is_theirs = any(
            one.source == source and one.account in (None, account) and one.user == facts.get("actor")
            for one in self._known.users
        )
        key = (str(source), str(account), str(said.get("activity_id")))
        if is_theirs:
            self.of_activity.add(key)
        return is_theirs or key in self.of_activity or _is_found(self._mention, _strings(facts))

    def _are_in_raw(self, message: Stored, *, may_take_too_much: bool) -> bool:
        origin = message.headers.get(ORIGIN_HEADER, "").rpartition(" ")[2] or message.subject
        source = origin.rpartition(".")[2]
        ids = self._ids_of(source)
        text = message.data.decode("utf-8", "replace")
        said = _json(message.data)
        texts = [text, unquote_plus(text), *message.headers.values(), *_strings(said)]
        return (
            _is_found(self._mention, texts)
            or _is_found(ids.telling, texts)
            or any(_is_value(value, ids.short, also_numbers=may_take_too_much) for value in _values(said))
            or (bool(ids.hashed) and self._is_hashed_in(said, text, ids.hashed, also_numbers=may_take_too_much))
        )

    def _is_hashed_in(self, said: Any, text: str, hashed: frozenset[str], *, also_numbers: bool) -> bool:
        """Whether any value, or any word of what is no JSON, is the key of which only the hash is known."""
        words = _values(said) if said is not None else iter(_WORD.findall(text) + _WORD.findall(unquote_plus(text)))
        texts = {str(word) for word in words if isinstance(word, str) or (also_numbers and isinstance(word, int))}
        return any(hashed_contact(self._contact_secret, one) in hashed for one in texts)

    def _are_in_report(self, message: Stored) -> bool:
        """Reports of days, announcements and nudges name people by the ids of the roster."""
        person, headers = self._known.person, message.headers
        if self._known.who == "contact" or not headers.get("ce-type", "").startswith(("day.", "nudge.", "playbook.")):
            return False
        said = _json(message.data)
        people = (
            [said.get("rep"), said.get("person"), *(said.get("managers") or []), *(said.get("about") or [])]
            if isinstance(said, dict)
            else []
        )
        is_named = isinstance(said, dict) and said.get("rep_id") == person
        is_named |= any(isinstance(one, dict) and one.get("id") == person for one in people)
        return is_named or headers.get("ce-subject", "").partition("/")[0] == person

    def _ids_of(self, source: str) -> "_Ids":
        if source not in self._by_source:
            known = self._known
            if known.who == "contact":
                ids = [known.person] if known.source in (None, source) else []
            else:
                ids = [one.user for one in known.users if one.source == source]
            self._by_source[source] = _Ids(ids, is_contact=known.who == "contact" and bool(self._contact_secret))
        return self._by_source[source]


class _Ids:
    """Users, or a contact, of one source."""

    def __init__(self, ids: Iterable[str], *, is_contact: bool) -> None:
        given = frozenset(ids)
        self.hashed = frozenset(one for one in given if is_contact and is_hashed(one))
        self.short = frozenset(one for one in given if len(one) < _TELLING)
        self.telling = mention_of(given - self.short)


def _texts_of(known: ErasureTarget) -> re.Pattern[str]:
    """Names of at least two words, and addresses: one word may be any word."""
    return mention_of([*(name for name in known.names if len(name.split()) > 1), *known.emails])


def _json(data: bytes) -> Any:
    try:
        return msgspec.json.decode(data)
    except NO_JSON:
        return None


def _values(said: Any) -> Iterator[Any]:
    waiting = [said]
    while waiting:
        one = waiting.pop()
        if isinstance(one, dict):
            waiting += one.values()
        elif isinstance(one, list):
            waiting += one
        else:
            yield one


def _strings(said: Any) -> Iterator[str]:
    return (value for value in _values(said) if isinstance(value, str))


def _is_found(mention: re.Pattern[str], texts: Iterable[str]) -> bool:
    return any(mention.search(text) for text in texts)


def _is_value(value: Any, ids: frozenset[str], *, also_numbers: bool) -> bool:
    return value in ids if isinstance(value, str) else also_numbers and isinstance(value, int) and str(value) in ids
