"""Whether a message of a stream names a person who is to be erased.

An id that is long enough is looked for as a whole word anywhere. A short one, such as user 7, would be found in half of all
messages, so it has to be a value of its own. Where nothing is lost by erasing too much, it also matches as a number.
"""

import re
from collections.abc import Iterable, Iterator
from typing import Final
from urllib.parse import unquote_plus

import msgspec

from shared.jetstream.dead_letters import ORIGIN_HEADER
from shared.jetstream.stored_messages import StoredMessage
from shared.jetstream.streams import ACTIVITIES, DEAD, NUDGES, SCORES, WEBHOOKS
from shared.observation import NO_JSON
from shared.privacy.contact_keys import CONTACT_KEY, hashed_contact, is_hashed
from shared.privacy.erasure import mention_of
from shared.requests.erasure import ErasureTarget

_FOREIGN_STREAMS: Final = (WEBHOOKS, DEAD)
"""They hold what a CRM wrote, in any shape."""

_REPORT_TYPES: Final = ("day.", "nudge.", "playbook.")
_TOKEN: Final = re.compile(r"[^\s<>\"'&=]+")
_DISTINCTIVE_LENGTH: Final = 7
"""An id with at least so many characters does not occur in a message by chance."""


class PersonMatcher:
    """Recognises one person or contact. `activities` holds the (source, account, activity id) that were recorded as theirs."""

    def __init__(self, target: ErasureTarget, *, contact_secret: bytes = b"") -> None:
        self._target = target
        self._contact_secret = contact_secret
        self._names = _pattern_of_names(target)
        self._ids_by_source: dict[str, _Ids] = {}
        self.activities: set[tuple[str, str, str]] = set()

    def matches(self, stream: str, message: StoredMessage) -> bool:
        """Whether the message names the person. Remembers activities that turn out to be theirs."""
        if stream == ACTIVITIES:
            return self._matches_observation(message)
        if stream in _FOREIGN_STREAMS:
            return self._matches_foreign(message, may_erase_too_much=stream == WEBHOOKS) or (
                stream == DEAD and self._matches_report(message)
            )
        return stream in (SCORES, NUDGES) and self._matches_report(message)

    def _matches_observation(self, message: StoredMessage) -> bool:
        document = _decode(message.data)
        if not isinstance(document, dict) or not isinstance(document.get("facts"), dict):
            return False
        source, account, facts = document.get("source", ""), document.get("account") or "", document["facts"]
        if self._target.subject == "contact":
            is_of_source = self._target.source in (None, source)
            return is_of_source and facts.get(CONTACT_KEY) in self._target.contact_keys
        is_theirs = any(
            user.source == source and user.account in (None, account) and user.user == facts.get("actor")
            for user in self._target.users
        )
        activity = (str(source), str(account), str(document.get("activity_id")))
        if is_theirs:
            self.activities.add(activity)
        return is_theirs or activity in self.activities or _occurs(self._names, _strings(facts))

    def _matches_foreign(self, message: StoredMessage, *, may_erase_too_much: bool) -> bool:
        origin = message.headers.get(ORIGIN_HEADER, "").rpartition(" ")[2] or message.subject
        ids = self._ids_of(origin.rpartition(".")[2])
        text = message.data.decode("utf-8", "replace")
        document = _decode(message.data)
        texts = [text, unquote_plus(text), *message.headers.values(), *_strings(document)]
        return (
            _occurs(self._names, texts)
            or _occurs(ids.distinctive, texts)
            or any(_is_one_of(value, ids.short, or_number=may_erase_too_much) for value in _values(document))
            or (bool(ids.hashed) and self._holds_hashed_key(document, text, ids.hashed, or_number=may_erase_too_much))
        )

    def _holds_hashed_key(self, document: object, text: str, hashed_keys: frozenset[str], *, or_number: bool) -> bool:
        """Whether a value of the JSON document, or a word of any other text, has one of these hashes."""
        values = _values(document) if document is not None else iter(_TOKEN.findall(text) + _TOKEN.findall(unquote_plus(text)))
        keys = {str(value) for value in values if isinstance(value, str) or (or_number and isinstance(value, int))}
        return any(hashed_contact(self._contact_secret, key) in hashed_keys for key in keys)

    def _matches_report(self, message: StoredMessage) -> bool:
        """Day reports, announcements and nudges name people by their ids in the roster."""
        person, headers = self._target.person, message.headers
        if self._target.subject == "contact" or not headers.get("ce-type", "").startswith(_REPORT_TYPES):
            return False
        if headers.get("ce-subject", "").partition("/")[0] == person:
            return True
        document = _decode(message.data)
        if not isinstance(document, dict):
            return False
        people = [document.get("rep"), document.get("person"), document.get("sender")]
        people += [*(document.get("managers") or []), *(document.get("about") or [])]
        return document.get("rep_id") == person or any(
            isinstance(mentioned, dict) and mentioned.get("id") == person for mentioned in people
        )

    def _ids_of(self, source: str) -> "_Ids":
        if source not in self._ids_by_source:
            target = self._target
            if target.subject == "contact":
                ids = [target.person] if target.source in (None, source) else []
            else:
                ids = [user.user for user in target.users if user.source == source]
            is_hash_known = target.subject == "contact" and bool(self._contact_secret)
            self._ids_by_source[source] = _Ids(ids, can_be_hashed=is_hash_known)
        return self._ids_by_source[source]


class _Ids:
    """The ids that one source uses for the person or contact."""

    def __init__(self, ids: Iterable[str], *, can_be_hashed: bool) -> None:
        unique_ids = frozenset(ids)
        self.hashed = frozenset(key for key in unique_ids if can_be_hashed and is_hashed(key))
        self.short = frozenset(user for user in unique_ids if len(user) < _DISTINCTIVE_LENGTH)
        self.distinctive = mention_of(unique_ids - self.short)


def _pattern_of_names(target: ErasureTarget) -> re.Pattern[str]:
    """Email addresses, and names of at least two words: a single word may be any word."""
    return mention_of([*(name for name in target.names if len(name.split()) > 1), *target.emails])


def _decode(data: bytes) -> object:
    """The JSON document, or None."""
    try:
        return msgspec.json.decode(data)
    except NO_JSON:
        return None


def _values(document: object) -> Iterator[object]:
    """Every value in a JSON document that is neither an object nor an array."""
    remaining = [document]
    while remaining:
        value = remaining.pop()
        if isinstance(value, dict):
            remaining += value.values()
        elif isinstance(value, list):
            remaining += value
        else:
            yield value


def _strings(document: object) -> Iterator[str]:
    return (value for value in _values(document) if isinstance(value, str))


def _occurs(pattern: re.Pattern[str], texts: Iterable[str]) -> bool:
    return any(pattern.search(text) for text in texts)


def _is_one_of(value: object, ids: frozenset[str], *, or_number: bool) -> bool:
    return value in ids if isinstance(value, str) else or_number and isinstance(value, int) and str(value) in ids
