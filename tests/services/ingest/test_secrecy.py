"""What no log, metric, answer or reason of a dead letter may hold: anything of a body, a secret or a signature."""

import json
from collections.abc import Iterator
from typing import Any, Final

import pytest
from structlog.testing import capture_logs

from services.ingest.domain.webhook import RawWebhook
from shared.jetstream.streams import ACTIVITIES, DEAD
from tests.services.ingest.conftest import Ingest
from tests.services.ingest.senders import ROTATED, SECRET, SENDERS, Sender

CANARY: Final = "canary Ada Lovelace +46-70"
OPEN: Final = ("content-type", "event", "x-salesloft-event", "webhook-id")


def _places(content: Any) -> Iterator[tuple[Any, Any]]:
    for key in list(content) if isinstance(content, dict) else range(len(content)) if isinstance(content, list) else ():
        yield content, key
        yield from _places(content[key])


def _with_canaries(sender: Sender) -> Iterator[bytes]:
    """Each body of the sender with one value, another at each time, that must not be told; and bodies that are none."""
    for body in [piece for story in sender.stories().values() for piece in story]:
        if sender.name == "salesforce":
            parts = body.split(b">")
            for number in range(len(parts) - 1):
                text, angle, tag = parts[number].partition(b"<")
                if text.strip() and SECRET.encode() not in text:
                    yield b">".join([*parts[:number], CANARY.encode() + angle + tag, *parts[number + 1 :]])
            continue
        for number in range(len(list(_places(json.loads(body))))):
            changed = json.loads(body)
            container, key = list(_places(changed))[number]
            if container[key] != SECRET:
                container[key] = CANARY
                yield json.dumps(changed).encode()
    for key in (CANARY, "x" * 65 + CANARY):
        observation = {"activity_id": "a", "kind": "call", "observed_at": "2026-01-12T09:00:00Z", "facts": {key: [1]}}
        yield json.dumps(observation).encode()
        yield json.dumps([{"specversion": "1.0", "id": "1", "source": "/", "type": "t", "data": observation}]).encode()
    yield f"<{{{CANARY}".encode()
    yield json.dumps({CANARY: CANARY, "token": SECRET, "secret": SECRET}).encode()


def _proofs(webhook: RawWebhook) -> list[str]:
    """Signatures and credentials; what else is in the head is no secret."""
    return [
        value
        for name, value in [*webhook.headers.items(), *webhook.query.items()]
        if name not in OPEN and not name.endswith("timestamp")
    ]


@pytest.mark.parametrize("sender", SENDERS, ids=lambda sender: sender.name)
async def test_nothing_of_what_comes_in_is_told(ingest: Ingest, sender: Sender) -> None:
    told: list[str] = []
    proofs: list[str] = []
    with capture_logs() as logs:
        for number, body in enumerate(_with_canaries(sender)):
            posted = sender.post(body, secret=ROTATED if number % 10 == 0 else "another" if number % 10 == 1 else SECRET)
            proofs += _proofs(posted)
            told.append((await ingest.post_raw(sender.name, posted)).text)
        await ingest.translate()
    for number in range(1, await ingest.stored(DEAD) + 1):
        headers = (await ingest.nats.jetstream().get_msg(DEAD, number)).headers or {}
        told.append(repr(headers))
    told += [repr(logs), (await ingest.client.get("/metrics")).text]

    assert await ingest.stored(ACTIVITIES) + await ingest.stored(DEAD) > 0
    everything = "\n".join(told)
    for secret in (CANARY, "Lovelace", SECRET, ROTATED, *proofs):
        assert secret not in everything
