"""Webhooks that were not understood, or misread, and how they are read again on request."""

import asyncio
import json
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from services.ingest import repair_requests
from services.ingest.domain.webhook import Source
from services.ingest.repair_requests import RepairRequests
from shared.clock import SteppedClock
from shared.jetstream.client import LeanClient
from shared.jetstream.publisher import Outgoing, Publisher
from shared.jetstream.streams import ACTIVITIES, DEAD, SCORING_CONSUMER, WEBHOOKS
from shared.observation import SourceName
from shared.requests.activities import READING_PREVIEW, ReadingPreview, ReadingPreviewQuery
from shared.requests.client import Refused, ask
from shared.requests.router import RequestRouter
from shared.requests.sources.endpoints import StoredName
from shared.requests.sources.repairs import SOURCE_LETTERS, SOURCE_REPLAY, SOURCE_REPROCESS, LettersToReplay
from shared.service.broker import ServiceBroker
from shared.service.settings import NatsSection

NOW = datetime(2026, 3, 2, 9, tzinfo=UTC)
FIELDS = {"activity_id": "id", "kind": "type", "observed_at": "at", "outcome": "result"}
ACME = Source(name=SourceName("acme"), kind="shared-secret", secrets=(), secret_in="query:key", fields=FIELDS)
ASKED = StoredName(name=ACME.name)
CALL = {"id": "c1", "type": "call", "at": NOW.isoformat(), "result": "gesproken"}


class _Scoring:
    """Says that every activity would change, and records what is stored."""

    def __init__(self) -> None:
        self.router = RequestRouter(queue="scoring")
        self.may_answer = asyncio.Event()
        self.may_answer.set()
        self.router.handles(READING_PREVIEW)(self._preview)

    async def _preview(self, query: ReadingPreviewQuery) -> ReadingPreview:
        await self.may_answer.wait()
        ids = {json.loads(event.data)["activity_id"] for event in query.events}
        rows = [{"account": "", "activity_id": activity_id, "effect": "changed", "days": []} for activity_id in sorted(ids)]
        return ReadingPreview.model_validate({"activities": rows})


@pytest.fixture
def scoring() -> _Scoring:
    return _Scoring()


@pytest.fixture
async def asked(nats: LeanClient, nats_url: str, scoring: _Scoring) -> AsyncIterator[LeanClient]:
    """A connection to an ingest that answers, with one webhook of acme."""

    async def find(name: SourceName) -> Source | None:
        return replace(ACME, outcomes={"gesproken": "connected"}) if name == ACME.name else None

    requests = RequestRouter(queue="ingest")
    RepairRequests(nats, find, SteppedClock(NOW), contact_secret=b"").register(requests)
    broker = ServiceBroker(LeanClient(), NatsSection(url=nats_url, monitor_url="", user="", password=""), name="test")
    broker.include_routers(requests.router, scoring.router.router)
    await broker.start()
    await _store(nats, "webhook.received.v1.acme", json.dumps(CALL).encode())
    yield nats
    await broker.stop()


async def _store(nats: LeanClient, subject: str, data: bytes, headers: dict[str, str] | None = None) -> None:
    async with Publisher(nats) as publisher:
        await publisher.store(
            Outgoing(subject=subject, headers={"ce-id": "1", "ce-time": NOW.isoformat(), **(headers or {})}, data=data)
        )


async def _store_letter(nats: LeanClient, origin: str, detail: str) -> None:
    headers = {"Daymark-Reason": "unreadable_body", "Daymark-Detail": detail, "Daymark-Origin": f"WEBHOOKS:1 {origin}"}
    await _store(nats, "dead.ingest.unreadable_body", b"{", headers)


async def test_letters_of_the_source_are_listed_newest_first_and_only_those_are_replayed(asked: LeanClient) -> None:
    for origin, detail in (("acme", "first"), ("globex", "of another"), ("acme", "second")):
        await _store_letter(asked, f"webhook.received.v1.{origin}", detail)

    rows = (await ask(asked, SOURCE_LETTERS, ASKED)).rows
    replayed = await ask(asked, SOURCE_REPLAY, LettersToReplay(name=ACME.name, numbers=(1, 2, 99)))

    assert [(row.number, row.reason, row.detail) for row in rows] == [
        (3, "unreadable_body", "second"),
        (1, "unreadable_body", "first"),
    ]
    assert all(row.since is not None for row in rows)
    assert replayed.letters == 1
    assert [row.number for row in (await ask(asked, SOURCE_LETTERS, ASKED)).rows] == [3]
    assert (await asked.jetstream().stream_info(DEAD)).state.messages == 2
    assert (await asked.jetstream().stream_info(WEBHOOKS)).state.messages == 2


async def test_webhooks_are_read_again_in_the_background_with_the_mapping_of_today(
    asked: LeanClient, scoring: _Scoring
) -> None:
    scoring.may_answer.clear()

    begun = await ask(asked, SOURCE_REPROCESS, ASKED)
    with pytest.raises(Refused, match="being read again already"):
        await ask(asked, SOURCE_REPROCESS, ASKED)
    scoring.may_answer.set()
    subscription = await asked.jetstream().pull_subscribe_bind(SCORING_CONSUMER, ACTIVITIES)
    (event,) = await subscription.fetch(1, timeout=20)
    await event.ack()

    assert begun.webhooks == 1
    observed = json.loads(event.data)
    assert (observed["facts"]["outcome"], observed["read_at"]) == ("connected", NOW.isoformat().replace("+00:00", "Z"))


async def test_what_would_take_too_long_or_does_not_exist_is_refused(
    asked: LeanClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(repair_requests, "_WEBHOOKS_MAX", 0)

    with pytest.raises(Refused, match="daymark webhooks reprocess"):
        await ask(asked, SOURCE_REPROCESS, ASKED)
    with pytest.raises(Refused, match="no source of this name"):
        await ask(asked, SOURCE_REPROCESS, StoredName(name=SourceName("other")))
