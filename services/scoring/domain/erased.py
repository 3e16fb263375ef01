"""Erased people: they are recognised by keyed hashes only, and nothing that names them is recorded again."""

from collections.abc import Collection
from dataclasses import dataclass, field
from functools import partial
from typing import Final, Literal, get_args

import msgspec

from services.scoring.domain.activities.activity import read_activity
from services.scoring.domain.activities.assignment import RepDay, assign
from services.scoring.domain.activities.deals import is_about_stages
from services.scoring.domain.activities.fact_states import merge
from services.scoring.domain.activities.readings import with_id
from services.scoring.domain.activities.statements import (
    DELETED,
    OBSERVED_KIND,
    REPROCESSED,
    FactStates,
    is_history_of,
)
from services.scoring.domain.roster.roster import Roster
from shared.events import PersonId
from shared.facts import ACTOR, AMOUNT, CONTACT_KEY, find_fact
from shared.observation import Observation, SourceName
from shared.privacy.erasure import tombstone, tombstone_of_person

ALIAS_PREFIX: Final = "forgotten:"
"""How the alias begins that replaces the key of an erased contact."""

_EVENT_ID_HEX: Final = 32
_ALIAS_HEX: Final = 16
_CACHED_USERS_MAX: Final = 10_000

TombstoneKind = Literal["key", "person", "user", "contact"]
TOMBSTONE_KINDS: Final[tuple[TombstoneKind, ...]] = get_args(TombstoneKind)


@dataclass(frozen=True, kw_only=True, slots=True)
class ErasedPeople:
    """Tombstones: hashes under `key`, the erasure key of the installation. Without a key nobody can be erased. Users occur in
    many observations, so the answers for them are cached."""

    key: bytes = field(default=b"", repr=False)
    people: frozenset[bytes] = frozenset()
    users: frozenset[bytes] = frozenset()
    contacts: frozenset[bytes] = frozenset()
    _cached_users: dict[tuple[SourceName, str | None, str], bool] = field(default_factory=dict, compare=False, repr=False)

    def __bool__(self) -> bool:
        """Whether an observation may name somebody who was erased."""
        return bool(self.users or self.contacts)

    def has_person(self, person_id: PersonId) -> bool:
        """Whether the rep or manager with this id was erased."""
        return bool(self.people) and tombstone_of_person(self.key, person_id) in self.people

    def has_user(self, *, source: SourceName, account: str | None, user: str) -> bool:
        """Whether the user of a CRM was erased: of this account, or of every account of the source."""
        if not self.users:
            return False
        is_erased = self._cached_users.get((source, account, user))
        if is_erased is None:
            tombstones = {tombstone_of_user(self.key, source, scope, user) for scope in (account, None)}
            is_erased = not self.users.isdisjoint(tombstones)
            if len(self._cached_users) < _CACHED_USERS_MAX:
                self._cached_users[source, account, user] = is_erased
        return is_erased

    def has_contact(self, *, source: SourceName | None, contact_key: str) -> bool:
        """Whether the contact was erased: of this source, or of every source."""
        return bool(self.contacts) and any(
            tombstone_of_contact(self.key, scope, contact_key) in self.contacts for scope in (source, None)
        )


NO_ERASED_PEOPLE: Final = ErasedPeople()


def tombstone_of_user(key: bytes, source: SourceName, account: str | None, user: str) -> bytes:
    """Stands for a user of a CRM, in one account or in every account of the source."""
    return tombstone(key, "user", source, account, user)


def tombstone_of_contact(key: bytes, source: SourceName | None, contact_key: str) -> bytes:
    """Stands for a contact of one source, or of every source."""
    return tombstone(key, "contact", source, contact_key)


@dataclass(frozen=True, kw_only=True, slots=True)
class Redacted:
    """What may be recorded of an observation that names an erased person. If it `is_by_erased_user`, that person did the
    activity: there is nothing to record unless the activity is already stored as somebody else's."""

    observation: Observation
    event_id: str
    is_by_erased_user: bool


