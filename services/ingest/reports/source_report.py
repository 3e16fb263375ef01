"""A report on one source: what it sent lately, and what of that cannot count as it should."""

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Final

from nats.aio.client import Client

from services.ingest.domain.webhook import Source, VerifiedWebhook
from services.ingest.reports.newest_webhooks import list_newest_webhooks
from services.ingest.reports.read_content import Content
from services.ingest.settings import UnknownSource
from shared.facts import ACTOR
from shared.observation import Observation, SourceName
from shared.requests.sources.reports import (
    FactCount,
    KindHours,
    PhraseCount,
    RecentActivity,
    SourceQuery,
    SourceReport,
)

_AT_ONCE: Final = 100
"""The door waits while so many webhooks are read."""
_RECENT_MAX: Final = 5
_PHRASES_MAX: Final = 50
_PHRASE_LENGTH_MAX: Final = 60
_HOURS: Final = 24
_AN_HOUR: Final = timedelta(hours=1)

FindSource = Callable[[SourceName], Awaitable[Source | None]]


async def report_source(connection: Client, find_source: FindSource, query: SourceQuery) -> SourceReport:
    """What the last webhooks of the source say.

    Raises:
        UnknownSource: there is no such source, or it takes no webhooks.
        StreamUnreadable: the server refused to let the stream be read.
    """
    source = await find_source(query.name)
    if source is None:
        raise UnknownSource(query.name)
    webhooks = await list_newest_webhooks(connection, source, number=query.webhooks_max)
    content, hours, recent = Content(), Counter[tuple[str, int]](), list[RecentActivity]()
    for number, webhook in enumerate(webhooks, start=1):
        for observation in content.add_webhook(webhook, source):
            recent = [_recent(observation, webhook), *recent][:_RECENT_MAX]
            if 0 <= (hour := (webhook.received_at - query.since) // _AN_HOUR) < _HOURS:
                hours[observation.kind, hour] += 1
        if number % _AT_ONCE == 0:
            await asyncio.sleep(0)
    return SourceReport(
        name=query.name,
        newest_at=webhooks[-1].received_at if webhooks else None,
        webhooks=len(webhooks),
        is_complete=len(webhooks) < query.webhooks_max or webhooks[0].received_at <= query.since,
        activities=len(content.activities),
        observations=content.observations,
        hours=_by_kind(hours),
        facts=tuple(FactCount(name=name, observations=count) for name, count in sorted(content.facts.items())),
        unreadable_facts=tuple(FactCount(name=name, observations=count) for name, count in content.unreadable.most_common()),
        unknown_outcomes=_phrases(content.unknown_outcomes),
        unknown_kinds=_phrases(content.unknown_kinds),
        clock_ahead_s=content.clock_ahead_s,
        recent=tuple(recent),
    )


def _recent(observation: Observation, webhook: VerifiedWebhook) -> RecentActivity:
    actor = observation.facts.get(ACTOR.name)
    return RecentActivity(
        kind=observation.kind,
        account=observation.account,
        user=actor if isinstance(actor, str) else "",
        received_at=webhook.received_at,
    )


def _by_kind(hours: Counter[tuple[str, int]]) -> tuple[KindHours, ...]:
    """By kind, in alphabetical order."""
    kinds = sorted({kind for kind, _ in hours})
    return tuple(KindHours(kind=kind, counts=tuple(hours[kind, hour] for hour in range(_HOURS))) for kind in kinds)


def _phrases(counts: Counter[str]) -> tuple[PhraseCount, ...]:
    """The most frequent ones first. One that is too long to be a name or an id is no phrase to map."""
    return tuple(
        PhraseCount(text=phrase, items=count)
        for phrase, count in counts.most_common(_PHRASES_MAX)
        if len(phrase) <= _PHRASE_LENGTH_MAX
    )
