"""What is stored of a verified webhook, and what is not."""

from typing import Final, cast

import pytest

from services.ingest.domain.adapters import ADAPTERS
from services.ingest.domain.webhook import RawWebhook, SignatureMismatch
from services.ingest.receive_webhook import NoSuchSource, WebhookReceiver
from shared.clock import SteppedClock
from shared.jetstream.publisher import NotStored, Outgoing, Publisher
from shared.observation import SourceName
from tests.services.ingest.conftest import GLOBEX, SOURCES
from tests.services.ingest.senders import NOW

TOKEN: Final = {"authorization": "Bearer bearer-secret"}


class _Recorder:
    """A publisher that remembers what it is given."""

    def __init__(self) -> None:
        self.stored: list[Outgoing] = []

    async def store(self, message: Outgoing) -> None:
        self.stored.append(message)


@pytest.fixture
def recorder() -> _Recorder:
    return _Recorder()


@pytest.fixture
def receiver(recorder: _Recorder) -> WebhookReceiver:
    return WebhookReceiver(SOURCES, ADAPTERS, cast("Publisher", recorder), SteppedClock(NOW))


async def test_the_headers_that_matter_are_stored_under_a_prefix(receiver: WebhookReceiver, recorder: _Recorder) -> None:
    headers = TOKEN | {"ce-subject": "7", "x-other": "dropped"}

    await receiver.receive(GLOBEX, RawWebhook(headers=headers, body=b"{}"))

    (message,) = recorder.stored
    assert message.subject == "webhook.received.v1.globex"
    assert {name: value for name, value in message.headers.items() if name.startswith("Http-")} == {"Http-ce-subject": "7"}
    assert message.headers["ce-time"] == NOW.isoformat()
    assert "Nats-Msg-Id" not in message.headers


@pytest.mark.parametrize("value", ["ä", "7\r\nNats-Msg-Id: forged", "\x00", "\udc80"])
async def test_a_header_that_could_break_out_of_its_line_is_not_stored(
    receiver: WebhookReceiver, recorder: _Recorder, value: str
) -> None:
    await receiver.receive(GLOBEX, RawWebhook(headers=TOKEN | {"ce-subject": value}, body=b"{}"))

    assert not any(name.startswith("Http-") for name in recorder.stored[0].headers)


async def test_a_webhook_that_is_not_authentic_is_not_stored(receiver: WebhookReceiver, recorder: _Recorder) -> None:
    with pytest.raises(SignatureMismatch):
        await receiver.receive(GLOBEX, RawWebhook(headers={}, body=b"{}"))

    assert recorder.stored == []


async def test_without_a_publisher_nothing_is_stored_whoever_sends_it() -> None:
    receiver = WebhookReceiver(SOURCES, ADAPTERS, None, SteppedClock(NOW))

    for headers in (TOKEN, {}):
        with pytest.raises(NotStored, match="JetStream has not been reached yet"):
            await receiver.receive(GLOBEX, RawWebhook(headers=headers, body=b"{}"))


def test_an_unknown_source_is_named_up_to_64_characters(receiver: WebhookReceiver) -> None:
    with pytest.raises(NoSuchSource) as refused:
        receiver.source(SourceName("x" * 65))

    assert refused.value.subject == "x" * 64
