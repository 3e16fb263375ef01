"""Salesforce: which messages are accepted, what of them is stored, and how they are acknowledged."""

from dataclasses import replace
from pathlib import Path
from typing import Final

import pytest
from lxml import etree

from services.ingest.domain.crm.salesforce import ADAPTER, check_source
from services.ingest.domain.webhook import BodyUnreadable, Limits, SignatureMismatch
from tests.services.ingest.senders import BY_NAME
from tests.services.ingest.senders.sender import translate_json

SENDER: Final = BY_NAME["salesforce"]
SOURCE: Final = SENDER.source
BODY: Final = SENDER.payload("call-1")


@pytest.mark.parametrize(
    ("body", "problem"),
    [
        (b"<a/>", "must be a SOAP envelope with notifications"),
        (b"<a>" * 300 + b"</a>" * 300, r"body is not XML \(XMLSyntaxError\)"),
        (b"<a>", r"body is not XML \(XMLSyntaxError\)"),
        (b"<!DOCTYPE a><a/>", "XML with a document type is not read"),
        (b"<a><!ENTITY b 'c'></a>", "XML with a document type is not read"),
        ('<?xml version="1.0" encoding="UTF-16"?><!DOCTYPE a><a/>'.encode("utf-16"), "XML with a document type is not read"),
    ],
)
def test_a_body_that_is_not_an_outbound_message_is_unreadable(body: bytes, problem: str) -> None:
    with pytest.raises(BodyUnreadable, match=f"^{problem}"):
        translate_json(SOURCE, body)


@pytest.mark.parametrize("document_type", ['a SYSTEM "{url}"', 'a [<!ENTITY b SYSTEM "{url}">]'])
def test_no_file_that_a_document_type_names_is_read(document_type: str, tmp_path: Path) -> None:
    (tmp_path / "not-xml").write_text("<")
    declared = document_type.format(url=(tmp_path / "not-xml").as_uri())
    body = f'<?xml version="1.0" encoding="UTF-16"?><!DOCTYPE {declared}><a>&b;</a>'.encode("utf-16")

    with pytest.raises(BodyUnreadable, match=r"^XML with a document type is not read"):
        translate_json(SOURCE, body)


def test_a_byte_order_mark_is_skipped() -> None:
    assert len(translate_json(SOURCE, b"\xef\xbb\xbf" + BODY)) == 1


@pytest.mark.parametrize(
    ("account", "is_organisation"),
    [
        ("00D000000000001", True),
        ("00D000000000001AAA", True),
        ("00D00000000001", False),
        ("00D000000000001AA", False),
        ("00D00000000000-", False),
        ("acme", False),
    ],
)
def test_the_account_of_a_source_must_be_an_organisation(account: str, is_organisation: bool) -> None:
    problem = check_source(replace(SOURCE, account=account))

    assert problem == (None if is_organisation else "account must be the organisation's id, of 15 or 18 letters and digits")


@pytest.mark.parametrize("organisation", ["00D000000000001", "00D000000000001AAA"])
def test_an_organisation_is_recognised_by_its_first_fifteen_characters(organisation: str) -> None:
    body = BODY.replace(b"00D000000000001AAA", organisation.encode())

    assert SENDER.verified(body).source == "salesforce"
    with pytest.raises(SignatureMismatch):
        SENDER.verified(body.replace(organisation.encode(), b"00D000000000002AAA"))


def test_a_shorter_organisation_is_refused() -> None:
    with pytest.raises(SignatureMismatch):
        SENDER.verified(BODY.replace(b"00D000000000001AAA", b"00D00000000000"))


@pytest.mark.parametrize("session", [b"00Dxx!AQEAQFcanary", b"<![CDATA[00Dxx!AQEAQFcanary]]>"])
def test_the_session_of_a_user_is_never_stored(session: bytes) -> None:
    stored = SENDER.verified(BODY.replace(b"00Dxx!AQEAQFcanary", session)).body

    assert b"AQEAQFcanary" not in stored
    assert b"SessionId" not in stored


@pytest.mark.parametrize(("spare", "is_readable"), [(0, True), (-1, False)])
def test_a_message_may_have_as_many_elements_as_the_limit_and_no_more(spare: int, is_readable: bool) -> None:
    elements = BODY.count(b"<") - BODY.count(b"</") - BODY.count(b"<?")
    limited = replace(SOURCE, limits=Limits(values_max=elements + spare))

    if is_readable:
        assert len(translate_json(limited, BODY)) == 1
    else:
        with pytest.raises(BodyUnreadable, match=f"more than {elements - 1} values"):
            translate_json(limited, BODY)


def _acknowledged(body: bytes) -> str | None:
    outbound = "{http://soap.sforce.com/2005/09/outbound}"
    return etree.fromstring(body).findtext(
        f"{{http://schemas.xmlsoap.org/soap/envelope/}}Body/{outbound}notificationsResponse/{outbound}Ack"
    )


def test_a_message_is_acknowledged_as_a_whole() -> None:
    assert ADAPTER.unavailable is not None

    responses = [(response.status, response.media_type) for response in (ADAPTER.stored, ADAPTER.unavailable)]

    assert responses == [(200, "text/xml"), (503, "text/xml")]
    assert _acknowledged(ADAPTER.stored.body) == "true"
    assert _acknowledged(ADAPTER.unavailable.body) == "false"
