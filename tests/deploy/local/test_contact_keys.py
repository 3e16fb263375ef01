"""Keys of contacts in files to import, and of contacts to erase."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from deploy.local.contact_keys import CONTACT_HASH_KEY_FILE, hash_contact_once, list_spellings, read_contact_secret
from deploy.local.settings import load_local_settings
from shared.fact_values import FactValue
from shared.observation import ActivityId, Observation
from shared.privacy.contact_keys import NoContactSecret, hashed_contact

SECRET = b"hashes contacts"
HASHED = hashed_contact(SECRET, "ada")


def _observe(contact_key: FactValue) -> Observation:
    at = datetime(2026, 3, 2, tzinfo=UTC)
    return Observation(activity_id=ActivityId("a1"), kind="call", observed_at=at, facts={"contact_key": contact_key})


def test_a_file_may_hold_the_crms_keys_or_hashed_ones() -> None:
    assert [hash_contact_once(_observe(key), SECRET) for key in ("ada", HASHED, None)] == [
        _observe(HASHED),
        _observe(HASHED),
        _observe(None),
    ]


def test_without_the_secret_only_hashed_keys_are_accepted() -> None:
    assert hash_contact_once(_observe(HASHED), b"") == _observe(HASHED)
    with pytest.raises(NoContactSecret):
        hash_contact_once(_observe("ada"), b"")


def test_a_contact_is_looked_for_by_its_hash_and_by_the_crms_key() -> None:
    assert list_spellings("ada", SECRET) == (HASHED, "ada")
    assert list_spellings(HASHED, SECRET) == list_spellings(HASHED, b"") == (HASHED,)
    assert list_spellings("ada", b"") == ()


def test_the_configured_secret_wins_over_that_of_the_data_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DAYMARK_LOCAL__DATA", str(tmp_path))
    assert read_contact_secret(load_local_settings(config=None, data=None)) == b""

    (tmp_path / "secrets").mkdir()
    (tmp_path / "secrets" / CONTACT_HASH_KEY_FILE).write_text("made")
    assert read_contact_secret(load_local_settings(config=None, data=None)) == b"made"

    monkeypatch.setenv("A_SECRET", "configured")
    monkeypatch.setenv("DAYMARK_PRIVACY__CONTACT_SECRET", "env:A_SECRET")
    assert read_contact_secret(load_local_settings(config=None, data=None)) == b"configured"
