"""What is reported of a source, and what is not."""

import json
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Final

import pytest

from services.ingest.domain.webhook import Source
from services.ingest.reports.source_report import report_source
from services.ingest.settings import UnknownSource
from shared.jetstream.client import LeanClient
from shared.jetstream.publisher import Outgoing, Publisher
from shared.observation import SourceName
from shared.requests.sources.reports import FactCount, KindHours, PhraseCount, RecentActivity, SourceQuery, SourceReport

MIDNIGHT: Final = datetime(2026, 3, 2, tzinfo=UTC)
FIELDS: Final = {
    "activity_id": "id",
    "kind": "type",
    "observed_at": "at",
    "actor": "rep",
    "outcome": "result",
    "duration_s": "seconds",
    "contact_key": "mail",
}
ACME: Final = Source(name=SourceName("acme"), kind="shared-secret", secrets=(), secret_in="query:key", fields=FIELDS)


def _call(number: int, **changes: str) -> Mapping[str, str]:
    call = {"id": f"c{number}", "type": "call", "at": MIDNIGHT.isoformat(), "rep": "7", "mail": "ada@example.com"}
    return {key: value for key, value in (call | changes).items() if value}


async def _store(nats: LeanClient, *webhooks: tuple[timedelta, Mapping[str, str]]) -> None:
    async with Publisher(nats) as publisher:
        for age, item in webhooks:
            headers = {"ce-id": "1", "ce-time": (MIDNIGHT + age).isoformat()}
            data = json.dumps(item).encode()
            await publisher.store(Outgoing(subject="webhook.received.v1.acme", headers=headers, data=data))


async def _find(name: SourceName) -> Source | None:
    return ACME if name == ACME.name else None


async def _report(nats: LeanClient) -> SourceReport:
    return await report_source(nats, _find, SourceQuery(name=ACME.name, since=MIDNIGHT))


async def test_what_arrived_is_counted_by_kind_and_hour_from_midnight_to_midnight(nats: LeanClient) -> None:
    hour, ends = timedelta(hours=1), timedelta(hours=24)
    await _store(
        nats,
        (-timedelta(seconds=1), _call(1, type="note")),
        (timedelta(0), _call(2)),
        (hour - timedelta(seconds=1), _call(3)),
        (hour, _call(3)),
        (ends - timedelta(seconds=1), _call(4, type="email", rep="")),
        (ends, _call(5, type="task")),
    )

    report = await _report(nats)

    nights = (0,) * 22
    assert report.hours == (
        KindHours(kind="call", counts=(2, 1, *nights)),
        KindHours(kind="email", counts=(0, 0, *nights[1:], 1)),
    )
    assert (report.webhooks, report.observations, report.activities, report.is_complete) == (6, 6, 5, True)
    assert report.newest_at == MIDNIGHT + ends
    assert report.recent[:2] == (
        RecentActivity(kind="task", account="", user="7", received_at=MIDNIGHT + ends),
        RecentActivity(kind="email", account="", user="", received_at=MIDNIGHT + ends - timedelta(seconds=1)),
    )
    assert len(report.recent) == 5


async def test_it_says_which_facts_arrive_and_what_nobody_mapped_and_nothing_of_contacts(nats: LeanClient) -> None:
    await _store(
        nats,
        (timedelta(0), _call(1, result="spoken")),
        (timedelta(0), _call(2, result="spoken", seconds="-1")),
        (timedelta(0), _call(3, result="x" * 61)),
        (timedelta(0), _call(4, type="site visit")),
    )

    report = await _report(nats)

    assert {fact.name: fact.observations for fact in report.facts} == {
        "actor": 3,
        "contact_key": 3,
        "outcome": 3,
        "outcome_raw": 3,
    }
    assert report.unreadable_facts == (FactCount(name="duration_s", observations=1),)
    assert report.unknown_outcomes == (PhraseCount(text="spoken", items=2),)
    assert report.unknown_kinds == (PhraseCount(text="site visit", items=1),)
    assert "ada@example.com" not in report.model_dump_json()


async def test_a_source_that_sent_nothing_and_one_that_does_not_exist(nats: LeanClient) -> None:
    report = await _report(nats)

    assert (report.newest_at, report.webhooks, report.recent, report.hours) == (None, 0, (), ())
    with pytest.raises(UnknownSource, match="other"):
        await report_source(nats, _find, SourceQuery(name=SourceName("other"), since=MIDNIGHT))
