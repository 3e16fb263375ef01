"""Who is forgotten, known only by keyed hashes, and what is left of an observation that speaks of them."""

from dataclasses import dataclass, field
from typing import Final, Literal, get_args

import msgspec

from services.scoring.domain.activities.counting import Place, place
from services.scoring.domain.activities.fact_states import DELETED, KIND, Activity, FactStates, merge, read_activity
from services.scoring.domain.roster.roster import Roster
from shared.observation import Observation, is_earliest
from shared.privacy.erasure import tombstone, tombstone_of_person

FORGOTTEN_CONTACT: Final = "forgotten:"
"""How the key of a contact begins that stands where that of a forgotten one stood."""

_KEPT_FACTS: Final = frozenset({*Activity.__struct_fields__, "outcome_raw", KIND, DELETED})
"""Facts whose meaning is known. A sender's own may hold anything, also a name."""

_EVENT_ID_HEX: Final = 32
_ALIAS_HEX: Final = 16


Kind = Literal["key", "person", "user", "contact"]
KINDS: Final[tuple[Kind, ...]] = get_args(Kind)
_KNOWN_MAX: Final = 10_000


@dataclass(frozen=True, kw_only=True, slots=True)
class Forgotten:
    """Hashes under `key`, the installation's; without it nobody can be forgotten. Users come again and again, so what was found
    of one is kept."""

    key: bytes = field(default=b"", repr=False)
    people: frozenset[bytes] = frozenset()
    users: frozenset[bytes] = frozenset()
    contacts: frozenset[bytes] = frozenset()
    _known: dict[tuple[str, str | None, str], bool] = field(default_factory=dict, compare=False, repr=False)

    def __bool__(self) -> bool:
        """Whether anybody is forgotten of whom a CRM may speak."""
        return bool(self.users or self.contacts)

    def holds_person(self, person_id: str) -> bool:
        """Whether somebody of the roster with this id is forgotten."""
        return bool(self.people) and tombstone_of_person(self.key, person_id) in self.people

    def holds_user(self, *, source: str, account: str | None, user: str) -> bool:
        """Whether the user of a CRM is: as one of this account, or of any of the source."""
        if not self.users:
            return False
        known = self._known.get((source, account, user))
        if known is None:
            known = any(tombstone_of_user(self.key, source, one, user) in self.users for one in (account, None))
            if len(self._known) < _KNOWN_MAX:
                self._known[source, account, user] = known
        return known

    def holds_contact(self, *, source: str | None, contact_key: str) -> bool:
        """Whether a contact is: of this source, or of any."""
        return bool(self.contacts) and any(
            tombstone_of_contact(self.key, one, contact_key) in self.contacts for one in (source, None)
        )


NOBODY_FORGOTTEN: Final = Forgotten()


def tombstone_of_user(key: bytes, source: str, account: str | None, user: str) -> bytes:
    """Of a user of a CRM, in one account or in all of a source."""
    return tombstone(key, "user", source, account, user)


def tombstone_of_contact(key: bytes, source: str | None, contact_key: str) -> bytes:
    """Of a contact of one source, or of any."""
    return tombstone(key, "contact", source, contact_key)


@dataclass(frozen=True, kw_only=True, slots=True)
class Recognised:
    """What may be taken in of an observation that names somebody who is forgotten. `is_theirs`: they did it themselves, so
    that there is nothing to keep unless it says that somebody else's activity is no longer theirs."""

    observation: Observation
    event_id: str
    is_theirs: bool


def recognise(
    forgotten: Forgotten, roster: Roster, observation: Observation, *, source: str, event_id: str
) -> Recognised | None:
    """None when the observation names nobody who is forgotten. The id of the event is a plain hash of all that it said, so it
    is hashed again under the key."""
    actor, contact_key, account = observation.facts.get("actor"), observation.facts.get("contact_key"), observation.account
    is_theirs = isinstance(actor, str) and is_of_forgotten(forgotten, roster, source, account, actor)
    is_with_them = isinstance(contact_key, str) and forgotten.holds_contact(source=source, contact_key=contact_key)
    if not (is_theirs or is_with_them):
        return None
    said = {name: value for name, value in observation.facts.items() if _is_kept(name)}
    keyed = keyed_event_id(forgotten.key, event_id)
    if is_theirs:
        said["actor"] = None
    if is_with_them:
        activity = read_activity(merge({}, observation, event_id))
        where = place(activity, source=source, account=account, roster=roster)
        said["contact_key"] = alias_of(forgotten.key, str(contact_key), where or keyed)
    return Recognised(observation=msgspec.structs.replace(observation, facts=said), event_id=keyed, is_theirs=is_theirs)


def is_of_forgotten(forgotten: Forgotten, roster: Roster, source: str, account: str, actor: str) -> bool:
    """Whether somebody who is forgotten did it. A user whom the roster gives to somebody is theirs, whoever had it before."""
    return roster.rep_of(source=source, account=account, actor=actor) is None and forgotten.holds_user(
        source=source, account=account, user=actor
    )


def _is_kept(name: str) -> bool:
    return name in _KEPT_FACTS or is_earliest(name)


def alias_of(key: bytes, contact_key: str, where: Place | str) -> str:
    """What stands for a forgotten contact: the same on one day of one rep, so that it is still seen that it was the same
    contact again, and another everywhere else. `where` is the day, or any text of its own where there is none."""
    place = (where.rep_id, where.day.isoformat()) if isinstance(where, Place) else (where,)
    return FORGOTTEN_CONTACT + tombstone(key, "alias", contact_key, *place).hex()[:_ALIAS_HEX]


def without_contact(states: FactStates, alias: str, *, key: bytes) -> FactStates:
    """The facts of an activity, with `alias` for its contact and without what may hold anything."""
    kept = {
        name: (value, at, keyed_event_id(key, event_id)) for name, (value, at, event_id) in states.items() if _is_kept(name)
    }
    _, at, event_id = kept["contact_key"]
    return {**kept, "contact_key": (alias, at, event_id)}


def keyed_event_id(key: bytes, event_id: str) -> str:
    """The id under which an event is remembered that named somebody who is forgotten."""
    return tombstone(key, "event", event_id).hex()[:_EVENT_ID_HEX]


def forgotten_in(forgotten: Forgotten, before: Roster, after: Roster) -> str | None:
    """Who of a new roster cannot be taken in, as a phrase: an id or a user that somebody had who is forgotten."""
    known_people = before.reps.keys() | {manager.id for team in before.teams for manager in team.managers}
    people = [*after.reps, *(manager.id for team in after.teams for manager in team.managers)]
    for person_id in people:
        if person_id not in known_people and forgotten.holds_person(person_id):
            return person_id
    known_users = {identity for rep in before.reps.values() for identity in rep.identities}
    for rep in after.reps.values():
        for number, one in enumerate(rep.identities):
            if one not in known_users and forgotten.holds_user(source=one.source, account=one.account, user=one.user):
                return f"{rep.id}, identities[{number}]"
    return None
