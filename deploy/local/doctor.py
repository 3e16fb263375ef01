"""`daymark doctor`: what is configured, reachable, behind, failing and expiring, in sentences that say what to do."""

from collections import Counter
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Final

import httpx
import nats.errors
from nats.aio.client import Client
from nats.js.errors import NotFoundError
from prometheus_client.parser import text_string_to_metric_families

from deploy.local.dead_letters import Letter, list_letters
from deploy.local.questions import list_channels, list_effects, list_nobodys, list_playbooks, list_quiet_feeds
from deploy.local.reach import NotRunning, run_file
from deploy.local.settings import LocalSettings
from services.ingest.app import ADAPTERS
from services.ingest.domain.adapter import Patience
from services.ingest.domain.webhook import Source
from services.ingest.metrics import UNKNOWN
from services.ingest.settings import IngestSettings
from shared.events import WEBHOOK_RECEIVED
from shared.jetstream.streams import CONSUMERS, WEBHOOKS, StreamRefused, backlog
from shared.requests.client import NoResponder
from shared.requests.nudges import ChannelRow
from shared.service.settings import SecretMissing, load_settings

_BEHIND: Final = 1_000
_NAMED_MAX: Final = 10
_EXPIRES_SOON: Final = timedelta(days=2)
_TIMEOUT_S: Final = 3
_WHY: Final = {
    "unauthorized": "not signed by the source: compare the secret on both sides, and the clocks",
    "too_large": "larger than ingest.body_max_bytes: raise it, or send fewer items at once",
    "too_slow": "not sent in time: look at the network, or raise ingest.body_timeout_s",
    "encoded": "compressed: switch that off at the sender",
    "unavailable": "could not be stored, or too many at once: look at NATS and its disk, or add a replica of ingest",
}


class Verdict(StrEnum):
    """`note` is for reading, `wrong` for mending."""

    OK = "ok"
    NOTE = "note"
    WRONG = "wrong"


@dataclass(frozen=True, kw_only=True, slots=True)
class Finding:
    """One line of the report: what was looked at, and what was found."""

    verdict: Verdict
    what: str
    found: str


Samples = Mapping[tuple[str, str, str], float]
"""Values of ingest's metrics by name, source and result."""


async def examine(settings: LocalSettings, connection: Client, *, now: datetime) -> AsyncIterator[Finding]:
    """Every finding, in the order in which data flows."""
    addresses = _addresses(settings)
    for name, url in addresses.items():
        yield await _readiness(name, url)
    letters = [replace(letter, body=b"") async for letter in list_letters(connection)]  # the bodies may be large
    try:
        sources = load_settings(IngestSettings).read_sources()
    except SecretMissing as missing:
        yield Finding(verdict=Verdict.WRONG, what="sources", found=str(missing))
        sources = {}
    samples = await _samples(addresses["ingest"])
    for source in sources.values():
        async for finding in _source(connection, source, samples, letters, now=now):
            yield finding
    if strays := samples.get(("daymark_ingest_webhooks_total", UNKNOWN, "unknown_source")):
        found = f"{strays:.0f} posts since the start named none: compare the address at each sender with the names here"
        yield Finding(verdict=Verdict.NOTE, what="sources", found=found)
    if not sources:
        yield Finding(verdict=Verdict.NOTE, what="sources", found="none is configured; docs/ has a page for each CRM")
    async for finding in _backlogs(connection):
        yield finding
    for finding in _other_letters(letters, sources):
        yield finding
    async for finding in _people(connection):
        yield finding


def _addresses(settings: LocalSettings) -> dict[str, str]:
    """Where the services answer: as the running `daymark up` says, else as configured."""
    try:
        said = run_file(settings)
        return {"ingest": said["ingest"], "scoring": said["scoring"], "nudges": said["pages"]}
    except NotRunning:
        sections = {"ingest": settings.ingest, "scoring": settings.scoring, "nudges": settings.nudges}
        return {name: f"http://{section.host}:{section.port}" for name, section in sections.items()}


async def _readiness(name: str, url: str) -> Finding:
    try:
        async with httpx.AsyncClient(timeout=_TIMEOUT_S) as client:
            problems = (await client.get(f"{url}/readyz")).json()["problems"]
    except (httpx.HTTPError, ValueError, KeyError) as failed:
        found = f"does not answer at {url} ({type(failed).__name__}); start it, or look at its log"
        return Finding(verdict=Verdict.WRONG, what=name, found=found)
    if problems:
        return Finding(verdict=Verdict.WRONG, what=name, found="; ".join(problems.values()))
    return Finding(verdict=Verdict.OK, what=name, found=f"ready at {url}")


