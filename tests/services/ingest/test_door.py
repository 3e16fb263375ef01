"""The door, from the request to the stored bytes, and what is translated behind it."""

import dataclasses
import json
import re
from collections.abc import AsyncIterator
from random import Random
from typing import Any

import httpx
import pytest

from services.ingest.app import ADAPTERS
from services.ingest.domain.webhook import Source
from services.ingest.settings import KINDS
from shared.jetstream.streams import ACTIVITIES, DEAD, WEBHOOKS
from tests.fuzz.bodies import SEEDS, mutated
from tests.promtool import remarks_of_promtool
from tests.services.ingest.conftest import OBSERVATION, Ingest
from tests.services.ingest.senders import BY_NAME, NOW, SENDERS, Sender
from tests.services.ingest.senders import SECRET as SENDER_SECRET
from tests.serving import served


async def test_a_signed_webhook_is_stored_byte_for_byte_before_it_is_answered(ingest: Ingest) -> None:
    body = json.dumps(OBSERVATION).encode()

    answer = await ingest.post(body, traceparent="00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01")

    assert (answer.status_code, answer.json()) == (200, {"stored": True})
    message = await ingest.nats.jetstream().get_msg(WEBHOOKS, 1)
    assert message.data == body
    headers = message.headers or {}
    assert headers["ce-type"] == "webhook.received.v1"
    assert headers["traceparent"].split("-")[1] == "0af7651916cd43dd8448eb211c80319c"
    assert not any("signature" in name.lower() or "authorization" in name.lower() for name in headers)


@pytest.mark.parametrize(
    ("source", "headers", "status"),
    [
        ("nobody", {}, 404),
        ("acme", {"webhook_signature": "v1,AAAA"}, 401),
        ("acme", {"webhook_timestamp": "1"}, 401),
        ("globex", {}, 401),
        ("acme", {"content_encoding": "gzip"}, 415),
    ],
)
async def test_what_is_refused_is_answered_in_kind_and_never_stored(
    ingest: Ingest, source: str, headers: dict[str, str], status: int
) -> None:
    answer = await ingest.post(b"{}", source=source, **headers)

    assert answer.status_code == status
    assert await ingest.stored(WEBHOOKS) == 0


async def test_all_refusals_for_a_wrong_signature_are_the_same_bytes(ingest: Ingest) -> None:
    answers = {(await ingest.post(b"{}", webhook_signature=one)).content for one in ("v1,AAAA", "", "v1,a,b")}

    assert len(answers) == 1


async def test_only_posts_are_taken(ingest: Ingest) -> None:
    for method in ("GET", "PUT", "DELETE", "PATCH"):
        assert (await ingest.client.request(method, "/webhooks/acme")).status_code == 405


async def test_a_body_over_the_limit_is_refused_also_when_its_length_is_not_told(ingest: Ingest) -> None:
    async def pieces() -> AsyncIterator[bytes]:
        for _ in range(20):
            yield b"x" * 20_000

    assert (await ingest.post(b"x" * 200_001)).status_code == 413
    assert (await ingest.client.post("/webhooks/acme", content=pieces())).status_code == 413


async def test_a_broker_that_is_away_is_a_503_with_a_time_to_come_back(ingest: Ingest) -> None:
    await ingest.nats.request(f"$JS.API.STREAM.DELETE.{WEBHOOKS}", b"", timeout=5)

    answer = await ingest.post(b"{}")

    assert answer.status_code == 503
    assert int(answer.headers["retry-after"]) > 0
    refused = f'newest_refusal_timestamp_seconds{{result="unavailable",source="acme"}} {NOW.timestamp():.8}'
    assert refused in (await ingest.client.get("/metrics")).text


