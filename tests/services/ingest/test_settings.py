"""What a source can be configured with."""

from typing import Any

import pytest
from pydantic import ValidationError

from services.ingest.settings import SourceSection
from tests.services.ingest.senders.docs_pages import pages_with_a_source, read_source_section

SECRETS = ["env:ACME_SECRET"]


@pytest.mark.parametrize("page", pages_with_a_source())
def test_the_source_on_a_docs_page_can_be_configured(page: str) -> None:
    section = SourceSection.model_validate(read_source_section(page))

    assert all(secret.startswith("env:") for secret in section.secrets)


@pytest.mark.parametrize(
    ("settings", "problem"),
    [
        ({"kind": "unheard-of"}, "no such kind of source; the kinds are attio, calendly"),
        ({"kind": "close", "secrets": []}, "write at least one"),
        ({"kind": "close", "secrets": [""]}, "an empty secret would let anybody in"),
        ({"kind": "close", "kinds": {"visit": "visiting"}}, "'visit' cannot be 'visiting'; the kinds are call"),
        ({"kind": "twenty", "fields": {"who": "id"}}, "'who' is not a field; the fields are account"),
        ({"kind": "twenty", "fields": {"actor": "a["}}, "actor is not a JMESPath expression"),
        ({"kind": "close", "colour": "red"}, "Extra inputs are not permitted"),
    ],
)
def test_a_source_that_cannot_work_is_refused_with_the_reason(settings: dict[str, Any], problem: str) -> None:
    with pytest.raises(ValidationError, match=problem):
        SourceSection.model_validate({"secrets": SECRETS} | settings)


@pytest.mark.parametrize(
    ("secret_in", "fields", "problem"),
    [
        (
            "",
            {"activity_id": "id", "kind": "type"},
            "secret_in must say where in the webhook the secret is: header:NAME, query:NAME",
        ),
        ("cookie:x", {"activity_id": "id", "kind": "type"}, "secret_in must say where in the webhook the secret is"),
        ("header:" + "x" * 65, {"activity_id": "id", "kind": "type"}, "secret_in must say where in the webhook the secret is"),
        ("bearer", {"kind": "type"}, "fields must map activity_id"),
        ("bearer", {}, "fields must map activity_id, kind"),
    ],
)
def test_a_source_of_any_json_must_say_where_the_secret_and_the_required_facts_are(
    secret_in: str, fields: dict[str, str], problem: str
) -> None:
    with pytest.raises(ValidationError, match=problem):
        SourceSection.model_validate({"kind": "shared-secret", "secrets": SECRETS, "secret_in": secret_in, "fields": fields})


@pytest.mark.parametrize(("account", "is_accepted"), [("0" * 15, True), ("0" * 18, True), ("0" * 16, False), ("", False)])
def test_a_salesforce_source_names_its_organisation(account: str, is_accepted: bool) -> None:
    section = {"kind": "salesforce", "secrets": SECRETS, "account": account}

    if is_accepted:
        assert SourceSection.model_validate(section).account == account
    else:
        with pytest.raises(
            ValidationError, match="Value error, account must be the organisation's id, of 15 or 18 letters and digits"
        ):
            SourceSection.model_validate(section)
