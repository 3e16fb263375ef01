"""The hash that stands for a contact from translation on."""

from datetime import UTC, datetime

from shared.fact_values import FactValue
from shared.observation import ActivityId, Observation
from shared.privacy.contact_keys import hashed_contact, is_hashed, with_hashed_contact

SECRET = b"hashes contacts"


def _observation(**facts: FactValue) -> Observation:
    return Observation(activity_id=ActivityId("a1"), kind="call", observed_at=datetime(2026, 3, 2, tzinfo=UTC), facts=facts)


def test_the_hash_of_a_contact_never_changes() -> None:
    """A new way of hashing would separate every contact from its earlier activities."""
    assert hashed_contact(b"key", "The quick brown fox jumps over the lazy dog") == "hmac:f7bc83f430538424b13298e6aa6fb143"


def test_each_secret_and_each_contact_has_another_hash() -> None:
    hashes = {hashed_contact(secret, contact) for secret in (b"a", b"b") for contact in ("1", "2", "ü", "\ud800")}

    assert len(hashes) == 8
    assert all(map(is_hashed, hashes))


def test_a_text_that_is_only_similar_to_a_hash_is_none() -> None:
    hashed = hashed_contact(SECRET, "ada")
    similar = ("ada", hashed[:-1], hashed + "0", hashed.upper(), hashed + "\n", hashed[5:])

    assert [text for text in similar if is_hashed(text)] == []


def test_only_the_contact_of_an_observation_changes() -> None:
    observation = with_hashed_contact(_observation(actor="7", contact_key="ada"), SECRET)

    assert observation == _observation(actor="7", contact_key=hashed_contact(SECRET, "ada"))
    assert with_hashed_contact(_observation(actor="7"), SECRET) == _observation(actor="7")


def test_a_contact_that_is_withdrawn_stays_withdrawn() -> None:
    assert with_hashed_contact(_observation(contact_key=None), SECRET) == _observation(contact_key=None)


def test_a_key_that_a_sender_wrote_as_a_hash_is_hashed_again() -> None:
    hashed = hashed_contact(SECRET, "ada")

    assert with_hashed_contact(_observation(contact_key=hashed), SECRET) != _observation(contact_key=hashed)


def test_without_a_secret_the_contact_is_left_out() -> None:
    assert with_hashed_contact(_observation(actor="7", contact_key="ada"), b"") == _observation(actor="7")