async def test_translation_publishes_each_observation_once_however_often_it_is_done(ingest: Ingest) -> None:
    await ingest.post(json.dumps([OBSERVATION, OBSERVATION | {"activity_id": "a2"}]).encode())
    await ingest.post(json.dumps(OBSERVATION).encode())

    await ingest.translate()

    assert await ingest.stored(ACTIVITIES) == 2
    message = await ingest.nats.jetstream().get_msg(ACTIVITIES, 1)
    assert message.subject == "activity.observed.v1.acme"
    headers = message.headers or {}
    assert headers["ce-id"] == headers["Nats-Msg-Id"]
    assert headers["ce-datacontenttype"] == "application/json"
    said: dict[str, Any] = json.loads(message.data or b"")
    assert (said["source"], said["activity_id"], said["facts"]) == ("acme", "a1", {"actor": "7"})


async def test_what_is_not_understood_becomes_one_dead_letter_with_its_bytes_and_its_neighbours_pass(ingest: Ingest) -> None:
    naive = OBSERVATION | {"activity_id": "a2", "observed_at": "2026-03-02T10:00:00"}
    assert (await ingest.post(b"{not json")).status_code == 200
    assert (await ingest.post(json.dumps([OBSERVATION, naive]).encode())).status_code == 200

    await ingest.translate()

    assert await ingest.stored(ACTIVITIES) == 1
    assert await ingest.stored(DEAD) == 2
    unreadable, refused = [await ingest.nats.jetstream().get_msg(DEAD, number) for number in (1, 2)]
    assert (unreadable.subject, unreadable.data) == ("dead.ingest.unreadable_body", b"{not json")
    assert refused.subject == "dead.ingest.refused_observation"
    assert "item 1: observed_at: has no offset" in (refused.headers or {})["Daymark-Detail"]


async def test_a_body_of_many_bad_items_is_one_dead_letter_for_each_reason(ingest: Ingest) -> None:
    bad = [OBSERVATION | {"activity_id": f"a{number}", "observed_at": "soon"} for number in range(100)]
    await ingest.post(json.dumps([OBSERVATION, *bad, {}]).encode())

    await ingest.translate()

    assert (await ingest.stored(ACTIVITIES), await ingest.stored(DEAD)) == (1, 1)
    told = ((await ingest.nats.jetstream().get_msg(DEAD, 1)).headers or {})["Daymark-Detail"]
    assert (told.count("observed_at: not a time"), told.endswith("; and 98 more")) == (3, True)


async def test_the_metrics_are_well_formed_and_tell_what_happened(ingest: Ingest) -> None:
    await ingest.post(b"{}")
    await ingest.post(b"{}", webhook_signature="v1,AAAA")

    text = (await ingest.client.get("/metrics")).text

    assert remarks_of_promtool(text) == ""
    assert 'daymark_ingest_webhooks_total{result="stored",source="acme"} 1.0' in text
    assert re.search(r'daymark_ingest_webhooks_total\{result="unauthorized",source="acme"\} 1.0', text)


async def test_a_sender_of_cloudevents_may_ask_whether_it_may_send(ingest: Ingest) -> None:
    asked = await ingest.client.options("/webhooks/globex", headers={"WebHook-Request-Origin": "events.example.com"})
    elsewhere = await ingest.client.options("/webhooks/nobody", headers={"WebHook-Request-Origin": "events.example.com"})

    assert asked.status_code == 204
    assert (asked.headers["webhook-allowed-origin"], asked.headers["webhook-allowed-rate"]) == ("events.example.com", "*")
    assert "webhook-allowed-origin" not in elsewhere.headers


@pytest.mark.parametrize("sender", SENDERS, ids=lambda sender: sender.name)
async def test_a_webhook_of_every_sender_is_stored_and_becomes_what_it_says(ingest: Ingest, sender: Sender) -> None:
    body = next(iter(sender.stories().values()))[0]
    posted = sender.post(body)

    answer = await ingest.post_raw(sender.name, posted)
    await ingest.translate()

    assert answer.status_code == 200
    assert answer.headers["content-type"].startswith(sender.adapter.stored.media_type)
    assert answer.content == sender.adapter.stored.body
    assert await ingest.stored(ACTIVITIES) > 0
    assert SENDER_SECRET.encode() not in ((await ingest.nats.jetstream().get_msg(WEBHOOKS, 1)).data or b"")


