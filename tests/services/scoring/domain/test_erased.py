"""How erased people are recognised, and what is recorded of observations that name them."""

from dataclasses import replace
from datetime import UTC, date, datetime

import pytest

from services.scoring.domain.activities.assignment import RepDay
from services.scoring.domain.activities.statements import OBSERVED_KIND, REPROCESSED, FactStates
from services.scoring.domain.erased import (
    NO_ERASED_PEOPLE,
    ErasedPeople,
    contact_alias,
    find_erased,
    is_safe_to_keep,
    keyed_event_id,
    redact,
    tombstone_of_contact,
    tombstone_of_user,
    without_contact,
    without_owners,
)
from services.scoring.domain.roster.roster import Identity, Manager, Roster
from shared.events import ManagerId, PersonId
from shared.fact_values import FactValue
from shared.observation import ActivityId, Observation, SourceName
from shared.privacy.erasure import tombstone_of_person
from tests.services.scoring.domain.builders import ACME, rep, rep_id_of, roster

KEY = b"a key of the installation"
OTHER = SourceName("other")
ANA, MARA = PersonId("ana"), PersonId("mara")
SEVEN = frozenset({tombstone_of_user(KEY, ACME, None, "7")})
BOB = frozenset({tombstone_of_contact(KEY, ACME, "bob")})
PERSON = frozenset({tombstone_of_person(KEY, ANA)})
EMPTY = roster()


def _erased(*, people: frozenset[bytes] = frozenset(), users: frozenset[bytes] = SEVEN) -> ErasedPeople:
    return ErasedPeople(key=KEY, people=people, users=users, contacts=BOB)


def _observation(facts: dict[str, FactValue]) -> Observation:
    at = datetime(2026, 3, 2, 9, tzinfo=UTC)
    return Observation(activity_id=ActivityId("a"), kind="call", observed_at=at, facts=facts)


@pytest.mark.parametrize(("users", "contacts"), [(SEVEN, frozenset()), (frozenset(), BOB), (SEVEN, BOB)])
def test_users_and_contacts_may_occur_in_observations(users: frozenset[bytes], contacts: frozenset[bytes]) -> None:
    assert ErasedPeople(key=KEY, users=users, contacts=contacts)
    assert not ErasedPeople(key=KEY, people=PERSON)


def test_only_the_erased_are_recognised() -> None:
    erased = _erased(people=PERSON)

    assert [erased.has_person(person) for person in (ANA, MARA)] == [True, False]
    assert [erased.has_user(source=ACME, account="eu", user=user) for user in ("7", "8", "7")] == [True, False, True]
    assert [erased.has_contact(source=ACME, contact_key=contact) for contact in ("bob", "eve")] == [True, False]
    assert not erased.has_user(source=OTHER, account="eu", user="7")
    assert not NO_ERASED_PEOPLE.has_user(source=ACME, account=None, user="7")
    assert not NO_ERASED_PEOPLE.has_person(ANA)
    assert not NO_ERASED_PEOPLE.has_contact(source=ACME, contact_key="bob")


def test_neither_the_key_nor_a_user_that_was_looked_up_is_shown_or_compared() -> None:
    asked, fresh = _erased(), _erased()

    asked.has_user(source=ACME, account="eu", user="7")

    assert asked == fresh
    assert repr(asked) == repr(fresh)
    assert "installation" not in repr(asked)


@pytest.mark.parametrize(
    ("facts", "recorded", "is_by_erased_user"),
    [
        ({"actor": "7", "stage": "offer", "note": "Ana"}, {"actor": None, "stage": "offer"}, True),
        ({"actor": "7", "contact_key": "eve"}, {"actor": None, "contact_key": "eve"}, True),
        ({"actor": "8", "contact_key": "bob"}, {"actor": "8", "contact_key": "an alias"}, False),
        ({"contact_key": "bob", "note": "Bob"}, {"contact_key": "an alias"}, False),
    ],
)
def test_what_names_the_erased_is_not_recorded(
    facts: dict[str, FactValue], recorded: dict[str, FactValue], is_by_erased_user: bool
) -> None:
    erased = _erased()

    redacted = redact(erased, EMPTY, _observation(facts), source=ACME, event_id="e1")

    assert redacted is not None
    alias = contact_alias(KEY, "bob", keyed_event_id(KEY, "e1"))
    assert redacted.observation.facts == {name: alias if value == "an alias" else value for name, value in recorded.items()}
    assert (redacted.is_by_erased_user, redacted.event_id) == (is_by_erased_user, keyed_event_id(KEY, "e1"))


