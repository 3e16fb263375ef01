"""The signed webhook over TLS: which certificates it accepts, and what it reports about the others."""

import ssl
from ipaddress import ip_network
from pathlib import Path

import pytest
import trustme

from services.nudges.deliver.channel import Delivered, Outcome, TryLater
from services.nudges.deliver.posting.public_client import http_client
from tests.receiver import receiving
from tests.services.nudges.builders.nudges import make_nudge
from tests.services.nudges.deliver.channels.test_webhook import THIS_MACHINE, channel_to

AUTHORITY = trustme.CA()


@pytest.fixture
def _is_trusted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The operator trusts the authority of these tests."""
    AUTHORITY.cert_pem.write_to_path(tmp_path / "authority.pem")
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "authority.pem"))


async def _send_to(certificate: trustme.LeafCert) -> tuple[Outcome, int]:
    """The outcome, and how many requests the receiver at https://localhost saw."""
    tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    certificate.configure_cert(tls)
    async with receiving(tls) as receiver, http_client() as client:
        url, allowed = f"https://localhost:{receiver.port}/hook", (*THIS_MACHINE, ip_network("::1"))
        outcome = await channel_to(url, client, allowed=allowed).send(make_nudge(), attempts=1)
        return outcome, len(receiver.received)


@pytest.mark.usefixtures("_is_trusted")
async def test_a_certificate_for_the_name_by_a_trusted_authority_is_accepted() -> None:
    assert await _send_to(AUTHORITY.issue_cert("localhost")) == (Delivered(), 1)


@pytest.mark.usefixtures("_is_trusted")
async def test_a_certificate_for_another_name_is_rejected_and_reported() -> None:
    outcome, seen = await _send_to(AUTHORITY.issue_cert("hooks.example.com"))

    assert isinstance(outcome, TryLater)
    assert "its certificate was rejected: Hostname mismatch, certificate is not valid for 'localhost'" in outcome.error
    assert seen == 0


@pytest.mark.usefixtures("_is_trusted")
async def test_a_certificate_for_the_address_alone_is_rejected() -> None:
    outcome, seen = await _send_to(AUTHORITY.issue_cert("127.0.0.1"))

    assert isinstance(outcome, TryLater)
    assert "Hostname mismatch" in outcome.error
    assert seen == 0


async def test_a_certificate_by_an_unknown_authority_is_rejected_and_reported() -> None:
    outcome, seen = await _send_to(AUTHORITY.issue_cert("localhost"))

    assert isinstance(outcome, TryLater)
    assert outcome.error.startswith("no answer (its certificate was rejected: ")
    assert "issuer" in outcome.error or "self-signed" in outcome.error
    assert seen == 0
