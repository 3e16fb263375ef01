"""`daymark doctor`: what is configured, reachable, behind, failing and expiring, in sentences that say what to do."""

import asyncio
from collections.abc import AsyncIterator, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Final

import httpx
from nats.aio.client import Client

from deploy.local.all_sources import list_closed_sources, list_sources
from deploy.local.inspect.backup_findings import examine_backups
from deploy.local.inspect.findings import Finding, Verdict
from deploy.local.inspect.people_findings import examine_people
from deploy.local.inspect.roster_findings import examine_roster
from deploy.local.inspect.settings_findings import examine_names_in_settings
from deploy.local.inspect.source_findings import examine_other_letters, examine_sources
from deploy.local.run_file import NotRunning, read_run_file
from deploy.local.settings import LocalSettings
from services.ingest.domain.webhook import Source
from services.ingest.settings import IngestSettings
from services.nudges.settings import NudgesSettings
from shared.errors import DaymarkError
from shared.jetstream.client import LeanClient
from shared.jetstream.dead_letters import list_letters
from shared.jetstream.streams import CONSUMERS, StreamRefused, find_waiting
from shared.observation import SourceName
from shared.plurals import count_nouns
from shared.service.http_client import make_http_client
from shared.service.settings import SecretMissing, SecretTooShort, load_settings

_BACKLOG_MAX: Final = 1_000
_OLDEST_MAX_S: Final = 60
_TIMEOUT_S: Final = 3
_SUBJECT_S: Final = 10


async def examine_services(settings: LocalSettings) -> Sequence[Finding]:
    """Whether each service is ready. This needs no broker."""
    return await asyncio.gather(*[_examine_readiness(name, url) for name, url in _find_probe_urls(settings).items()])


async def examine_the_rest(settings: LocalSettings, connection: LeanClient, *, now: datetime) -> AsyncIterator[Finding]:
    """Every other finding, in the order in which data flows."""
    urls = _find_probe_urls(settings)
    letters = [replace(letter, body=b"") async for letter in list_letters(connection)]  # bodies may be large
    sources: Mapping[SourceName, Source] = {}
    try:
        load_settings(IngestSettings).read_sources()
        sources = await list_sources(connection)
    except (SecretMissing, SecretTooShort) as unusable:
        yield Finding(verdict=Verdict.PROBLEM, subject="sources", text=str(unusable))
    nudges = load_settings(NudgesSettings)
    for subject, findings in {
        "added sources": _examine_closed_sources(connection),
        "sources": examine_sources(connection, sources, letters, probes_url=urls["ingest"], now=now),
        "backlogs": _examine_backlogs(connection),
        "dead letters": _yield_all(examine_other_letters(sources, letters)),
        "people": examine_people(connection),
        "roster": examine_roster(connection),
        "names in settings": examine_names_in_settings(connection, nudges),
        "backups": _yield_all(examine_backups(settings, now=now)),
    }.items():
        async for finding in _until_refused(subject, findings):
            yield finding


async def _examine_closed_sources(connection: Client) -> AsyncIterator[Finding]:
    for problem in await list_closed_sources(connection):
        yield Finding(verdict=Verdict.PROBLEM, subject="sources", text=problem)


async def _until_refused(subject: str, findings: AsyncIterator[Finding]) -> AsyncIterator[Finding]:
    """If a service does not answer, that is a finding, and the next subject follows."""
    try:
        async with asyncio.timeout(_SUBJECT_S):
            async for finding in findings:
                yield finding
    except DaymarkError as refused:
        yield Finding(verdict=Verdict.PROBLEM, subject=subject, text=str(refused))
    except TimeoutError:
        text = (
            f"not checked to the end within {_SUBJECT_S} s; a service named above hangs, or try again when there is less to do"
        )
        yield Finding(verdict=Verdict.PROBLEM, subject=subject, text=text)


async def _yield_all(findings: Iterable[Finding]) -> AsyncIterator[Finding]:
    for finding in findings:
        yield finding


def _find_probe_urls(settings: LocalSettings) -> Mapping[str, str]:
    """Where each service answers its probes: from the run file of `daymark up`, otherwise as configured. A service of an
    earlier version answers them on its only port.

    Raises:
        NotRunning: there is no run file, and no broker is configured either.
    """
    try:
        run_file = read_run_file(settings)
    except NotRunning:
        if not settings.nats.url:
            raise
        sections = {"ingest": settings.ingest, "scoring": settings.scoring, "nudges": settings.nudges}
        addresses = {name: section.probes_address for name, section in sections.items()}
        return {name: f"http://{host}:{port}" for name, (host, port) in addresses.items()}
    return {"ingest": run_file.ingest, "scoring": run_file.scoring, "nudges": run_file.pages} | run_file.probes


async def _examine_readiness(name: str, url: str) -> Finding:
    try:
        async with make_http_client(timeout_s=_TIMEOUT_S) as client:
            problems = (await client.get(f"{url}/readyz")).json()["problems"]
    except (httpx.HTTPError, ValueError, KeyError) as failed:
        text = f"does not answer at {url} ({type(failed).__name__}); start the service, or check its log"
        return Finding(verdict=Verdict.PROBLEM, subject=name, text=text)
    if problems:
        return Finding(verdict=Verdict.PROBLEM, subject=name, text="; ".join(problems.values()))
    return Finding(verdict=Verdict.OK, subject=name, text=f"ready at {url}")


async def _examine_backlogs(connection: Client) -> AsyncIterator[Finding]:
    for consumer in CONSUMERS:
        subject = f"{consumer.stream} for {consumer.name}"
        try:
            waiting = await find_waiting(connection, consumer.stream, consumer.name)
        except StreamRefused as refused:
            yield Finding(verdict=Verdict.PROBLEM, subject=subject, text=str(refused))
            continue
        text = f"{count_nouns(waiting.messages, 'message')} waiting"
        if waiting.oldest_age_s > _OLDEST_MAX_S:
            text += f", the oldest for {waiting.oldest_age_s / 60:.0f} min; see the log of the service, and /readyz"
            yield Finding(verdict=Verdict.PROBLEM, subject=subject, text=text)
        elif waiting.messages > _BACKLOG_MAX:
            yield Finding(verdict=Verdict.NOTE, subject=subject, text=f"{text}; if the number grows, add a replica")
        else:
            yield Finding(verdict=Verdict.OK, subject=subject, text=text)
