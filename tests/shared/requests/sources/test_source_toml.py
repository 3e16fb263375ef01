"""What is exported is what a file would say."""

import tomllib
from datetime import UTC, datetime

import pytest

from shared.observation import SourceName
from shared.requests.sources.endpoints import SignatureKeys, SourceDescription, SourceRow
from shared.requests.sources.source_toml import source_to_toml

ACME = SourceName("acme")
EVERYTHING = SourceDescription(
    kind="hmac",
    account="a\\b",
    public_url="https://example.com/webhooks/acme",
    outcomes={'said "no"\x7f\n': "other", "Ünreached 🙂": "no_answer"},
    kinds={"visit": "meeting"},
    secret_in="header:X-Secret",
    fields={"activity_id": "id", "kind": "type"},
    signature=SignatureKeys(header="X-Signature", prefix="sha256=", tolerance_s=60),
    expires_at=datetime(2026, 12, 31, 9, tzinfo=UTC),
)


@pytest.mark.parametrize("description", [EVERYTHING, SourceDescription(kind="twenty")], ids=["everything", "little"])
def test_the_lines_of_a_source_say_the_same_in_the_file(description: SourceDescription) -> None:
    section = tomllib.loads(source_to_toml(SourceRow(name=ACME, origin="stored", description=description)))["sources"][ACME]

    assert section.pop("secrets") == ["file:secrets/acme"]
    assert SourceDescription.model_validate(section) == description


def test_references_to_secrets_stay_as_the_file_has_them_and_defaults_are_left_out() -> None:
    row = SourceRow(name=ACME, origin="file", description=SourceDescription(kind="twenty"), secrets=("env:NEW", "env:OLD"))

    assert source_to_toml(row) == '[sources.acme]\nkind = "twenty"\nsecrets = ["env:NEW", "env:OLD"]\n'
