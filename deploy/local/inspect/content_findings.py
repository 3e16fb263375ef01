"""What the doctor finds out about the content of a source's last webhooks: what can never count, and why."""

from collections import Counter
from collections.abc import AsyncIterator, Iterator
from datetime import timedelta
from typing import Final

from nats.aio.client import Client

from deploy.local.inspect.findings import Finding, Verdict, describe_span, name_some
from services.ingest.domain.adapters import ADAPTERS
from services.ingest.domain.webhook import Source
from services.ingest.reports.newest_webhooks import list_newest_webhooks
from services.ingest.reports.read_content import Content, read_content
from shared.requests.activities import ACTIVITY_GAPS, GapQuery
from shared.requests.client import NoResponder, ask

_WEBHOOKS_READ: Final = 500
_NAMES_PER_REQUEST: Final = 1_000
_LENGTH_MAX: Final = 60
_FEW: Final = 5
"""One of five activities without an actor may be right, for example calls of a whole team."""

_CLOCK_AHEAD_MAX_S: Final = 60
_CONSEQUENCES: Final = {
    "actor": "for nobody",
    "start": "on no day",
}


async def examine_content(connection: Client, source: Source) -> AsyncIterator[Finding]:
    """Read the last 500 webhooks as they would be read now, and ask scoring what their activities lack."""
    content = read_content(await list_newest_webhooks(connection, source, number=_WEBHOOKS_READ), source)
    subject = f"{source.name} ({source.kind})"
    for verdict, text in await _describe_gaps(connection, content, source):
        yield Finding(verdict=verdict, subject=subject, text=text)
    for text in _describe_content(content, source):
        yield Finding(verdict=Verdict.NOTE, subject=subject, text=text)


async def _describe_gaps(connection: Client, content: Content, source: Source) -> list[tuple[Verdict, str]]:
    """What activities lack by all that is known of them, which may be more than the last webhooks say."""
    names = [name for name, newest in content.activities.items() if not newest.deleted]
    missing: Counter[str] = Counter()
    try:
        for first in range(0, len(names), _NAMES_PER_REQUEST):
            query = GapQuery(source=source.name, names=tuple(names[first : first + _NAMES_PER_REQUEST]))
            for activity in (await ask(connection, ACTIVITY_GAPS, query)).activities:
                missing.update(activity.missing)
    except NoResponder:
        return []  # reported with the unmatched users
    adapter, described = ADAPTERS[source.kind], []
    see_page = f"see docs/{adapter.page}.md"
    for fact, consequence in _CONSEQUENCES.items():
        if missing[fact] * _FEW >= len(names) > 0:
            verdict = Verdict.PROBLEM if missing[fact] == len(names) else Verdict.NOTE
            share = "the last activity, so it counts"
            if len(names) > 1:
                share = f"{missing[fact]} of the last {len(names)} activities, so they count"
            text = f"no {fact} in {share} {consequence}"
            described.append((verdict, f"{text}: {adapter.ways_to_send.get(fact, see_page)}"))
    calls = sum(content.activities[name].kind == "call" for name in names)
    if missing["duration"] == calls > 0:
        share = "the last call" if calls == 1 else f"any of the last {calls} calls"
        text = f"no duration in {share}, so none counts where a playbook asks for a duration"
        described.append((Verdict.NOTE, f"{text}: {adapter.ways_to_send.get('duration', see_page)}"))
    return described


def _describe_content(content: Content, source: Source) -> Iterator[str]:
    if content.unknown_outcomes:
        phrases = _list_phrases(content.unknown_outcomes)
        yield f"outcomes that are not mapped and count as `other`: {phrases}; add them to [sources.{source.name}.outcomes]"
    if content.unknown_kinds:
        phrases = _list_phrases(content.unknown_kinds)
        yield f"items of these kinds are ignored: {phrases}; if they are activities, add them to [sources.{source.name}.kinds]"
    if content.unreadable:
        facts = _list_phrases(content.unreadable)
        command = f"daymark mapping try --source {source.name}"
        yield f"facts left out because their values make no sense: {facts}; `{command}` shows why"
    if content.clock_ahead_s > _CLOCK_AHEAD_MAX_S:
        ahead = describe_span(timedelta(seconds=content.clock_ahead_s))
        yield f"the sender's clock is up to {ahead} ahead of ours, so its changes are dated by arrival: correct one of the two"


def _list_phrases(phrases: Counter[str]) -> str:
    """The most frequent ones with their numbers, shortened."""
    return name_some([f"{phrase[:_LENGTH_MAX]} ({number})" for phrase, number in phrases.most_common()])