def redact(
    erased: ErasedPeople, roster: Roster, observation: Observation, *, source: SourceName, event_id: str
) -> Redacted | None:
    """None if the observation names nobody who was erased.

    The event id is a plain hash of the whole content, so it is hashed again under the key.
    """
    account = observation.account
    user, contact_key = observation.facts.get(ACTOR.name), observation.facts.get(CONTACT_KEY.name)
    is_by_erased_user = isinstance(user, str) and is_erased_user(erased, roster, source=source, account=account, user=user)
    is_with_contact = isinstance(contact_key, str) and erased.has_contact(source=source, contact_key=contact_key)
    if not (is_by_erased_user or is_with_contact):
        return None
    facts = {name: value for name, value in observation.facts.items() if is_safe_to_keep(name)}
    keyed_id = keyed_event_id(erased.key, event_id)
    if is_by_erased_user:
        facts[ACTOR.name] = None
    if is_with_contact:
        activity = read_activity(merge({}, observation, event_id))
        rep_day = assign(activity, source=source, account=account, roster=roster)
        facts[CONTACT_KEY.name] = contact_alias(erased.key, str(contact_key), rep_day or keyed_id)
    return Redacted(
        observation=msgspec.structs.replace(observation, facts=facts), event_id=keyed_id, is_by_erased_user=is_by_erased_user
    )


def is_erased_user(erased: ErasedPeople, roster: Roster, *, source: SourceName, account: str, user: str) -> bool:
    """Whether the user belonged to an erased person and to no rep of the roster since."""
    return roster.find_rep(source=source, account=account, user=user) is None and erased.has_user(
        source=source, account=account, user=user
    )


def is_safe_to_keep(name: str) -> bool:
    """Whether the meaning of the fact is known. A sender's own facts may hold anything, also a name."""
    return (
        name in (OBSERVED_KIND, DELETED)
        or find_fact(name) is not None
        or is_about_stages(name)
        or any(is_history_of(name, fact.name) for fact in (ACTOR, AMOUNT))
    )


def contact_alias(key: bytes, contact_key: str, scope: RepDay | str) -> str:
    """What replaces the key of an erased contact.

    It is the same within one `scope` and different in every other, so that repeated contacts within a rep's day are still
    seen. Without a day the scope is any text that is unique to the activity.
    """
    parts = (scope.rep_id, scope.day.isoformat()) if isinstance(scope, RepDay) else (scope,)
    return ALIAS_PREFIX + tombstone(key, "alias", contact_key, *parts).hex()[:_ALIAS_HEX]


def without_contact(states: FactStates, alias: str, *, key: bytes) -> FactStates:
    """The states with `alias` in place of the contact's key, without facts of unknown meaning, and with keyed event ids."""
    redacted = {
        name: (value, at, _keyed_rank(key, rank)) for name, (value, at, rank) in states.items() if is_safe_to_keep(name)
    }
    _, at, rank = redacted[CONTACT_KEY.name]
    reprocessed = {REPROCESSED: states[REPROCESSED]} if REPROCESSED in states else {}
    return {**redacted, CONTACT_KEY.name: (alias, at, rank), **reprocessed}


def without_owners(states: FactStates, users: Collection[str], *, key: bytes) -> FactStates:
    """The states with aliases in place of these users as owners. An alias is nobody's user."""
    return {
        name: (_alias_of_user(key, str(value)), at, _keyed_rank(key, rank))
        if value in users and (name == ACTOR.name or is_history_of(name, ACTOR.name))
        else (value, at, rank)
        for name, (value, at, rank) in states.items()
    }


def _alias_of_user(key: bytes, user: str) -> str:
    return ALIAS_PREFIX + tombstone(key, "alias of user", user).hex()[:_ALIAS_HEX]


def keyed_event_id(key: bytes, event_id: str) -> str:
    """The id under which an event is stored that named an erased person."""
    return tombstone(key, "event", event_id).hex()[:_EVENT_ID_HEX]


def _keyed_rank(key: bytes, rank: str) -> str:
    """The rank of the same event when it arrives again and is redacted. So it changes nothing then, and of two events of the
    same time the one that was received later still wins."""
    return with_id(rank, partial(keyed_event_id, key))


def find_erased(erased: ErasedPeople, before: Roster, after: Roster) -> str | None:
    """The first entry of a new roster that an erased person had, as a phrase: an id, or an identity of a rep."""
    known_people = before.reps.keys() | {manager.id for team in before.teams for manager in team.managers}
    people = [*after.reps, *(manager.id for team in after.teams for manager in team.managers)]
    for person_id in people:
        if person_id not in known_people and erased.has_person(person_id):
            return person_id
    known_identities = {identity for rep in before.reps.values() for identity in rep.identities}
    for rep in after.reps.values():
        for number, identity in enumerate(rep.identities):
            if identity in known_identities:
                continue
            if erased.has_user(source=identity.source, account=identity.account, user=identity.user):
                return f"{rep.id}, identities[{number}]"
    return None
