"""Plays the weeks: moves the time, posts what the CRM records, and lets the services finish before it goes on."""

from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final
from zoneinfo import ZoneInfo

import httpx
from nats.aio.client import Client

from deploy.demo.crm import Record, make_records
from deploy.demo.habits import FIRST_DAY, TEAM, WORK_ENDS, WORK_STARTS
from deploy.demo.sender import Sender
from deploy.demo.time_stepper import TimeStepper
from shared.requests.client import NoResponder, ask
from shared.requests.definitions import PLAYBOOK_APPLY, ROSTER_APPLY, Applied, DefinitionFile
from shared.requests.endpoint import Endpoint

_FOLDER: Final = Path(__file__).parent
_STEP: Final = timedelta(minutes=30)
_JUST_AFTER: Final = timedelta(seconds=1)
_SATURDAY: Final = 5
_CONNECTIONS_MAX: Final = 16
_POST_TIMEOUT_S: Final = 30
_APPLY_ATTEMPTS_MAX: Final = 6
_APPLY_TIMEOUT_S: Final = 10.0


@dataclass(frozen=True, kw_only=True, slots=True)
class PlayedWeeks:
    """How many webhooks got which HTTP status, how many steps the time made, and where it ended."""

    responses: Mapping[int, int]
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
    before_step: Callable[[datetime], Awaitable[None]] | None = None,
    definitions: Path = _FOLDER,
) -> PlayedWeeks:
    """Play everything, with the roster and the playbooks in the folder `definitions`. `on_progress` gets the number of steps
    done, the number of all steps, and the time that was reached. The time is moved once `before_step` returns."""
    stepper = TimeStepper(connection)
    steps = list_steps(weeks=weeks)
    records = group_by_step(make_records(seed=seed, weeks=weeks), steps)
    limits = httpx.Limits(max_connections=_CONNECTIONS_MAX, max_keepalive_connections=_CONNECTIONS_MAX)
    async with httpx.AsyncClient(timeout=_POST_TIMEOUT_S, limits=limits) as client:
        sender = Sender(client, ingest_url=ingest_url, secrets=secrets)
        await stepper.step_to(steps[0])
        await _apply_definitions(connection, definitions)
        for number, instant in enumerate(steps, start=1):
            if before_step is not None:
                await before_step(instant)
            await stepper.step_to(instant)
            if due := records.get(instant):
                await sender.post_all(due, now=instant)
                await stepper.settle()
            on_progress(number, len(steps), instant)
    return PlayedWeeks(responses=dict(sender.responses), steps=len(steps), until=steps[-1])


async def _apply_definitions(connection: Client, folder: Path) -> None:
    """Put the roster and the playbooks of the demonstration in force."""
    for endpoint, name in ((ROSTER_APPLY, "roster.yaml"), (PLAYBOOK_APPLY, "playbook.yaml")):
        text = (folder / name).read_text(encoding="utf-8")
        await _apply(connection, endpoint, DefinitionFile(name=name, text=text))


async def _apply(connection: Client, endpoint: Endpoint[DefinitionFile, Applied], file: DefinitionFile) -> None:
    """Ask again when the reply was lost with its service: applying a file twice changes nothing."""
    for _ in range(_APPLY_ATTEMPTS_MAX):
        try:
            await ask(connection, endpoint, file, timeout_s=_APPLY_TIMEOUT_S)
        except NoResponder:
            continue
        return
    raise NoResponder(endpoint.subject)


def list_steps(*, weeks: int) -> list[datetime]:
    """The times to step to: every half hour on weekdays; midnight, and the start, middle and end of work in each zone."""
    zones = sorted({rep.timezone for rep in TEAM})
    first = datetime.combine(FIRST_DAY, datetime.min.time(), tzinfo=UTC) - timedelta(hours=18)
    last = first + timedelta(weeks=weeks, days=-1, hours=6)  # Saturday noon: every Friday is over, no Monday has begun
    steps = {first, last}
    instant = first
    while instant < last:
        if instant.weekday() < _SATURDAY:
            steps.add(instant)
        instant += _STEP
    for zone in zones:
        steps.update(turn for turn in _list_turns(zone, weeks=weeks) if first < turn < last)
    return sorted(steps)


def _list_turns(zone: str, *, weeks: int) -> Iterator[datetime]:
    """A second after midnight, and after the start, the middle and the end of work, of every day in a zone."""
    work_time = datetime.combine(FIRST_DAY, WORK_ENDS) - datetime.combine(FIRST_DAY, WORK_STARTS)
    middle = (datetime.combine(FIRST_DAY, WORK_STARTS) + work_time / 2).time()
    for offset in range(-1, 7 * weeks + 2):
        day = FIRST_DAY + timedelta(days=offset)
        for local in (datetime.min.time(), WORK_STARTS, middle, WORK_ENDS):
            yield datetime.combine(day, local, tzinfo=ZoneInfo(zone)).astimezone(UTC) + _JUST_AFTER


def group_by_step(records: Sequence[Record], steps: Sequence[datetime]) -> dict[datetime, list[Record]]:
    """The records by the first step at or after their time. A CRM sends nothing before it has happened."""
    grouped: dict[datetime, list[Record]] = {}
    remaining = iter(steps)
    step = next(remaining)
    for record in records:
        while step < record.at:
            step = next(remaining)
        grouped.setdefault(step, []).append(record)
    return grouped
