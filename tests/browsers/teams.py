"""Teams of any size whose people have names that pages get wrong: long, right to left, with markup, or all alike."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final

import httpx
import yaml

from deploy.demo.time_stepper import TimeStepper
from shared.jetstream.client import disconnect
from tests.deploy.local.one_rep import ACME, FREE_PORTS
from tests.running_daymark import RunningDaymark

SECRET: Final = "secret-of-the-pictures"
_NAMES: Final = (
    "Ana Ruiz",
    "Maximiliane Friederike von Hohenstaufen-Württemberg zu Donaueschingen",
    "נועה בן־דוד",
    "<b>Robert</b> & Sons",
    "محمد عبد الرحمن الشريف",
    "Supercalifragilisticexpialidociousness",
    "J",
    "Ana Ruiz Ortega",
    "山田 太郎",
)
_PLAYBOOK: Final = """\
team: north
effective_from: 2020-01-01
behaviours:
  - {key: calls, label: Calls, counts: {kinds: [call]}, target: 4, weight: 2}
  - {key: meetings, label: Meetings with a decision maker of the customer, counts: {kinds: [meeting]}, target: 1, weight: 1}
"""
_FRIDAY: Final = datetime(2026, 2, 27, 12, tzinfo=UTC)
_DAYS: Final = 10
_NOW: Final = timedelta(hours=11, minutes=30)


def settings(secret: Path) -> str:
    """The configuration of such a Daymark. `secret` is a file that is written."""
    secret.write_text(SECRET)
    return f'{FREE_PORTS}[clock]\nmode = "stepped"\n{ACME.format(secret=secret)}'


def roster(reps: int) -> str:
    """A team of so many reps, which Mara leads."""
    people = [
        {
            "id": f"rep{number}",
            "name": name,
            "timezone": "Europe/Madrid",
            "identities": [{"source": "acme", "user": str(number)}],
        }
        for number, name in zip(range(reps), _names(), strict=False)
    ]
    manager = {"id": "mara", "name": "Mara Lind", "timezone": "Europe/Madrid"}
    team = {"id": "north", "name": "North", "managers": [manager], "reps": people}
    return yaml.safe_dump({"teams": [team]}, allow_unicode=True, sort_keys=False)


def _rep(number: int, name: str) -> dict[str, object]:
    identities = [{"source": "acme", "user": str(number)}]
    return {"id": f"rep{number}", "name": name, "timezone": "Europe/Madrid", "identities": identities}


def _names() -> Iterator[str]:
    yield from _NAMES
    number = 2
    while True:
        yield from (f"{name} {number}" for name in _NAMES)
        number += 1


async def play_team(daymark: RunningDaymark, folder: Path, *, reps: int) -> None:
    """Two weeks of the team, up to a Friday at half past twelve in Madrid. Every third rep does little."""
    (folder / "roster.yaml").write_text(roster(reps), encoding="utf-8")
    (folder / "playbook.yaml").write_text(_PLAYBOOK)
    connection = await daymark.connect()
    stepper = TimeStepper(connection)
    await stepper.step_to(_FRIDAY)
    await daymark.command("roster", "apply", str(folder / "roster.yaml"))
    await daymark.command("playbook", "apply", str(folder / "playbook.yaml"))
    midnight = _FRIDAY.replace(hour=0) + timedelta(days=3)
    async with httpx.AsyncClient(base_url=daymark.urls.ingest, params={"key": SECRET}, timeout=30) as sender:
        for day in (midnight + timedelta(days=number) for number in range(_DAYS + 2)):
            await stepper.step_to(day)
            if day.weekday() < 5:
                await stepper.step_to(day + _NOW)
                for activity in _activities(day, reps):
                    (await sender.post("/webhooks/acme", json=activity)).raise_for_status()
                await stepper.settle()
    await disconnect(connection)


def _activities(day: datetime, reps: int) -> Iterator[dict[str, str]]:
    for number in range(reps):
        for call in range(1 if number % 3 == 1 else 3 + (number + day.day) % 3):
            at = (day + timedelta(hours=8, minutes=20 * call + number)).isoformat()
            kind = "meeting" if call == 2 else "call"
            yield {"id": f"{day:%d}-{number}-{call}", "type": kind, "rep": str(number), "at": at}
