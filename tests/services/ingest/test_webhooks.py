"""The door, from the request to the stored bytes and the response."""

import re
from random import Random

import httpx
import pytest

from shared.jetstream.streams import ACTIVITIES, DEAD, WEBHOOKS
from tests.fuzz.bodies import SEEDS, mutate
from tests.promtool import remarks_of_promtool
from tests.services.ingest.conftest import OBSERVATION, Ingest, to_json
from tests.services.ingest.senders import BY_NAME, NOW, SENDERS, Sender
from tests.services.ingest.senders import SECRET as SENDER_SECRET
from tests.serving import served

TRACEPARENT = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"
ORIGIN = {"WebHook-Request-Origin": "events.example.com"}


async def test_a_signed_webhook_is_stored_byte_for_byte_before_it_is_answered(ingest: Ingest) -> None:
    body = to_json(OBSERVATION)

    response = await ingest.post(body, headers={"traceparent": TRACEPARENT})

    assert (response.status_code, response.json()) == (200, {"stored": True})
    stored = await ingest.read_stored(WEBHOOKS)
    assert stored.data == body
    assert stored.headers["ce-type"] == "webhook.received.v1"
    assert stored.headers["traceparent"].split("-")[1] == TRACEPARENT.split("-")[1]
    assert not any("signature" in name.lower() or "authorization" in name.lower() for name in stored.headers)


async def test_a_slash_at_the_end_of_the_path_makes_no_difference(ingest: Ingest) -> None:
    response = await ingest.post(to_json(OBSERVATION), source="acme/")

    assert (response.status_code, response.json()) == (200, {"stored": True})


@pytest.mark.parametrize(
    "path", ["/webhooks/acme//", "/webhooks", "/webhooks/", "/livez/", "/livez", "/readyz", "/metrics", "//webhooks/acme"]
)
async def test_no_path_is_redirected(ingest: Ingest, path: str) -> None:
    response = await ingest.client.post(path, content=b"{}")

    assert response.status_code in (404, 405)


@pytest.mark.parametrize(
    ("source", "headers", "status"),
    [
        ("not-configured", {}, 404),
        ("acme", {"webhook-signature": "v1,AAAA"}, 401),
        ("acme", {"webhook-timestamp": "1"}, 401),
        ("globex", {}, 401),
        ("acme", {"content-encoding": "gzip"}, 415),
    ],
)
async def test_a_refused_request_has_its_own_status_and_is_never_stored(
    ingest: Ingest, source: str, headers: dict[str, str], status: int
) -> None:
    response = await ingest.post(b"{}", source=source, headers=headers)

    assert response.status_code == status
    assert await ingest.count_stored(WEBHOOKS) == 0


async def test_all_responses_to_a_wrong_signature_are_the_same_bytes(ingest: Ingest) -> None:
    signatures = ("v1,AAAA", "", "v1,a,b")

    responses = {(await ingest.post(b"{}", headers={"webhook-signature": text})).content for text in signatures}

    assert len(responses) == 1


@pytest.mark.parametrize("authorization", [["Bearer bearer-secret"] * 2, ["Bearer wrong", "Bearer bearer-secret"]])
async def test_a_header_that_is_sent_twice_does_not_authenticate(ingest: Ingest, authorization: list[str]) -> None:
    headers = [("authorization", value) for value in authorization]

    response = await ingest.client.post("/webhooks/globex", content=to_json(OBSERVATION), headers=headers)

    assert response.status_code == 401
    assert await ingest.count_stored(WEBHOOKS) == 0


async def test_a_query_parameter_that_is_sent_twice_does_not_authenticate(ingest: Ingest) -> None:
    token = "access_token=bearer-secret"

    statuses = [
        (await ingest.client.post(f"/webhooks/globex?{query}", content=to_json(OBSERVATION))).status_code
        for query in (token, f"{token}&{token}", f"access_token=wrong&{token}")
    ]

    assert statuses == [200, 401, 401]


async def test_only_posts_and_options_are_allowed(ingest: Ingest) -> None:
    for method in ("GET", "PUT", "DELETE", "PATCH"):
        assert (await ingest.client.request(method, "/webhooks/acme")).status_code == 405


async def test_a_broker_that_is_down_is_answered_503_with_a_time_to_retry(ingest: Ingest) -> None:
    await ingest.nats.request(f"$JS.API.STREAM.DELETE.{WEBHOOKS}", b"", timeout=5)

    response = await ingest.post(b"{}")

    assert response.status_code == 503
    assert int(response.headers["retry-after"]) > 0
    refused = f'newest_refusal_timestamp_seconds{{result="unavailable",source="acme"}} {NOW.timestamp():.8}'
    assert refused in await ingest.read_metrics()