async def _samples(url: str) -> Samples:
    """What ingest has counted since it started; empty where it does not answer, which `_readiness` has said."""
    try:
        async with httpx.AsyncClient(timeout=_TIMEOUT_S) as client:
            text = (await client.get(f"{url}/metrics")).text
    except httpx.HTTPError:
        return {}
    return {
        (sample.name, sample.labels.get("source", ""), sample.labels.get("result", "")): sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
    }


async def _source(
    connection: Client, source: Source, samples: Samples, letters: list[Letter], *, now: datetime
) -> AsyncIterator[Finding]:
    what = f"{source.name} ({source.kind})"
    last = await _last_stored(connection, source)
    sent = f"last sent {_ago(last, now)}" if last else "has sent nothing in the last seven days"
    yield Finding(verdict=Verdict.OK if last else Verdict.NOTE, what=what, found=sent)
    for result, why in _WHY.items():
        count = samples.get(("daymark_ingest_webhooks_total", source.name, result), 0)
        at_s = samples.get(("daymark_ingest_newest_refusal_timestamp_seconds", source.name, result), 0)
        if count:
            at = datetime.fromtimestamp(at_s, UTC)
            is_over = last is not None and last > at
            costs = _costs(ADAPTERS[source.kind].patience)
            found = f"{count:.0f} refused since the start, the last {_ago(at, now)}: {why}. {costs}"
            yield Finding(verdict=Verdict.NOTE if is_over else Verdict.WRONG, what=what, found=found)
    own = [letter for letter in letters if letter.origin == f"{WEBHOOK_RECEIVED}.{source.name}"]
    if own:
        yield Finding(verdict=Verdict.WRONG, what=what, found=_dead(own))
    if source.expires_at is not None:
        is_near = source.expires_at - now < _EXPIRES_SOON
        found = f"its channel ends {source.expires_at.isoformat(timespec='minutes')}" + ("; renew it now" if is_near else "")
        yield Finding(verdict=Verdict.WRONG if is_near else Verdict.OK, what=what, found=found)


async def _last_stored(connection: Client, source: Source) -> datetime | None:
    try:
        message = await connection.jetstream().get_last_msg(WEBHOOKS, f"{WEBHOOK_RECEIVED}.{source.name}")
    except (NotFoundError, nats.errors.Error):
        return None
    time = (message.headers or {}).get("ce-time")
    return datetime.fromisoformat(time) if time else message.time


def _costs(patience: Patience) -> str:
    """What the sender does about a refusal."""
    if patience.over_s is None:
        return "How long its sender tries again is not known"
    if patience.over_s == 0:
        return "Its sender does not try again"
    return f"Its sender tries for {_span(timedelta(seconds=patience.over_s))}, then it is lost"


def _dead(letters: list[Letter]) -> str:
    reasons = Counter(letter.reason for letter in letters)
    said = ", ".join(f"{count} {reason}" for reason, count in reasons.most_common())
    last = letters[-1]
    return f"dead letters: {said}; the last: {last.detail} (daymark dead-letters show {last.id})"


def _other_letters(letters: list[Letter], sources: Mapping[str, Source]) -> list[Finding]:
    known = {f"{WEBHOOK_RECEIVED}.{name}" for name in sources}
    others = [letter for letter in letters if letter.origin not in known]
    return [Finding(verdict=Verdict.WRONG, what=others[-1].service, found=_dead(others))] if others else []


async def _backlogs(connection: Client) -> AsyncIterator[Finding]:
    for consumer in CONSUMERS:
        what = f"{consumer.stream} for {consumer.name}"
        try:
            waiting = await backlog(connection, consumer.stream, consumer.name)
        except StreamRefused as refused:
            yield Finding(verdict=Verdict.WRONG, what=what, found=str(refused))
            continue
        is_behind = waiting > _BEHIND
        found = f"{waiting} messages wait" + ("; if that grows, add a replica" if is_behind else "")
        yield Finding(verdict=Verdict.NOTE if is_behind else Verdict.OK, what=what, found=found)


async def _people(connection: Client) -> AsyncIterator[Finding]:
    """Who is not known, who was not told, of whom nothing is heard, and how people are reached."""
    yield await _nobodys(connection)
    yield await _untold(connection)
    for look in (_feeds, _channels, _rules):
        async for finding in look(connection):
            yield finding


