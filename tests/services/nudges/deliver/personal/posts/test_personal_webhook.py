"""A webhook of one person's own, against everything that a receiver may answer, on real sockets."""

import base64
import json
from collections.abc import AsyncIterator, Sequence
from ipaddress import ip_network

import pytest

from services.nudges.deliver.channel import Delivered, GiveUp, TryLater
from services.nudges.deliver.personal.posts.personal_webhook import PersonalWebhook, key_of
from services.nudges.deliver.personal.transport import TransportOutcome, personal_message
from services.nudges.deliver.posting.public_client import http_client
from services.nudges.deliver.public_addresses import Network
from shared.clock import SystemClock
from shared.events import Nudge
from shared.service.settings import SecretMissing, SecretTooShort
from tests.receiver import HALF_A_HEAD, HANG, Receiver, answer, receiving
from tests.services.nudges.builders.nudges import make_nudge

THIS_MACHINE: Sequence[Network] = (ip_network("127.0.0.0/8"),)
SECRETS = ("sixteen characters", "and one that is older")


@pytest.fixture
async def receiver() -> AsyncIterator[Receiver]:
    async with receiving() as running:
        yield running


async def _send(
    address: str,
    *,
    secrets: Sequence[str] = SECRETS,
    allowed: Sequence[Network] = THIS_MACHINE,
    timeout_s: float = 5,
) -> TransportOutcome:
    async with http_client() as client:
        transport = PersonalWebhook(client, SystemClock(), read_secrets=lambda: secrets, timeout_s=timeout_s, allowed=allowed)
        return await transport.send(personal_message(make_nudge(), stop_url="https://pages.example/mail/x"), address)


def _secret(address: str, secret: str) -> str:
    return "whsec_" + base64.b64encode(key_of(address, secret)).decode()


async def test_the_nudge_is_posted_with_its_settings_page_and_the_same_id_in_every_attempt(
    receiver: Receiver,
) -> None:
    receiver.script(answer(500))

    outcomes = [await _send(receiver.url), await _send(receiver.url)]

    assert outcomes == [TryLater(error="answered 500", is_of_recipient=True), Delivered()]
    assert [request.id for request in receiver.received] == ["plan-done-20260302110000"] * 2
    assert [Nudge.model_validate_json(request.body) for request in receiver.received] == [make_nudge()] * 2
    assert [json.loads(request.body)["settings_url"] for request in receiver.received] == ["https://pages.example/mail/x"] * 2


async def test_the_reference_library_verifies_with_the_key_of_either_secret_and_of_this_address_alone(
    receiver: Receiver,
) -> None:
    await _send(receiver.url)

    (request,) = receiver.received
    for secret in SECRETS:
        assert request.verified_body(_secret(receiver.url, secret))["id"] == make_nudge().id
    with pytest.raises(Exception, match="No matching signature"):
        request.verified_body(_secret(f"{receiver.url}/other", SECRETS[0]))


def test_a_key_is_made_of_the_secret_and_the_address_the_same_way_for_ever() -> None:
    key = key_of("https://ana.example.com/daymark", "sixteen characters")

    assert base64.b64encode(key).decode() == "FmzcwgW1+xFUMqsf5HVmm/ehbXoRa3Hug3S5RElA0lg="


@pytest.mark.parametrize(
    ("response", "outcome"),
    [
        (answer(204), Delivered()),
        (answer(410), GiveUp(error="the receiver is gone (410)")),
        (answer(413), GiveUp(error="the receiver refused the message (413)")),
        (answer(429, retry_after="17"), TryLater(error="answered 429", after_s=17, is_of_recipient=True)),
        (answer(503, retry_after="9"), TryLater(error="answered 503", after_s=9, is_of_recipient=True)),
        (answer(500, retry_after="9"), TryLater(error="answered 500", is_of_recipient=True)),
        (answer(404), TryLater(error="answered 404", is_of_recipient=True)),
        (
            answer(301, location="http://169.254.169.254/"),
            TryLater(
                error="answered 301; redirects are not followed: write into the roster where it leads", is_of_recipient=True
            ),
        ),
        (HALF_A_HEAD, TryLater(error="no answer (RemoteProtocolError)", is_of_recipient=True)),
    ],
)
async def test_what_the_receiver_answers_decides(receiver: Receiver, response: bytes, outcome: TransportOutcome) -> None:
    receiver.script(response)

    assert await _send(receiver.url) == outcome
    assert len(receiver.received) == 1


async def test_a_receiver_that_hangs_is_tried_later(receiver: Receiver) -> None:
    receiver.script(HANG)

    assert await _send(receiver.url, timeout_s=0.2) == TryLater(error="no answer within 0.2 s", is_of_recipient=True)


@pytest.mark.parametrize(
    ("address", "error"),
    [
        ("https://127.0.0.1/token-1", "its address is not public; if that is intended, list its network in {key}"),
        ("https://no-such-host.invalid/token-1", "no address found for its host"),
    ],
)
async def test_nothing_is_posted_inside_the_network_and_no_error_shows_the_address(address: str, error: str) -> None:
    outcome = await _send(address, allowed=())

    expected = error.format(key="channels.personal_webhooks.allow_networks")
    assert outcome == TryLater(error=expected, is_of_recipient=True)


@pytest.mark.parametrize("address", ["https://999.1.1.1/", "https://xn--/"])
async def test_an_address_that_is_none_is_given_up(address: str) -> None:
    assert await _send(address) == GiveUp(error="its address is none; correct it in the roster")


@pytest.mark.parametrize("failure", [SecretMissing("env:WEBHOOKS"), SecretTooShort("channels.personal_webhooks.secrets")])
async def test_a_secret_that_cannot_be_used_is_the_installations_fault(receiver: Receiver, failure: Exception) -> None:
    def read_secrets() -> Sequence[str]:
        raise failure

    async with http_client() as client:
        transport = PersonalWebhook(client, SystemClock(), read_secrets=read_secrets, timeout_s=5, allowed=THIS_MACHINE)
        outcome = await transport.send(personal_message(make_nudge(), stop_url=""), receiver.url)

    assert outcome == TryLater(error=str(failure))
    assert receiver.received == []
