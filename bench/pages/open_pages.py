"""Pages that are open while reports come in, and what the browsers of their managers see of it."""

import asyncio
import gzip
import re
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

import asyncpg
import httpx

from bench.pages.teams import Load, answer_for_scoring, make_message, make_report, publish, sign_in, team_of
from deploy.database import DATABASE
from deploy.local.servers.ports import find_free_ports
from shared.clock import monotonic_s
from shared.jetstream.client import LeanClient
from shared.jetstream.publisher import Publisher
from shared.jetstream.streams import NUDGES_CONSUMER, SCORES, backlog
from shared.requests.people import PERSON_TODAY
from tests.backends import running_servers
from tests.faults.nudges.ledger import SCHEMA
from tests.faults.nudges.replicas import Replica, provisioned, servers_settings

_QUIET_TIMEOUT_S: Final = 300.0
_LAST_UPDATE_TIMEOUT_S: Final = 30.0
_OPENED_AT_ONCE: Final = 20
_FIRST_BYTE_EVERY_S: Final = 0.2
_ROW: Final = re.compile(r'<li id="(rep-\d+)".*?<span class="unseen">(\d+) of ', re.DOTALL)
_SETTINGS: Final = "[experiments]\nholdout = 0.0\n"


@dataclass(kw_only=True)
class Figures:
    """Times in seconds: of each update on each page, and of the first byte of *Today* meanwhile. `page_bytes` are gzipped."""

    expected: int = 0
    updates_s: list[float] = field(default_factory=list)
    first_bytes_s: list[float] = field(default_factory=list)
    page_bytes: dict[str, int] = field(default_factory=dict)
    memory_before_mib: float = 0.0
    memory_after_mib: float = 0.0


class _Published:
    """When each count of each rep was published, and how many pages show it."""

    def __init__(self) -> None:
        self.at_s: dict[tuple[str, int], float] = {}


async def run(folder: Path, load: Load) -> Figures:
    """Everything on this machine; what was seen of it."""
    async with running_servers() as servers, provisioned(servers) as nats:
        (folder / "daymark.toml").write_text(servers_settings(servers) + _SETTINGS)
        ports = find_free_ports(2)
        replica = Replica(folder / "nudges.log", ports)
        schema = {"search_path": SCHEMA}
        try:
            await replica.start(folder)
            async with asyncpg.create_pool(servers.admin_url, database=DATABASE, server_settings=schema, min_size=1) as pool:
                await nats.subscribe(PERSON_TODAY.subject, cb=answer_for_scoring(load))
                await publish(nats, [make_report(load, number, count=0) for number in range(load.teams * load.reps_per_team)])
                await _until_quiet(nats)
                tokens = await sign_in(pool, load)
                return await _measure(nats, f"http://127.0.0.1:{ports[0]}", tokens, load, pid=replica.pid)
        finally:
            await replica.stop()


async def _measure(nats: LeanClient, url: str, tokens: Sequence[str], load: Load, *, pid: int) -> Figures:
    figures, published = Figures(), _Published()
    async with _open_pages(url, tokens, load, figures, published):
        figures.page_bytes = await _page_sizes(url, tokens[0])
        figures.memory_before_mib = _memory_mib(pid)
        asking = asyncio.create_task(_ask_for_first_bytes(url, tokens, figures))
        await _report_at_rate(nats, load, figures, published)
        asking.cancel()
        await _until_updated(figures)
        figures.memory_after_mib = _memory_mib(pid)
    return figures


@asynccontextmanager
async def _open_pages(
    url: str, tokens: Sequence[str], load: Load, figures: Figures, published: _Published
) -> AsyncIterator[None]:
    limits = httpx.Limits(max_connections=load.pages)
    async with httpx.AsyncClient(trust_env=False, timeout=None, limits=limits) as client:
        opened = asyncio.Semaphore(_OPENED_AT_ONCE)
        ready = [asyncio.Event() for _ in range(load.pages)]
        async with asyncio.TaskGroup() as pages:
            reading = [
                pages.create_task(
                    _read_page(client, url, tokens[number % len(tokens)], opened, ready[number], figures, published)
                )
                for number in range(load.pages)
            ]
            for event in ready:
                await event.wait()
            yield
            for page in reading:
                page.cancel()


