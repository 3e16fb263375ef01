"""No log, metric, response or dead letter's headers contain anything from a body, a secret or a signature."""

import json
from collections.abc import Iterator
from typing import Any, Final

import pytest
from structlog.testing import capture_logs

from services.ingest.domain.webhook import RawWebhook
from shared.jetstream.streams import ACTIVITIES, DEAD
from tests.services.ingest.conftest import Ingest, to_json
from tests.services.ingest.senders import ROTATED, SECRET, SENDERS, Sender

CANARY: Final = "canary Ada Lovelace +46-70"
WRONG_SECRET: Final = "another"
PUBLIC_NAMES: Final = ("content-type", "event", "x-salesloft-event", "webhook-id")
"""Headers and query parameters that are no secrets."""


def _slots(content: Any) -> Iterator[tuple[Any, Any]]:
    """Every container in the content with every key in it."""
    for key in list(content) if isinstance(content, dict) else range(len(content)) if isinstance(content, list) else ():
        yield content, key
        yield from _slots(content[key])


def _bodies_with_canary(sender: Sender) -> Iterator[bytes]:
    """Each body of the sender, with each of its values replaced by the canary in turn; and bodies of no known format."""
    for body in [body for story in sender.stories().values() for body in story]:
        if sender.name == "salesforce":
            yield from _xml_with_canary(body)
        else:
            yield from _json_with_canary(body)
    for key in (CANARY, "x" * 65 + CANARY):
        observation = {"activity_id": "a", "kind": "call", "observed_at": "2026-01-12T09:00:00Z", "facts": {key: [1]}}
        yield to_json(observation)
        yield to_json([{"specversion": "1.0", "id": "1", "source": "/", "type": "t", "data": observation}])
    yield f"<{{{CANARY}".encode()
    yield to_json({CANARY: CANARY, "token": SECRET, "secret": SECRET})


def _xml_with_canary(body: bytes) -> Iterator[bytes]:
    parts = body.split(b">")
    for index in range(len(parts) - 1):
        text, bracket, tag = parts[index].partition(b"<")
        if text.strip() and SECRET.encode() not in text:
            yield b">".join([*parts[:index], CANARY.encode() + bracket + tag, *parts[index + 1 :]])


def _json_with_canary(body: bytes) -> Iterator[bytes]:
    for index in range(len(list(_slots(json.loads(body))))):
        content = json.loads(body)
        container, key = list(_slots(content))[index]
        if container[key] != SECRET:
            container[key] = CANARY
            yield to_json(content)


def _credentials(webhook: RawWebhook) -> list[str]:
    """Signatures and secrets in the head of the request."""
    return [
        value
        for name, value in [*webhook.headers.items(), *webhook.query.items()]
        if name not in PUBLIC_NAMES and not name.endswith("timestamp")
    ]


def _secret_for(index: int) -> str:
    """Mostly the right one; sometimes the next one, or a wrong one."""
    return {0: ROTATED, 1: WRONG_SECRET}.get(index % 10, SECRET)


@pytest.mark.parametrize("sender", SENDERS, ids=lambda sender: sender.name)
async def test_nothing_of_a_webhook_leaks(ingest: Ingest, sender: Sender) -> None:
    outputs: list[str] = []
    credentials: list[str] = []
    with capture_logs() as logs:
        for index, body in enumerate(_bodies_with_canary(sender)):
            webhook = sender.post(body, secret=_secret_for(index))
            credentials += _credentials(webhook)
            outputs.append((await ingest.post_raw(sender.name, webhook)).text)
        await ingest.translate()
    dead_letters = [await ingest.read_stored(DEAD, number + 1) for number in range(await ingest.count_stored(DEAD))]
    outputs += [repr([dead_letter.headers for dead_letter in dead_letters]), repr(logs), await ingest.read_metrics()]

    assert await ingest.count_stored(ACTIVITIES) + await ingest.count_stored(DEAD) > 0
    output = "\n".join(outputs)
    for secret in (CANARY, "Lovelace", SECRET, ROTATED, *credentials):
        assert secret not in output
