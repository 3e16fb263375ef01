"""What stored webhooks mean today, beside what was read of them before."""

import json
from datetime import UTC, datetime, timedelta
from types import MappingProxyType
from typing import Any, Final

from services.ingest.domain.webhook import Source
from services.ingest.reprocess.new_reading import ActivityName, NewReading, Span, read_again
from shared.jetstream.client import LeanClient
from shared.jetstream.publisher import Outgoing, Publisher
from shared.observation import ActivityId, SourceName

NINE: Final = datetime(2026, 3, 2, 9, tzinfo=UTC)
NOW: Final = NINE + timedelta(days=1)
FIELDS: Final = {"activity_id": "id", "kind": "type", "observed_at": "changed", "actor": "rep", "amount": "worth"}
ACME: Final = Source(
    name=SourceName("acme"), kind="shared-secret", secrets=(), secret_in="query:key", fields=MappingProxyType(FIELDS)
)
CALL: Final = {"id": "c1", "type": "call", "changed": NINE.isoformat(), "rep": "7"}


def _at(minute: int) -> datetime:
    return NINE + timedelta(minutes=minute)


async def _store_webhook(nats: LeanClient, minute: int, body: object, *, source: str = "acme") -> None:
    headers = {"ce-id": "1", "ce-time": _at(minute).isoformat()}
    async with Publisher(nats) as webhooks:
        subject = f"webhook.received.v1.{source}"
        await webhooks.store(Outgoing(subject=subject, headers=headers, data=json.dumps(body).encode()))


async def _store_event(
    nats: LeanClient, minute: int | None, activity_id: str, *, read: int | None = None, **facts: str
) -> None:
    """What was read before of the webhook of this minute."""
    body: dict[str, Any] = {
        "source": "acme",
        "activity_id": activity_id,
        "kind": "call",
        "observed_at": NINE.isoformat(),
        "facts": facts,
    }
    for name, at in (("received_at", minute), ("read_at", read)):
        if at is not None:
            body[name] = _at(at).isoformat()
    async with Publisher(nats) as activities:
        data = json.dumps(body).encode()
        await activities.store(Outgoing(subject="activity.observed.v1.acme", headers={"ce-id": "1"}, data=data))


async def _read(nats: LeanClient, span: Span | None = None) -> NewReading:
    return await read_again(nats, ACME, span or Span(), contact_secret=b"", now=NOW, on_progress=lambda *_: None)


def _facts(reading: NewReading) -> dict[str, list[dict[str, str]]]:
    """The facts of each event, by activity."""
    return {name.activity_id: [json.loads(event.data)["facts"] for event in events] for name, events in reading.events.items()}


async def test_an_event_says_which_webhooks_were_read_with_its_own(nats: LeanClient) -> None:
    for minute in (3, 1, 2):
        await _store_webhook(nats, minute, CALL | {"id": f"c{minute}"})
    await _store_webhook(nats, 0, CALL, source="other")

    reading = await _read(nats)

    assert (reading.webhooks, reading.problems) == (3, ())
    (event,) = reading.events[ActivityName("", ActivityId("c2"))]
    data = json.loads(event.data)
    instants = {name: datetime.fromisoformat(data[name]) for name in data if name.endswith(("_at", "since", "until"))}
    assert instants == {
        "observed_at": NINE,
        "received_at": _at(2),
        "read_at": NOW,
        "reprocessed_since": _at(1),
        "reprocessed_until": _at(3),
    }


async def test_only_webhooks_of_the_span_are_read(nats: LeanClient) -> None:
    for minute in range(4):
        await _store_webhook(nats, minute, CALL | {"id": f"c{minute}"})

    reading = await _read(nats, Span(since=_at(1), until=_at(2)))

    assert _facts(reading).keys() == {"c1", "c2"}
    assert (await _read(nats, Span(since=_at(9)))).webhooks == 0


async def test_an_activity_that_is_not_mentioned_any_more_loses_its_facts(nats: LeanClient) -> None:
    await _store_webhook(nats, 1, CALL)
    await _store_event(nats, 1, "old", actor="7")
    await _store_event(nats, 5, "outside", actor="7")
    await _store_event(nats, None, "imported", actor="7")

    assert _facts(await _read(nats)) == {"c1": [{"actor": "7"}], "old": [{}]}


async def test_what_was_read_of_an_item_that_is_refused_now_stays(nats: LeanClient) -> None:
    await _store_webhook(nats, 1, [CALL, CALL | {"id": None}])
    for activity_id in ("c1", "c2"):
        await _store_event(nats, 1, activity_id, actor="8")

    reading = await _read(nats)

    assert _facts(reading) == {"c1": [{"actor": "7"}], "c2": [{"actor": "8"}]}
    assert reading.problems == ("2026-03-02 09:01:00: activity_id: must be text and not empty",)


async def test_what_was_read_of_a_webhook_that_is_not_stored_any_more_stays(nats: LeanClient) -> None:
    for minute in (1, 3):
        await _store_webhook(nats, minute, CALL)
    await _store_event(nats, 2, "c1", actor="8")

    assert _facts(await _read(nats)) == {"c1": [{"actor": "7"}, {"actor": "7"}, {"actor": "8"}]}


async def test_of_what_stays_only_the_last_reading_does(nats: LeanClient) -> None:
    for minute in (1, 3):
        await _store_webhook(nats, minute, CALL)
    for read, actor in ((None, "1"), (60, "2"), (50, "3")):
        await _store_event(nats, 2, "c2", read=read, actor=actor)
    await _store_event(nats, 2, "c3", actor="4")

    facts = _facts(await _read(nats))

    assert (facts["c2"], facts["c3"]) == ([{"actor": "2"}], [{"actor": "4"}])
