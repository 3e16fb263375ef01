"""What the doctor finds out about the sources: what each sent last, what was refused, and what could not be understood."""

from collections import Counter
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Final

import httpx
import nats.errors
from nats.aio.client import Client
from nats.js.errors import NotFoundError
from prometheus_client.parser import text_string_to_metric_families

from deploy.local.inspect.content_findings import examine_content
from deploy.local.inspect.findings import Finding, Verdict, describe_age, describe_span, name_some
from services.ingest.domain.adapter import RetryPolicy
from services.ingest.domain.adapters import ADAPTERS
from services.ingest.domain.webhook import Source
from services.ingest.metrics import NEWEST_REFUSAL_TIMESTAMP_SECONDS, SIGNATURE_FAILURES_TOTAL, UNKNOWN, WEBHOOKS_TOTAL
from shared.event_types import WEBHOOK_RECEIVED
from shared.jetstream.dead_letters import Letter
from shared.jetstream.streams import WEBHOOKS
from shared.observation import SourceName
from shared.plurals import count_nouns
from shared.requests.client import NO_QUERY, NoResponder, ask
from shared.requests.webhooks import UNKNOWN_PATHS
from shared.service.http_client import make_http_client
from shared.suggestions import with_suggestion

_EXPIRES_SOON: Final = timedelta(days=2)
_TIMEOUT_S: Final = 3
_REMEDIES: Final = {
    "unauthorized": "not signed by the source",
    "too_large": "larger than ingest.body_max_bytes: raise the limit, or send fewer items in one webhook",
    "too_slow": "not received in time: check the network, or raise ingest.body_timeout_s",
    "encoded": "compressed: switch compression off at the sender",
    "unavailable": "could not be stored, or too many at once: check NATS and its disk, or add a replica of ingest",
}

_CAUSES: Final = {
    "missing": "carried no signature and no secret: switch signing on at the sender, or find out who else sends here",
    "time": "had a signed time that is too far from ours: compare the clocks",
    "mismatch": "had a wrong signature or secret: compare the secret on both sides",
}

Samples = Mapping[tuple[str, str, str], float]
"""Values of ingest's metrics by name, source and result or cause."""


async def examine_sources(
    connection: Client, sources: Mapping[SourceName, Source], letters: Sequence[Letter], *, probes_url: str, now: datetime
) -> AsyncIterator[Finding]:
    """Each configured source, and webhooks that were sent to none of them."""
    samples = await _read_samples(probes_url)
    for source in sources.values():
        stored_at = await _find_newest_stored_at(connection, source)
        yield _examine_newest(source, stored_at=stored_at, now=now)
        for finding in (
            *_examine_refusals(source, samples, stored_at=stored_at, now=now),
            *_examine_letters(source, letters),
            *_examine_expiry(source, now=now),
        ):
            yield finding
        async for finding in examine_content(connection, source):
            yield finding
    if count := samples.get((WEBHOOKS_TOTAL, UNKNOWN, "unknown_source")):
        text = await _describe_unknown_paths(connection, int(count), sources)
        yield Finding(verdict=Verdict.NOTE, subject="sources", text=text)
    if not sources:
        yield Finding(verdict=Verdict.NOTE, subject="sources", text="none is configured; docs/ has a page for each CRM")


def examine_other_letters(sources: Mapping[SourceName, Source], letters: Sequence[Letter]) -> Iterator[Finding]:
    """Dead letters that did not come from a source's webhook."""
    subjects = {_subject_of(source) for source in sources.values()}
    if others := [letter for letter in letters if letter.origin not in subjects]:
        yield Finding(verdict=Verdict.PROBLEM, subject=others[-1].service, text=_describe_letters(others))


async def _read_samples(probes_url: str) -> Samples:
    """What ingest has counted since it started. Empty if it does not answer, which is a finding of its own."""
    try:
        async with make_http_client(timeout_s=_TIMEOUT_S) as client:
            text = (await client.get(f"{probes_url}/metrics")).text
    except httpx.HTTPError:
        return {}
    return {
        (
            sample.name,
            sample.labels.get("source", ""),
            sample.labels.get("result", sample.labels.get("cause", "")),
        ): sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
    }


