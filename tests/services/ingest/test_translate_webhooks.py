"""Translation, from the stored webhook to events and dead letters."""

import dataclasses
from datetime import datetime
from typing import Any

import pytest

from services.ingest.app import read_contact_secret
from services.ingest.domain.adapters import ADAPTERS
from services.ingest.domain.webhook import Source
from services.ingest.settings import IngestSettings
from shared.jetstream.streams import ACTIVITIES, DEAD, WEBHOOKS
from shared.observation import SourceName
from shared.privacy.contact_keys import hashed_contact
from shared.service.settings import load_settings
from tests.services.ingest.conftest import CONTACT_SECRET, OBSERVATION, SOURCES, Ingest, to_json
from tests.services.ingest.senders import NOW

CONTACT = "ada@example.com"


async def test_every_observation_is_published_once_however_often_it_is_translated(ingest: Ingest) -> None:
    await ingest.post(to_json([OBSERVATION, OBSERVATION | {"activity_id": "a2"}]))
    await ingest.post(to_json(OBSERVATION))

    await ingest.translate()

    assert await ingest.count_stored(ACTIVITIES) == 2
    event = await ingest.read_stored(ACTIVITIES)
    assert event.subject == "activity.observed.v1.acme"
    assert event.headers["ce-id"] == event.headers["Nats-Msg-Id"]
    assert event.headers["ce-datacontenttype"] == "application/json"
    observed = event.json()
    assert (observed["source"], observed["activity_id"], observed["facts"]) == ("acme", "a1", {"actor": "7"})


async def test_an_event_says_when_its_webhook_was_received_and_whether_it_was_read_again(ingest: Ingest) -> None:
    await ingest.post(to_json(OBSERVATION))
    webhook = await ingest.read_stored(WEBHOOKS)
    again = to_json(OBSERVATION | {"activity_id": "a2"})
    headers = {"ce-time": webhook.headers["ce-time"], "Daymark-Read-Again": "2026-02-01T09:00:00+00:00"}
    await ingest.nats.jetstream().publish(webhook.subject, again, headers=headers)

    await ingest.translate()

    events = [await ingest.read_stored(ACTIVITIES, number) for number in (1, 2)]
    first, second = (event.json() for event in events)
    assert datetime.fromisoformat(first["received_at"]) == NOW
    assert "read_at" not in first
    assert (second["received_at"], second["read_at"]) == (first["received_at"], "2026-02-01T09:00:00Z")
    assert events[1].headers["ce-id"].endswith("@2026-02-01T09:00:00+00:00")


async def test_nothing_is_true_before_it_arrives(ingest: Ingest) -> None:
    await ingest.post(to_json(OBSERVATION | {"observed_at": "2027-01-15T09:00:00Z"}))

    await ingest.translate()

    assert datetime.fromisoformat((await ingest.read_stored(ACTIVITIES)).json()["observed_at"]) == NOW
    assert ingest.metrics.clock_ahead_seconds.labels("acme")._value.get() == 365 * 86_400


async def test_a_fact_that_cannot_be_read_is_left_out_and_counted(ingest: Ingest) -> None:
    facts = {"actor": "7", "amount": "much", "currency": "", "own": "x" * 2_000}
    await ingest.post(to_json(OBSERVATION | {"facts": facts}))

    await ingest.translate()

    assert (await ingest.read_stored(ACTIVITIES)).json()["facts"] == {"actor": "7", "currency": None}
    assert await ingest.count_stored(DEAD) == 0
    counted = {name: ingest.metrics.unreadable_facts.labels("acme", name)._value.get() for name in ("amount", "other")}
    assert counted == {"amount": 2, "other": 2}  # each batch is translated twice


async def test_what_cannot_be_translated_becomes_a_dead_letter_with_its_bytes_and_the_rest_is_published(ingest: Ingest) -> None:
    naive = OBSERVATION | {"activity_id": "a2", "observed_at": "2026-03-02T10:00:00"}
    assert (await ingest.post(b"{not json")).status_code == 200
    assert (await ingest.post(to_json([OBSERVATION, naive]))).status_code == 200

    await ingest.translate()

    assert await ingest.count_stored(ACTIVITIES) == 1
    assert await ingest.count_stored(DEAD) == 2
    unreadable, refused = [await ingest.read_stored(DEAD, number) for number in (1, 2)]
    assert (unreadable.subject, unreadable.data) == ("dead.ingest.unreadable_body", b"{not json")
    assert refused.subject == "dead.ingest.refused_observation"
    assert "item 1: observed_at: has no offset" in refused.headers["Daymark-Detail"]


async def test_a_body_with_many_bad_items_is_one_dead_letter_per_reason(ingest: Ingest) -> None:
    bad = [OBSERVATION | {"activity_id": f"a{number}", "observed_at": "soon"} for number in range(100)]
    await ingest.post(to_json([OBSERVATION, *bad, {}]))

    await ingest.translate()

    assert (await ingest.count_stored(ACTIVITIES), await ingest.count_stored(DEAD)) == (1, 1)
    detail = (await ingest.read_stored(DEAD)).headers["Daymark-Detail"]
    assert (detail.count("observed_at: not a time"), detail.endswith("; and 98 more")) == (3, True)


