"""By what a contact is known from translation on."""

from datetime import UTC, datetime

from shared.fact_values import FactValue
from shared.observation import ActivityId, Observation
from shared.privacy.contact_keys import hashed_contact, is_hashed, with_hashed_contact

SECRET = b"hashes contacts"


def _seen(**facts: FactValue) -> Observation:
    return Observation(activity_id=ActivityId("a1"), kind="call", observed_at=datetime(2026, 3, 2, tzinfo=UTC), facts=facts)


def test_the_hash_stays_what_it_is() -> None:
    """Whoever computes it another way parts every contact from its past."""
    assert hashed_contact(b"key", "The quick brown fox jumps over the lazy dog") == "hmac:f7bc83f430538424b13298e6aa6fb143"


def test_another_secret_and_another_contact_have_another_hash() -> None:
    hashes = {hashed_contact(secret, contact) for secret in (b"a", b"b") for contact in ("1", "2", "ü", "\ud800")}

    assert len(hashes) == 8
    assert all(is_hashed(one) for one in hashes)


def test_what_only_looks_similar_is_no_hash() -> None:
    one = hashed_contact(SECRET, "ada")

    assert [is_hashed(text) for text in ("ada", one[:-1], one + "0", one.upper(), one + "\n", one[5:])] == [False] * 6


def test_only_the_contact_of_an_observation_changes() -> None:
    said = with_hashed_contact(_seen(actor="7", contact_key="ada"), SECRET)

    assert said == _seen(actor="7", contact_key=hashed_contact(SECRET, "ada"))
    assert with_hashed_contact(_seen(actor="7"), SECRET) == _seen(actor="7")


def test_a_contact_that_is_withdrawn_stays_withdrawn() -> None:
    assert with_hashed_contact(_seen(contact_key=None), SECRET) == _seen(contact_key=None)


def test_what_looks_hashed_in_a_senders_words_is_hashed_again() -> None:
    hashed = hashed_contact(SECRET, "ada")

    assert with_hashed_contact(_seen(contact_key=hashed), SECRET) != _seen(contact_key=hashed)


def test_without_a_secret_no_contact_goes_on() -> None:
    assert with_hashed_contact(_seen(actor="7", contact_key="ada"), b"") == _seen(actor="7")