async def _describe_unknown_paths(connection: Client, count: int, sources: Mapping[SourceName, Source]) -> str:
    text = f"{count_nouns(count, 'post')} to paths that no source has, since ingest started"
    try:
        paths = (await ask(connection, UNKNOWN_PATHS, NO_QUERY)).paths
    except NoResponder:
        paths = ()  # reported as not ready
    addresses = [f"/webhooks/{name}" for name in sources]
    named = name_some([f"{row.requests} to {with_suggestion(row.path, addresses)}" for row in paths])
    text += f": {named}" if named else ""
    return f"{text}; correct the address at the sender"


async def _find_newest_stored_at(connection: Client, source: Source) -> datetime | None:
    try:
        message = await connection.jetstream().get_last_msg(WEBHOOKS, _subject_of(source))
    except (NotFoundError, nats.errors.Error):
        return None
    time = (message.headers or {}).get("ce-time")
    return datetime.fromisoformat(time) if time else message.time


def _examine_newest(source: Source, *, stored_at: datetime | None, now: datetime) -> Finding:
    if stored_at is None:
        return Finding(verdict=Verdict.NOTE, subject=_title(source), text="no webhook in the last seven days")
    return Finding(verdict=Verdict.OK, subject=_title(source), text=f"last webhook {describe_age(stored_at, now=now)}")


def _examine_refusals(source: Source, samples: Samples, *, stored_at: datetime | None, now: datetime) -> Iterator[Finding]:
    """A refusal is over once a newer webhook was stored."""
    cost = _describe_cost(ADAPTERS[source.kind].retry_policy)
    for result, remedy in _REMEDIES.items():
        count = samples.get((WEBHOOKS_TOTAL, source.name, result), 0)
        if not count:
            continue
        refused_at = datetime.fromtimestamp(samples.get((NEWEST_REFUSAL_TIMESTAMP_SECONDS, source.name, result), 0), UTC)
        is_over = stored_at is not None and stored_at > refused_at
        newest = describe_age(refused_at, now=now)
        causes = _describe_causes(source, samples) if result == "unauthorized" else ""
        refused = f"{count_nouns(int(count), 'webhook')} refused since ingest started, the last one {newest}"
        text = f"{refused}: {remedy}{causes}. {cost}"
        yield Finding(verdict=Verdict.NOTE if is_over else Verdict.PROBLEM, subject=_title(source), text=text)


def _describe_causes(source: Source, samples: Samples) -> str:
    """How many webhooks failed the signature check for which likely cause."""
    causes = []
    for cause, text in _CAUSES.items():
        if number := int(samples.get((SIGNATURE_FAILURES_TOTAL, source.name, cause), 0)):
            also_url = ", and `public_url` with the address at the sender" if cause == "mismatch" and source.public_url else ""
            causes.append(f"{number} {text}{also_url}")
    return "".join(f"; {cause}" for cause in causes)


def _examine_letters(source: Source, letters: Sequence[Letter]) -> Iterator[Finding]:
    if own := [letter for letter in letters if letter.origin == _subject_of(source)]:
        yield Finding(verdict=Verdict.PROBLEM, subject=_title(source), text=_describe_letters(own))


def _examine_expiry(source: Source, *, now: datetime) -> Iterator[Finding]:
    if source.expires_at is None:
        return
    is_near = source.expires_at - now < _EXPIRES_SOON
    text = f"the sender stops sending at {source.expires_at.isoformat(timespec='minutes')}" + (
        "; renew it now" if is_near else ""
    )
    yield Finding(verdict=Verdict.PROBLEM if is_near else Verdict.OK, subject=_title(source), text=text)


def _describe_cost(policy: RetryPolicy) -> str:
    """What a refusal costs, by how the sender retries."""
    if policy.window_s is None:
        return "How long the sender retries is not known"
    if policy.window_s == 0:
        return "The sender does not retry"
    return f"The sender retries for {describe_span(timedelta(seconds=policy.window_s))}, then the webhook is lost"


def _describe_letters(letters: Sequence[Letter]) -> str:
    reasons = Counter(letter.reason for letter in letters)
    counts = ", ".join(f"{count} {reason}" for reason, count in reasons.most_common())
    newest = letters[-1]
    return f"dead letters: {counts}; the newest: {newest.detail} (`daymark dead-letters show {newest.id}`)"


def _title(source: Source) -> str:
    return f"{source.name} ({source.kind})"


def _subject_of(source: Source) -> str:
    return f"{WEBHOOK_RECEIVED}.{source.name}"