async def test_changed_bodies_are_stored_or_refused_and_become_activities_or_dead_letters(ingest: Ingest) -> None:
    random, statuses = Random(1), set()
    for _ in range(300):
        sender = random.choice(SENDERS)
        body = mutated(random, random.choice(SEEDS[sender.name]))
        statuses.add((await ingest.post_raw(sender.name, sender.post(body))).status_code)

    await ingest.translate()

    assert statuses <= {200, 401, 413}
    assert await ingest.stored(DEAD) > 0
    assert await ingest.stored(ACTIVITIES) > 0
    assert 'dead_letters_total{reason="adapter_failed"} 0.0' in (await ingest.client.get("/metrics")).text


async def test_salesforce_is_told_no_in_its_own_words_while_the_broker_is_away(ingest: Ingest) -> None:
    sender = BY_NAME["salesforce"]
    await ingest.nats.request(f"$JS.API.STREAM.DELETE.{WEBHOOKS}", b"", timeout=5)

    answer = await ingest.post_raw("salesforce", sender.post(sender.payload("call-1")))

    assert (answer.status_code, int(answer.headers["retry-after"]) > 0) == (503, True)
    assert b"<Ack>false</Ack>" in answer.content


async def test_outreach_is_cut_off_while_the_broker_is_away_for_it_would_take_any_answer_for_a_yes(ingest: Ingest) -> None:
    sender = BY_NAME["outreach"]
    posted = sender.post(sender.payload("call-1"))
    await ingest.nats.request(f"$JS.API.STREAM.DELETE.{WEBHOOKS}", b"", timeout=5)

    async with served(ingest.app) as port, httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}") as client:
        with pytest.raises(httpx.TransportError):
            await client.post("/webhooks/outreach", content=posted.body, headers=dict(posted.headers))

    assert 'webhooks_total{result="unavailable",source="outreach"} 1.0' in (await ingest.client.get("/metrics")).text


async def test_a_fault_of_an_adapter_is_one_dead_letter_and_stops_nothing(
    ingest: Ingest, monkeypatch: pytest.MonkeyPatch
) -> None:
    def break_on_a2(item: Any, source: Source) -> list[Any]:
        if item["activity_id"] == "a2":
            raise ZeroDivisionError
        return [item]

    broken = dataclasses.replace(ADAPTERS["standard"], read=break_on_a2)
    monkeypatch.setitem(ADAPTERS, "standard", broken)
    await ingest.post(json.dumps([OBSERVATION, OBSERVATION | {"activity_id": "a2"}]).encode())

    await ingest.translate()

    assert (await ingest.stored(ACTIVITIES), await ingest.stored(DEAD)) == (1, 1)
    letter = await ingest.nats.jetstream().get_msg(DEAD, 1)
    assert letter.subject == "dead.ingest.adapter_failed"


async def test_what_comes_again_is_counted_and_changes_nothing(ingest: Ingest) -> None:
    for _ in range(3):
        await ingest.post(json.dumps(OBSERVATION).encode())

    await ingest.translate()  # each batch twice, as after a crash

    assert await ingest.stored(ACTIVITIES) == 1
    text = (await ingest.client.get("/metrics")).text
    assert 'daymark_ingest_items_total{result="understood",source="acme"} 1.0' in text


@pytest.mark.parametrize(
    ("body", "detail"),
    [
        (b"[" * 65 + b"]" * 65, "nested deeper than 64"),
        (b"[" * 100_000, "body is no JSON"),
        (b"[" + b"1," * 50_000 + b"1]", "more than 50000 values"),
        (b'{"a": NaN}', "body is no JSON"),
        (b'{"a": "\xff"}', "body is no JSON"),
    ],
)
async def test_json_beyond_the_limits_is_a_dead_letter(ingest: Ingest, body: bytes, detail: str) -> None:
    assert (await ingest.post(body, source="acme")).status_code == 200

    await ingest.translate()

    letter = await ingest.nats.jetstream().get_msg(DEAD, 1)
    assert detail in (letter.headers or {})["Daymark-Detail"]


def test_every_kind_that_may_be_configured_has_its_adapter() -> None:
    assert set(KINDS) == set(ADAPTERS)