async def _nobodys(connection: Client) -> Finding:
    """Who did something and is not in the roster."""
    try:
        listed = (await list_nobodys(connection)).identities
    except NoResponder as silent:
        return Finding(verdict=Verdict.WRONG, what="scoring", found=str(silent))
    if not listed:
        return Finding(verdict=Verdict.OK, what="roster", found="no activity waits for somebody with its identity")
    named = ", ".join(f"{one.source} {one.user} ({one.activities})" for one in listed[:_NAMED_MAX])
    more = f" and {len(listed) - _NAMED_MAX} more" if len(listed) > _NAMED_MAX else ""
    found = f"activities wait for somebody with the identity of {named}{more}; add it to a rep in the roster if they sell"
    return Finding(verdict=Verdict.NOTE, what="roster", found=found)


async def _untold(connection: Client) -> Finding:
    """Whom nobody has told of what judges them today: no shortfall is spoken of to them meanwhile."""
    try:
        versions = (await list_playbooks(connection)).versions
    except NoResponder as silent:
        return Finding(verdict=Verdict.WRONG, what="scoring", found=str(silent))
    untold = [one for one in versions if one.state == "in force" and one.told < one.announced]
    if not untold:
        return Finding(verdict=Verdict.OK, what="playbooks", found="everybody was told of what judges them")
    named = ", ".join(f"{one.announced - one.told} of {one.announced} reps of {one.team}" for one in untold[:_NAMED_MAX])
    found = f"{named} were not told yet of the version in force, and hear of no shortfall; `daymark playbook told` says who"
    return Finding(verdict=Verdict.NOTE, what="playbooks", found=found)


async def _feeds(connection: Client) -> AsyncIterator[Finding]:
    """Which teams nothing is heard of, though they work."""
    try:
        quiet = (await list_quiet_feeds(connection)).quiet
    except NoResponder:
        return  # `_channels` says so
    if not quiet:
        yield Finding(verdict=Verdict.OK, what="feeds", found="no team is silent that usually is not")
    for feed in quiet:
        found = f"quiet since {feed.since:%Y-%m-%d %H:%M} UTC: {feed.because}. Look at its sources; no shortfall is spoken of"
        what = f"feed of {feed.name}" + (f" ({feed.behaviour.lower()})" if feed.behaviour else "")
        yield Finding(verdict=Verdict.WRONG, what=what, found=found)


async def _channels(connection: Client) -> AsyncIterator[Finding]:
    """Which channels get nudges to people."""
    try:
        listed = (await list_channels(connection)).channels
    except NoResponder as silent:
        yield Finding(verdict=Verdict.WRONG, what="nudges", found=str(silent))
        return
    if not listed:
        yield Finding(verdict=Verdict.NOTE, what="channels", found="none is configured, so that nobody hears of anything")
    for one in listed:
        yield Finding(verdict=_verdict_on(one), what=f"channel {one.name}", found=_fares(one))


async def _rules(connection: Client) -> AsyncIterator[Finding]:
    """Which rules are silent because they do harm."""
    try:
        listed = (await list_effects(connection)).rules
    except NoResponder:
        return  # the channels have said so
    for one in listed:
        if one.paused_at is not None:
            found = f"paused since {one.paused_at:%Y-%m-%d %H:%M} UTC, as what it says lowers the next day's score; see"
            found += f" `daymark effects`, change its words or when it speaks, then `daymark rules resume {one.rule}`"
            yield Finding(verdict=Verdict.WRONG, what=f"rule {one.rule}", found=found)


def _verdict_on(channel: ChannelRow) -> Verdict:
    if channel.state in {"disabled", "failing"}:
        return Verdict.WRONG
    return Verdict.NOTE if channel.state != "ok" or channel.given_up else Verdict.OK


def _fares(channel: ChannelRow) -> str:
    said = "gets through"
    if channel.since is not None:
        said = f"{channel.state} since {channel.since:%Y-%m-%d %H:%M} UTC: {channel.last_error}"
    if channel.state == "disabled":
        said += f". Set its new address, or `daymark channels enable {channel.name}` if it is back"
    said += f"; {channel.waiting} wait" if channel.waiting else ""
    return said + (f"; {channel.given_up} given up in seven days (daymark nudges --json)" if channel.given_up else "")


def _ago(moment: datetime, now: datetime) -> str:
    return f"{_span(now - moment)} ago"


def _span(span: timedelta) -> str:
    seconds = max(int(span.total_seconds()), 0)
    for unit, size in (("days", 86_400), ("hours", 3_600), ("minutes", 60)):
        if seconds >= 2 * size:
            return f"{seconds // size} {unit}"
    return f"{seconds} seconds"
