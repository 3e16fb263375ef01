"""What becomes of the form of a new source, and that ingest would take it."""

import pytest
from starlette.datastructures import QueryParams

from services.ingest.domain.crm.standard import key_of
from services.ingest.settings import SourceKeys
from services.nudges.pages.setup.senders import SENDER_OF_KIND, SENDERS, Sender
from services.nudges.pages.setup.source_form import FIELD_LINES, make_secret, read_lines, read_source_form, write_lines

HTTPS = "https://hooks.example.com/"
FIELDS = {
    "name": " new ",
    "secret": " first-secret-of-the-crm \n\nsecond-secret-of-the-crm\n",
    "account": "00D5g000004ABCDEAQ",
    "header": "X-Signature",
    "secret_in": "header:X-Secret",
    "fields": FIELD_LINES,
    "kinds": "18421858736 = call\nno pair\na = b = meeting",
}


@pytest.mark.parametrize("sender", SENDERS, ids=lambda sender: sender.kind)
def test_what_is_filled_in_is_a_source_that_ingest_takes(sender: Sender) -> None:
    new = read_source_form(QueryParams(FIELDS), sender, base_url=HTTPS)

    SourceKeys.model_validate(new.query.description.model_dump())
    assert new.query.name == "new"
    if sender.maker == "sender":
        assert (new.query.secrets, new.secret) == (("first-secret-of-the-crm", "second-secret-of-the-crm"), "")
    else:
        assert new.query.secrets == (new.secret,)
        assert 38 <= len(new.secret) < 60


def test_only_an_address_that_is_signed_and_public_is_a_key_of_the_source() -> None:
    fields = QueryParams(FIELDS)

    assert read_source_form(fields, SENDER_OF_KIND["hubspot"], base_url=HTTPS).query.description.public_url == (
        "https://hooks.example.com/webhooks/new"
    )
    local = read_source_form(fields, SENDER_OF_KIND["hubspot"], base_url="http://127.0.0.1:8081")
    assert local.query.description.public_url == ""
    assert read_source_form(fields, SENDER_OF_KIND["twenty"], base_url=HTTPS).query.description.public_url == ""


def test_a_secret_has_the_form_that_its_sender_takes_and_is_never_the_same() -> None:
    standard, pipedrive, zoho = (SENDER_OF_KIND[kind] for kind in ("standard", "pipedrive", "zoho"))

    assert len(key_of(make_secret(standard).encode())) == 24
    assert make_secret(pipedrive).startswith("daymark:")
    assert len(make_secret(zoho)) <= 50
    assert make_secret(zoho) != make_secret(zoho)


def test_lines_are_split_at_their_first_or_last_equals_sign() -> None:
    text = "kind = type == 'a' && 'call'\n\nno pair"

    assert read_lines(text, is_last=False) == {"kind": "type == 'a' && 'call'"}
    assert read_lines("a = b = meeting", is_last=True) == {"a = b": "meeting"}
    assert read_lines(write_lines({"a": "b", "c": "d"}), is_last=True) == {"a": "b", "c": "d"}
