"""What the doctor says about the content of a source's last webhooks."""

import json
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from types import MappingProxyType
from typing import Any, Final

import pytest

from deploy.local.inspect.content_findings import examine_content
from deploy.local.inspect.findings import Verdict
from services.ingest.domain.webhook import Source
from shared.jetstream.client import LeanClient
from shared.jetstream.publisher import Outgoing, Publisher
from shared.observation import ActivityId, SourceName
from shared.requests.activities import ACTIVITY_GAPS, ActivityGaps, GapList, GapQuery
from shared.requests.router import RequestRouter
from shared.service.broker import ServiceBroker
from shared.service.settings import NatsSection

NOW: Final = datetime(2026, 3, 2, 9, tzinfo=UTC)
FIELDS: Final = {
    "activity_id": "id",
    "kind": "type",
    "observed_at": "changed",
    "actor": "rep",
    "started_at": "at",
    "duration_s": "seconds",
    "outcome": "result",
    "amount": "worth",
}
ACME: Final = Source(
    name=SourceName("acme"), kind="shared-secret", secrets=(), secret_in="query:key", fields=MappingProxyType(FIELDS)
)
WHOLE: Final = {
    "type": "call",
    "changed": NOW.isoformat(),
    "rep": "7",
    "at": NOW.isoformat(),
    "seconds": 60,
    "result": "connected",
}
OUTCOMES: Final = "outcomes that are not mapped and count as `other`: "


@pytest.fixture
async def scoring(nats_url: str) -> AsyncIterator[list[GapQuery]]:
    """A scoring that knows of activities only what their id says they lack. Holds what it was asked."""
    queries: list[GapQuery] = []
    router = RequestRouter(queue="scoring")

    @router.handles(ACTIVITY_GAPS)
    async def gaps(query: GapQuery) -> GapList:
        queries.append(query)
        return GapList(activities=tuple(_gaps(activity_id) for _, activity_id in query.names))

    broker = ServiceBroker(LeanClient(), NatsSection(url=nats_url, monitor_url="", user="", password=""), name="test")
    broker.include_router(router.router)
    await broker.start()
    yield queries
    await broker.stop()


def _gaps(activity_id: ActivityId) -> ActivityGaps:
    return ActivityGaps.model_validate(
        {
            "account": "",
            "activity_id": activity_id,
            "missing": [fact for fact in ("actor", "start", "duration") if fact in activity_id],
        }
    )


async def _findings(nats: LeanClient, *items: dict[str, Any], source: Source = ACME) -> list[tuple[Verdict, str]]:
    """What is said after one webhook with each of these items."""
    async with Publisher(nats) as webhooks:
        for item in items:
            subject, headers = "webhook.received.v1.acme", {"ce-id": "1", "ce-time": NOW.isoformat()}
            await webhooks.store(Outgoing(subject=subject, headers=headers, data=json.dumps(WHOLE | item).encode()))
    return [(finding.verdict, finding.text) async for finding in examine_content(nats, source)]


async def test_whole_activities_are_not_mentioned(nats: LeanClient, scoring: list[GapQuery]) -> None:
    assert await _findings(nats, {"id": "c1"}, {"id": "c2"}, {"id": "c1"}) == []
    assert [[activity_id for _, activity_id in query.names] for query in scoring] == [["c1", "c2"]]


async def test_a_source_whose_activities_all_lack_an_actor_is_a_problem(nats: LeanClient, scoring: list[GapQuery]) -> None:
    items = [{"id": f"no actor {number}"} for number in range(5)]

    assert await _findings(nats, *items) == [
        (
            Verdict.PROBLEM,
            "no actor in 5 of the last 5 activities, so they count for nobody: map `actor` to the user who did it",
        )
    ]


async def test_one_activity_of_five_without_a_start_is_worth_a_note_and_one_of_six_is_not(
    nats: LeanClient, scoring: list[GapQuery]
) -> None:
    text = "no start in 1 of the last 5 activities, so they count on no day: map `started_at` to when it was done"

    assert await _findings(nats, {"id": "no start"}, *[{"id": f"c{number}"} for number in range(4)]) == [(Verdict.NOTE, text)]
    assert await _findings(nats, {"id": "c4"}) == []


async def test_calls_none_of_which_has_a_duration_are_worth_a_note(nats: LeanClient, scoring: list[GapQuery]) -> None:
    ((verdict, text),) = await _findings(nats, {"id": "no duration"}, {"id": "mail", "type": "email"})

    assert verdict is Verdict.NOTE
    assert text.startswith(
        "no duration in the last call, so none counts where a playbook asks for a duration: map `duration_s`"
    )
    assert await _findings(nats, {"id": "c1"}) == []


async def test_a_sender_with_a_page_of_its_own_is_pointed_to_it(nats: LeanClient, scoring: list[GapQuery]) -> None:
    attio = replace(ACME, kind="attio", fields={})
    event = {"event_type": "note.created", "id": {"workspace_id": "w", "note_id": "no actor"}}

    ((_, text),) = await _findings(nats, {"events": [event]}, source=attio)

    assert text == "no actor in the last activity, so it counts for nobody: see docs/attio.md"


async def test_deleted_activities_are_not_asked_about(nats: LeanClient, scoring: list[GapQuery]) -> None:
    source = replace(ACME, fields=MappingProxyType(FIELDS | {"deleted": "gone"}))

    assert await _findings(nats, {"id": "no actor", "gone": True}, source=source) == []
    assert scoring == []


async def test_outcomes_and_kinds_that_nobody_mapped_are_listed_the_most_frequent_first(
    nats: LeanClient, scoring: list[GapQuery]
) -> None:
    outcomes = ["spoken", "busy2", "spoken", "mapped", "x" * 100]
    items = [{"id": f"c{number}", "result": outcome} for number, outcome in enumerate(outcomes)]
    source = replace(ACME, outcomes=MappingProxyType({"mapped": "other"}))

    assert await _findings(nats, *items, {"id": "n1", "type": "news"}, source=source) == [
        (Verdict.NOTE, f"{OUTCOMES}spoken (2), busy2 (1), {'x' * 60} (1); add them to [sources.acme.outcomes]"),
        (Verdict.NOTE, "items of these kinds are ignored: news (1); if they are activities, add them to [sources.acme.kinds]"),
    ]


async def test_facts_that_make_no_sense_and_a_clock_that_is_ahead_are_named(nats: LeanClient, scoring: list[GapQuery]) -> None:
    later = (NOW + timedelta(hours=3)).isoformat()

    assert await _findings(nats, {"id": "c1", "worth": "a lot"}, {"id": "c2", "changed": later}) == [
        (
            Verdict.NOTE,
            "facts left out because their values make no sense: amount (1); `daymark mapping try --source acme` shows why",
        ),
        (
            Verdict.NOTE,
            "the sender's clock is up to 3 hours ahead of ours, so its changes are dated by arrival: correct one of the two",
        ),
    ]


async def test_a_body_that_cannot_be_read_is_left_to_the_dead_letters(nats: LeanClient, scoring: list[GapQuery]) -> None:
    async with Publisher(nats) as webhooks:
        headers = {"ce-id": "1", "ce-time": NOW.isoformat()}
        await webhooks.store(Outgoing(subject="webhook.received.v1.acme", headers=headers, data=b"no json"))

    assert await _findings(nats) == []


async def test_without_scoring_only_its_part_is_left_out(nats: LeanClient) -> None:
    (finding,) = await _findings(nats, {"id": "no actor", "result": "spoken"})

    assert finding == (Verdict.NOTE, f"{OUTCOMES}spoken (1); add them to [sources.acme.outcomes]")
