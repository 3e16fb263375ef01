"""The simulated team on stepped time, while one process after the other is killed."""

import asyncio
import json
import random
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Final

from deploy.demo.play import play
from deploy.demo.settings import configuration, make_secrets, read_secrets
from shared.jetstream.client import disconnect
from tests.running_daymark import RunningDaymark, running_daymark

_VICTIMS: Final = ("ingest", "scoring", "nudges", "nats", "postgres")


@dataclass(frozen=True, kw_only=True)
class PlayedUnderKills:
    """`nudges` as (day, person, rule, status), sorted. `delivered` holds the ids in the file of nudges, in order."""

    nudges: list[tuple[date, str, str, str]]
    delivered: list[str]
    kills: dict[str, int]


async def play_under_kills(folder: Path, *, weeks: int, kills: int, seed: int) -> PlayedUnderKills:
    """Play to the end. Each kill waits until the process of the one before runs again."""
    folder.mkdir(parents=True)
    folder.chmod(0o755)
    make_secrets(folder / "secrets")
    file = folder / "nudges.ndjson"
    async with running_daymark(folder, configuration(folder / "secrets", nudges_file=file)) as daymark:
        killing = asyncio.create_task(_kill_in_turn(daymark, kills, random.Random(seed)))
        await _play(daymark, folder, weeks=weeks)
        await killing
        await daymark.settle()
        rows = json.loads(await daymark.command("nudges", "--json"))
        return PlayedUnderKills(
            nudges=sorted((date.fromisoformat(row["day"]), row["person"], row["rule"], row["status"]) for row in rows),
            delivered=[json.loads(line)["id"] for line in file.read_text().splitlines()],
            kills=daymark.kills,
        )


async def _play(daymark: RunningDaymark, folder: Path, *, weeks: int) -> None:
    connection = await daymark.connect()

    def ignore_progress(_: int, __: int, ___: datetime) -> None:
        return

    try:
        await play(
            connection,
            ingest_url=daymark.urls.ingest,
            secrets=read_secrets(folder / "secrets"),
            seed=1,
            weeks=weeks,
            on_progress=ignore_progress,
        )
    finally:
        await disconnect(connection)


async def _kill_in_turn(daymark: RunningDaymark, kills: int, rng: random.Random) -> None:
    for number in range(kills):
        await daymark.kill(_VICTIMS[number % len(_VICTIMS)])
        await asyncio.sleep(rng.random())