@pytest.mark.parametrize("facts", [{}, {"actor": None}, {"actor": "8"}, {"actor": "8", "contact_key": "eve"}])
def test_an_observation_that_names_nobody_erased_is_left_alone(facts: dict[str, FactValue]) -> None:
    assert redact(_erased(), EMPTY, _observation(facts), source=ACME, event_id="e1") is None


def test_a_user_who_is_a_rep_again_is_recorded() -> None:
    assert redact(_erased(), roster(rep()), _observation({"actor": "7"}), source=ACME, event_id="e1") is None


def test_an_erased_contact_has_one_alias_for_each_day_of_a_rep() -> None:
    facts: dict[str, FactValue] = {"actor": "7", "started_at": "2026-03-02T09:00:00+00:00", "contact_key": "bob"}

    redacted = redact(_erased(), roster(rep()), _observation(facts), source=ACME, event_id="e1")

    assert redacted is not None
    alias = contact_alias(KEY, "bob", RepDay(rep_id_of("ana"), date(2026, 3, 2)))
    assert redacted.observation.facts == facts | {"contact_key": alias}
    assert alias != contact_alias(KEY, "bob", RepDay(rep_id_of("ana"), date(2026, 3, 3)))


def test_aliases_and_keyed_ids_have_their_length() -> None:
    alias = contact_alias(KEY, "bob", "e1")

    assert (alias[:10], len(alias)) == ("forgotten:", 10 + 16)
    assert len(keyed_event_id(KEY, "e1")) == 32


def test_only_facts_of_known_meaning_are_kept_of_an_activity_with_an_erased_contact() -> None:
    at = "2026-03-02T09:00:00.000000+00:00"
    states: FactStates = {
        name: (value, at, "e1")
        for name, value in {OBSERVED_KIND: "call", "contact_key": "bob", "heard_at:offer": at, "note": "Bob"}.items()
    }

    assert without_contact(states, "an alias", key=KEY) == {
        OBSERVED_KIND: ("call", at, keyed_event_id(KEY, "e1")),
        "contact_key": ("an alias", at, keyed_event_id(KEY, "e1")),
        "heard_at:offer": (at, at, keyed_event_id(KEY, "e1")),
    }
    assert not is_safe_to_keep("note")


def test_an_erased_contact_changes_nothing_of_which_event_is_newer() -> None:
    at = "2026-03-02T09:00:00.000000+00:00"
    reprocessed: FactStates = {REPROCESSED: ("00000000000001/00000000000009/00000000000010", "", "")}
    states: FactStates = {"contact_key": ("bob", at, "r00000000000002/00000000000003.e1")} | reprocessed

    assert without_contact(states, "an alias", key=KEY) == reprocessed | {
        "contact_key": ("an alias", at, "r00000000000002/00000000000003." + keyed_event_id(KEY, "e1"))
    }
    assert without_owners({"actor": ("7", at, "r00000000000002.e1")}, {"7"}, key=KEY)["actor"][2] == (
        "r00000000000002." + keyed_event_id(KEY, "e1")
    )


def _with_manager(reps: Roster, person_id: PersonId) -> Roster:
    (team,) = reps.teams
    manager = Manager(id=ManagerId(person_id), name="M", email=None, timezone=None)
    return replace(reps, teams=(replace(team, managers=(manager,)),))


@pytest.mark.parametrize(
    ("before", "after", "phrase"),
    [
        (EMPTY, EMPTY, None),
        (EMPTY, roster(rep(name="ben", identities=()), rep(identities=())), "ana"),
        (EMPTY, _with_manager(EMPTY, ANA), "ana"),
        (roster(rep(identities=())), roster(rep(identities=())), None),
        (_with_manager(EMPTY, ANA), _with_manager(EMPTY, ANA), None),
        (EMPTY, roster(rep(name="ben", identities=(Identity(source=ACME, user="8"),))), None),
        (EMPTY, roster(rep(name="ben")), "ben, identities[0]"),
        (roster(rep(name="ben")), roster(rep(name="ben")), None),
        (
            roster(rep(name="ben", identities=(Identity(source=ACME, user="8"),))),
            roster(rep(name="ben", identities=(Identity(source=ACME, user="8"), Identity(source=ACME, user="7")))),
            "ben, identities[1]",
        ),
    ],
    ids=[
        "nobody",
        "a rep",
        "a manager",
        "a rep who was there",
        "a manager who was there",
        "somebody else",
        "a new identity",
        "an identity that was there",
        "a further identity",
    ],
)
def test_an_erased_person_is_found_in_a_new_roster(before: Roster, after: Roster, phrase: str | None) -> None:
    assert find_erased(_erased(people=PERSON), before, after) == phrase