async def test_the_metrics_are_well_formed_and_count_every_result(ingest: Ingest) -> None:
    await ingest.post(b"{}")
    await ingest.post(b"{}", headers={"webhook-signature": "v1,AAAA"})

    metrics = await ingest.read_metrics()

    assert remarks_of_promtool(metrics) == ""
    assert 'daymark_ingest_webhooks_total{result="stored",source="acme"} 1.0' in metrics
    assert re.search(r'daymark_ingest_webhooks_total\{result="unauthorized",source="acme"\} 1.0', metrics)


@pytest.mark.parametrize(
    ("headers", "cause"),
    [
        ({"webhook-signature": ""}, "missing"),
        ({"webhook-signature": "v1,AAAA"}, "mismatch"),
        ({"webhook-timestamp": "1"}, "time"),
    ],
)
async def test_a_refused_signature_is_counted_by_its_likely_cause(ingest: Ingest, headers: dict[str, str], cause: str) -> None:
    await ingest.post(b"{}", headers=headers)

    metrics = await ingest.read_metrics()

    counts = dict(re.findall(r'daymark_ingest_signature_failures_total\{cause="(\w+)",source="acme"\} (\d)', metrics))
    assert counts == {"missing": "0", "mismatch": "0", "time": "0"} | {cause: "1"}


async def test_a_sender_of_cloudevents_may_ask_whether_it_may_send(ingest: Ingest) -> None:
    response = await ingest.client.options("/webhooks/globex", headers=ORIGIN)

    assert (response.status_code, response.content) == (204, b"")
    assert response.headers["webhook-allowed-origin"] == "events.example.com"
    assert (response.headers["webhook-allowed-rate"], response.headers["allow"]) == ("*", "POST, OPTIONS")


@pytest.mark.parametrize(
    ("source", "headers"),
    [("globex", {}), ("acme", ORIGIN), ("not-configured", ORIGIN)],
    ids=["no origin", "other kind", "none"],
)
async def test_any_other_options_request_says_only_which_methods_are_allowed(
    ingest: Ingest, source: str, headers: dict[str, str]
) -> None:
    response = await ingest.client.options(f"/webhooks/{source}", headers=headers)

    assert (response.status_code, response.headers["allow"]) == (204, "POST, OPTIONS")
    assert not any(name.startswith("webhook-") for name in response.headers)


@pytest.mark.parametrize("sender", SENDERS, ids=lambda sender: sender.name)
async def test_a_webhook_of_every_sender_is_stored_and_translated(ingest: Ingest, sender: Sender) -> None:
    body = next(iter(sender.stories().values()))[0]

    response = await ingest.post_raw(sender.name, sender.post(body))
    await ingest.translate()

    assert response.status_code == 200
    assert response.headers["content-type"].startswith(sender.adapter.stored.media_type or "")
    assert response.content == sender.adapter.stored.body
    assert await ingest.count_stored(ACTIVITIES) > 0
    assert SENDER_SECRET.encode() not in (await ingest.read_stored(WEBHOOKS)).data


async def test_mutated_bodies_are_stored_or_refused_and_become_activities_or_dead_letters(ingest: Ingest) -> None:
    random, statuses = Random(1), set()
    for _ in range(300):
        sender = random.choice(SENDERS)
        body = mutate(random, random.choice(SEEDS[sender.name]))
        statuses.add((await ingest.post_raw(sender.name, sender.post(body))).status_code)

    await ingest.translate()

    assert statuses <= {200, 401, 413}
    assert await ingest.count_stored(DEAD) > 0
    assert await ingest.count_stored(ACTIVITIES) > 0
    assert 'dead_letters_total{reason="adapter_failed"} 0.0' in await ingest.read_metrics()


async def test_salesforce_is_answered_in_its_own_format_while_the_broker_is_down(ingest: Ingest) -> None:
    sender = BY_NAME["salesforce"]
    await ingest.nats.request(f"$JS.API.STREAM.DELETE.{WEBHOOKS}", b"", timeout=5)

    response = await ingest.post_raw("salesforce", sender.post(sender.payload("call-1")))

    assert (response.status_code, int(response.headers["retry-after"]) > 0) == (503, True)
    assert b"<Ack>false</Ack>" in response.content


async def test_outreach_is_cut_off_while_the_broker_is_down_because_it_takes_any_response_for_success(ingest: Ingest) -> None:
    sender = BY_NAME["outreach"]
    webhook = sender.post(sender.payload("call-1"))
    await ingest.nats.request(f"$JS.API.STREAM.DELETE.{WEBHOOKS}", b"", timeout=5)

    async with (
        served(ingest.app, limits=ingest.limits) as port,
        httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}") as client,
    ):
        with pytest.raises(httpx.TransportError):
            await client.post("/webhooks/outreach", content=webhook.body, headers=dict(webhook.headers))

    assert 'webhooks_total{result="unavailable",source="outreach"} 1.0' in await ingest.read_metrics()