@pytest.mark.parametrize(("bad_items", "more"), [(3, None), (4, "; and 1 more")])
async def test_up_to_three_problems_are_listed_and_further_ones_counted(
    ingest: Ingest, bad_items: int, more: str | None
) -> None:
    await ingest.post(to_json([7] * bad_items))

    await ingest.translate()

    detail = (await ingest.read_stored(DEAD)).headers["Daymark-Detail"]
    assert detail == "; ".join(f"item {index}: not a JSON object" for index in range(3)) + (more or "")


async def test_a_webhook_of_a_source_that_another_replica_has_just_added_is_translated(
    ingest: Ingest, monkeypatch: pytest.MonkeyPatch
) -> None:
    added, sources = SourceName("added"), dict(SOURCES)

    async def find_source(name: SourceName) -> Source:
        sources[name] = Source(name=name, kind="standard", secrets=())
        return sources[name]

    monkeypatch.setattr(ingest.translator, "_sources", sources)
    monkeypatch.setattr(ingest.translator, "_find_source", find_source)
    headers = {"ce-time": "2026-01-15T09:00:00Z"}
    await ingest.nats.jetstream().publish(f"webhook.received.v1.{added}", to_json(OBSERVATION), headers=headers)

    await ingest.translate()

    assert (await ingest.read_stored(ACTIVITIES)).subject == "activity.observed.v1.added"


async def test_a_webhook_of_a_source_that_is_no_longer_configured_is_a_dead_letter(ingest: Ingest) -> None:
    await ingest.nats.jetstream().publish("webhook.received.v1.removed", b"{}", headers={"ce-time": "2026-01-15T09:00:00Z"})

    await ingest.translate()

    dead_letter = await ingest.read_stored(DEAD)
    assert dead_letter.subject == "dead.ingest.unknown_source"
    assert dead_letter.headers["Daymark-Detail"] == "source removed is no longer configured"


async def test_a_bug_in_an_adapter_is_one_dead_letter_and_blocks_nothing(
    ingest: Ingest, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail_on_a2(item: Any, _: Source) -> list[Any]:
        if item["activity_id"] == "a2":
            raise ZeroDivisionError
        return [item]

    broken = dataclasses.replace(ADAPTERS["standard"], read=fail_on_a2)
    monkeypatch.setattr(ingest.translator, "_adapters", {**ADAPTERS, "standard": broken})
    await ingest.post(to_json([OBSERVATION, OBSERVATION | {"activity_id": "a2"}]))

    await ingest.translate()

    assert (await ingest.count_stored(ACTIVITIES), await ingest.count_stored(DEAD)) == (1, 1)
    assert (await ingest.read_stored(DEAD)).subject == "dead.ingest.adapter_failed"


async def test_a_webhook_that_is_delivered_again_is_counted_and_changes_nothing(ingest: Ingest) -> None:
    for _ in range(3):
        await ingest.post(to_json(OBSERVATION))

    await ingest.translate()  # each batch twice, so five of the six translations repeat the first

    assert await ingest.count_stored(ACTIVITIES) == 1
    metrics = await ingest.read_metrics()
    assert 'daymark_ingest_items_total{result="translated",source="acme"} 1.0' in metrics
    assert 'daymark_ingest_items_total{result="duplicate",source="acme"} 5.0' in metrics


async def test_of_the_items_only_the_most_recent_are_recognised_as_duplicates(
    ingest: Ingest, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("services.ingest.translate_webhooks._RECENT_ITEMS_MAX", 1)
    for activity_id in ("a1", "a2", "a2", "a1"):
        await ingest.post(to_json(OBSERVATION | {"activity_id": activity_id}))

    await ingest.translate()  # the batch twice: a1, a2, a2, a1, a1, a2, a2, a1

    assert 'daymark_ingest_items_total{result="duplicate",source="acme"} 3.0' in await ingest.read_metrics()


@pytest.mark.parametrize(
    ("body", "detail"),
    [
        (b"[" * 65 + b"]" * 65, "nested deeper than 64"),
        (b"[" * 100_000, "body is not JSON"),
        (b"[" + b"1," * 49_999 + b"1]", "more than 50000 values"),
        (b'{"a": NaN}', "body is not JSON"),
        (b'{"a": "\xff"}', "body is not JSON"),
    ],
)
async def test_json_beyond_the_limits_is_a_dead_letter(ingest: Ingest, body: bytes, detail: str) -> None:
    assert (await ingest.post(body)).status_code == 200

    await ingest.translate()

    assert detail in (await ingest.read_stored(DEAD)).headers["Daymark-Detail"]


async def _observed_data(ingest: Ingest, contact_key: str | None) -> bytes:
    """What is published of a webhook that names a contact."""
    observation = OBSERVATION | {"facts": {"actor": "7", "contact_key": contact_key}}
    assert (await ingest.post(to_json(observation))).status_code == 200
    await ingest.translate()
    return (await ingest.read_stored(ACTIVITIES)).data


async def test_a_contact_is_published_as_a_keyed_hash_only(ingest: Ingest) -> None:
    published = await _observed_data(ingest, CONTACT)

    assert hashed_contact(CONTACT_SECRET, CONTACT).encode() in published
    assert CONTACT.encode() not in published
    assert await ingest.count_stored(ACTIVITIES) == 1


async def test_a_contact_that_is_withdrawn_is_published_as_withdrawn(ingest: Ingest) -> None:
    assert b'"contact_key":null' in await _observed_data(ingest, None)


def test_the_service_starts_without_a_contact_secret() -> None:
    assert read_contact_secret(load_settings(IngestSettings)) == b""