async def _read_page(
    client: httpx.AsyncClient,
    url: str,
    token: str,
    opened: asyncio.Semaphore,
    ready: asyncio.Event,
    figures: Figures,
    published: _Published,
) -> None:
    """Open *Today*, and then read what it is sent."""
    headers = {"Cookie": f"daymark-session={token}"}
    async with opened:
        fingerprint = await _find_fingerprint(client, f"{url}/today", headers)
    while True:
        address = f"{url}/today/events?since={fingerprint}"
        async with client.stream("GET", address, headers=headers) as response:
            fingerprint = await _read_stream(response, fingerprint, ready, figures, published)
        fingerprint = fingerprint or await _find_fingerprint(client, f"{url}/today/parts", headers)


async def _find_fingerprint(client: httpx.AsyncClient, address: str, headers: Mapping[str, str]) -> str:
    page = (await client.get(address, headers=headers)).raise_for_status()
    (fingerprint,) = re.findall(r'data-fingerprint="([^"]*)"', page.text)
    return str(fingerprint)


async def _read_stream(
    response: httpx.Response, fingerprint: str, ready: asyncio.Event, figures: Figures, published: _Published
) -> str:
    """Until it ends, as each does after a while. Returns where to go on, as a browser does; nothing if the page is outdated."""
    event, lines = "", list[str]()
    async for line in response.aiter_lines():
        ready.set()
        field_name, _, value = line.partition(": ")
        match field_name:
            case "event":
                event = value
            case "id":
                fingerprint = value
            case "data":
                lines.append(value)
            case "":
                if event == "rows":
                    _note_rows("\n".join(lines), figures, published)
                elif event == "outdated":
                    fingerprint = ""
                lines.clear()
            case _:
                pass
    return fingerprint


def _note_rows(html: str, figures: Figures, published: _Published) -> None:
    now_s = monotonic_s()
    for element, count in _ROW.findall(html):
        if (at_s := published.at_s.get((element.removeprefix("rep-"), int(count)))) is not None:
            figures.updates_s.append(now_s - at_s)


async def _report_at_rate(nats: LeanClient, load: Load, figures: Figures, published: _Published) -> None:
    """Every rep in turn does one more."""
    reps = load.teams * load.reps_per_team
    pages_of_team = [len(range(team, load.pages, load.teams)) for team in range(load.teams)]
    started_s = monotonic_s()
    async with Publisher(nats) as publisher:
        for place in range(load.reports_per_s * load.duration_s):
            await asyncio.sleep(max(started_s + place / load.reports_per_s - monotonic_s(), 0))
            number, count = place % reps, place // reps + 1
            figures.expected += pages_of_team[team_of(load, number)]
            published.at_s[str(number), count] = monotonic_s()
            await publisher.store_all([make_message(make_report(load, number, count=count))])


async def _ask_for_first_bytes(url: str, tokens: Sequence[str], figures: Figures) -> None:
    async with httpx.AsyncClient(trust_env=False) as client:
        for number in range(1_000_000):
            headers = {"Cookie": f"daymark-session={tokens[number % len(tokens)]}"}
            started_s = monotonic_s()
            async with client.stream("GET", f"{url}/today", headers=headers) as response:
                async for _ in response.aiter_raw():
                    figures.first_bytes_s.append(monotonic_s() - started_s)
                    break
            await asyncio.sleep(_FIRST_BYTE_EVERY_S)


async def _page_sizes(url: str, token: str) -> dict[str, int]:
    async with httpx.AsyncClient(trust_env=False, cookies={"daymark-session": token}) as client:
        pages = {
            path: await client.get(f"{url}{path}")
            for path in ("/today", "/people/0", "/inbox/manager-0/-", "/wins", "/effects")
        }
    return {path: len(gzip.compress(page.content)) for path, page in pages.items() if page.status_code == httpx.codes.OK}


async def _until_quiet(nats: LeanClient) -> None:
    async with asyncio.timeout(_QUIET_TIMEOUT_S):
        while await backlog(nats, SCORES, NUDGES_CONSUMER):  # noqa: ASYNC110 - another process
            await asyncio.sleep(0.1)


async def _until_updated(figures: Figures) -> None:
    """Whatever is late by more than this is missing from the figures."""
    with suppress(TimeoutError):
        async with asyncio.timeout(_LAST_UPDATE_TIMEOUT_S):
            while len(figures.updates_s) < figures.expected:  # noqa: ASYNC110 - another process
                await asyncio.sleep(0.05)


def _memory_mib(pid: int) -> float:
    pages = int(Path(f"/proc/{pid}/statm").read_text().split()[1])
    return pages * 4096 / 2**20
