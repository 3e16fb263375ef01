"""Plays the weeks: steps the time, posts what the CRM records, and lets the services react before going on."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final
from zoneinfo import ZoneInfo

import httpx
from nats.aio.client import Client

from deploy.demo.crm import Record, records
from deploy.demo.habits import FIRST_DAY, TEAM, WORK_ENDS, WORK_STARTS
from deploy.demo.sender import Sender
from deploy.demo.stage import Stage
from shared.requests.client import PLAYBOOK_APPLY, ROSTER_APPLY, DefinitionFile, NoResponder, ask

_FOLDER: Final = Path(__file__).parent
_STEP: Final = timedelta(minutes=30)
_JUST_AFTER: Final = timedelta(seconds=1)
_SATURDAY: Final = 5
_CONNECTIONS: Final = 16
_ATTEMPTS_MAX: Final = 6
_ANSWER_S: Final = 10.0


@dataclass(frozen=True, kw_only=True, slots=True)
class Played:
    """What was posted, by answer, and until when the time was stepped."""

    answers: Mapping[int, int]
    steps: int
    until: datetime


async def play(
    connection: Client,
    *,
    ingest_url: str,
    secrets: Mapping[str, str],
    seed: int,
    weeks: int,
    on_progress: Callable[[int, int, datetime], None],
) -> Played:
    """Play everything. `on_progress` gets the steps done, the steps in all, and the time that was reached."""
    stage = Stage(connection)
    steps = list(instants(weeks=weeks))
    pushed = by_step(records(seed=seed, weeks=weeks), steps)
    limits = httpx.Limits(max_connections=_CONNECTIONS, max_keepalive_connections=_CONNECTIONS)
    async with httpx.AsyncClient(timeout=30, limits=limits) as client:
        sender = Sender(client, ingest_url=ingest_url, secrets=secrets)
        await stage.step_to(steps[0])
        await apply_definitions(connection)
        for number, instant in enumerate(steps, start=1):
            await stage.step_to(instant)
            if due := pushed.get(instant):
                await sender.post_all(due, now=instant)
                await stage.settle()
            on_progress(number, len(steps), instant)
    return Played(answers=dict(sender.answers), steps=len(steps), until=steps[-1])


async def apply_definitions(connection: Client) -> None:
    """Put the roster and the playbooks of the demonstration in force."""
    for subject, name in ((ROSTER_APPLY, "roster.yaml"), (PLAYBOOK_APPLY, "playbook.yaml")):
        text = (_FOLDER / name).read_text(encoding="utf-8")
        await _apply(connection, subject, DefinitionFile(name=name, text=text))


async def _apply(connection: Client, subject: str, file: DefinitionFile) -> None:
    """Applying twice changes nothing, so an answer that was lost with its service is asked for again."""
    for _ in range(_ATTEMPTS_MAX):
        try:
            await ask(connection, subject, file, timeout_s=_ANSWER_S)
        except NoResponder:
            continue
        return
    raise NoResponder(subject)


def instants(*, weeks: int) -> Iterator[datetime]:
    """When the time is stepped to: every half hour on weekdays, and every midnight and turn of work in each zone."""
    zones = sorted({rep.timezone for rep in TEAM})
    first = datetime.combine(FIRST_DAY, datetime.min.time(), tzinfo=UTC) - timedelta(hours=18)
    last = first + timedelta(weeks=weeks, days=-1, hours=6)  # Saturday noon: every Friday is over, no Monday has begun
    wanted = {first, last}
    instant = first
    while instant < last:
        if instant.weekday() < _SATURDAY:
            wanted.add(instant)
        instant += _STEP
    middle = (datetime.combine(FIRST_DAY, WORK_STARTS) + (_span() / 2)).time()
    for zone in zones:
        for offset in range(-1, 7 * weeks + 2):
            day = FIRST_DAY + timedelta(days=offset)
            for local in (datetime.min.time(), WORK_STARTS, middle, WORK_ENDS):
                turn = datetime.combine(day, local, tzinfo=ZoneInfo(zone)).astimezone(UTC) + _JUST_AFTER
                if first < turn < last:
                    wanted.add(turn)
    return iter(sorted(wanted))


def by_step(pushed: list[Record], steps: list[datetime]) -> dict[datetime, list[Record]]:
    """The records by the first step at or after their time; a CRM pushes a thing when it has happened."""
    grouped: dict[datetime, list[Record]] = {}
    remaining = iter(steps)
    step = next(remaining)
    for record in pushed:
        while step < record.at:
            step = next(remaining)
        grouped.setdefault(step, []).append(record)
    return grouped


def _span() -> timedelta:
    return datetime.combine(FIRST_DAY, WORK_ENDS) - datetime.combine(FIRST_DAY, WORK_STARTS)
