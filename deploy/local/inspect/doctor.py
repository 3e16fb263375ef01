"""`daymark doctor`: what is configured, reachable, behind, failing and expiring, in sentences that say what to do."""

from collections.abc import AsyncIterator, Mapping
from dataclasses import replace
from datetime import datetime
from typing import Final

import httpx
from nats.aio.client import Client

from deploy.local.inspect.dead_letters import list_letters
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
from shared.jetstream.streams import CONSUMERS, StreamRefused, backlog
from shared.observation import SourceName
from shared.plurals import count_nouns
from shared.service.http_client import make_http_client
from shared.service.settings import SecretMissing, SecretTooShort, load_settings

_BACKLOG_MAX: Final = 1_000
_TIMEOUT_S: Final = 3


async def examine(settings: LocalSettings, connection: Client, *, now: datetime) -> AsyncIterator[Finding]:
    """Every finding, in the order in which data flows."""
    urls = _find_service_urls(settings)
    for name, url in urls.items():
        yield await _examine_readiness(name, url)
    letters = [replace(letter, body=b"") async for letter in list_letters(connection)]  # bodies may be large
    sources: Mapping[SourceName, Source] = {}
    try:
        sources = load_settings(IngestSettings).read_sources()
    except (SecretMissing, SecretTooShort) as unusable:
        yield Finding(verdict=Verdict.PROBLEM, subject="sources", text=str(unusable))
    async for finding in examine_sources(connection, sources, letters, ingest_url=urls["ingest"], now=now):
        yield finding
    async for finding in _examine_backlogs(connection):
        yield finding
    for finding in examine_other_letters(sources, letters):
        yield finding
    async for finding in examine_people(connection):
        yield finding
    async for finding in examine_roster(connection):
        yield finding
    async for finding in examine_names_in_settings(connection, load_settings(NudgesSettings)):
        yield finding


def _find_service_urls(settings: LocalSettings) -> Mapping[str, str]:
    """From the run file of `daymark up`, otherwise as configured."""
    try:
        run_file = read_run_file(settings)
    except NotRunning:
        sections = {"ingest": settings.ingest, "scoring": settings.scoring, "nudges": settings.nudges}
        return {name: f"http://{section.host}:{section.port}" for name, section in sections.items()}
    return {"ingest": run_file.ingest, "scoring": run_file.scoring, "nudges": run_file.pages}


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
            waiting = await backlog(connection, consumer.stream, consumer.name)
        except StreamRefused as refused:
            yield Finding(verdict=Verdict.PROBLEM, subject=subject, text=str(refused))
            continue
        is_behind = waiting > _BACKLOG_MAX
        text = f"{count_nouns(waiting, 'message')} waiting" + ("; if the number grows, add a replica" if is_behind else "")
        yield Finding(verdict=Verdict.NOTE if is_behind else Verdict.OK, subject=subject, text=text)
