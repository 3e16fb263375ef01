"""Contacts in files to import and people to forget."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from deploy.local.contacts import KEPT_IN, contact_secret_of, imported, spellings_of
from deploy.local.settings import load_local_settings
from shared.fact_values import FactValue
from shared.observation import ActivityId, Observation
from shared.privacy.contact_keys import NoContactSecret, hashed_contact

SECRET = b"hashes contacts"
HASHED = hashed_contact(SECRET, "ada")


def _seen(contact_key: FactValue) -> Observation:
    at = datetime(2026, 3, 2, tzinfo=UTC)
    return Observation(activity_id=ActivityId("a1"), kind="call", observed_at=at, facts={"contact_key": contact_key})


def test_a_file_may_name_contacts_as_the_crm_or_as_daymark_does() -> None:
    assert [imported(_seen(key), SECRET) for key in ("ada", HASHED, None)] == [_seen(HASHED), _seen(HASHED), _seen(None)]


def test_without_the_secret_only_a_hashed_key_is_taken_in() -> None:
    assert imported(_seen(HASHED), b"") == _seen(HASHED)
    with pytest.raises(NoContactSecret):
        imported(_seen("ada"), b"")


def test_a_contact_is_looked_for_hashed_and_as_it_was_written_before() -> None:
    assert spellings_of("ada", SECRET) == (HASHED, "ada")
    assert spellings_of(HASHED, SECRET) == spellings_of(HASHED, b"") == (HASHED,)
    assert spellings_of("ada", b"") == ()


def test_the_secret_is_the_configured_one_else_that_of_the_data_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DAYMARK_LOCAL__DATA", str(tmp_path))
    assert contact_secret_of(load_local_settings(config=None, data=None)) == b""

    (tmp_path / "secrets").mkdir()
    (tmp_path / "secrets" / KEPT_IN).write_text("made")
    assert contact_secret_of(load_local_settings(config=None, data=None)) == b"made"

    monkeypatch.setenv("A_SECRET", "configured")
    monkeypatch.setenv("DAYMARK_PRIVACY__CONTACT_SECRET", "env:A_SECRET")
    assert contact_secret_of(load_local_settings(config=None, data=None)) == b"configured"
