"""The signed webhook over TLS: whom it trusts, and what it says of those whom it does not."""

import ssl
from ipaddress import ip_network
from pathlib import Path

import pytest
import trustme

from services.nudges.app import way_out
from services.nudges.deliver.channels.channel import Delivered, Outcome, TryLater
from tests.receiver import receiving
from tests.services.nudges.channels.test_webhook import THIS_MACHINE, channel_to
from tests.services.nudges.reports import nudge

AUTHORITY = trustme.CA()


@pytest.fixture
def trusted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The operator trusts our authority."""
    AUTHORITY.cert_pem.write_to_path(tmp_path / "authority.pem")
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "authority.pem"))


async def _sent_to(certificate: trustme.LeafCert) -> tuple[Outcome, int]:
    """The outcome, and how many requests the receiver at https://localhost saw."""
    tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    certificate.configure_cert(tls)
    async with receiving(tls) as receiver, way_out() as client:
        allowed = (*THIS_MACHINE, ip_network("::1"))
        outcome = await channel_to(f"https://localhost:{receiver.port}/hook", client, allowed=allowed).send(nudge(), attempts=1)
        return outcome, len(receiver.received)


@pytest.mark.usefixtures("trusted")
async def test_a_certificate_of_the_name_by_an_authority_that_is_trusted_is_taken() -> None:
    assert await _sent_to(AUTHORITY.issue_cert("localhost")) == (Delivered(), 1)


@pytest.mark.usefixtures("trusted")
async def test_a_certificate_of_another_name_is_refused_and_told() -> None:
    outcome, seen = await _sent_to(AUTHORITY.issue_cert("hooks.example.com"))

    assert isinstance(outcome, TryLater)
    assert "its certificate is refused: Hostname mismatch, certificate is not valid for 'localhost'" in outcome.error
    assert seen == 0


@pytest.mark.usefixtures("trusted")
async def test_the_address_that_is_connected_to_is_not_the_name_that_is_checked() -> None:
    outcome, seen = await _sent_to(AUTHORITY.issue_cert("127.0.0.1"))

    assert isinstance(outcome, TryLater)
    assert "Hostname mismatch" in outcome.error
    assert seen == 0


async def test_a_certificate_by_an_authority_that_nobody_knows_is_refused_and_told() -> None:
    outcome, seen = await _sent_to(AUTHORITY.issue_cert("localhost"))

    assert isinstance(outcome, TryLater)
    assert outcome.error.startswith("no answer (its certificate is refused: ")
    assert "issuer" in outcome.error or "self-signed" in outcome.error
    assert seen == 0
