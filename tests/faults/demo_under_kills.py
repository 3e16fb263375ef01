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
from tests.running_daymark import LivingHouse, living_house

_VICTIMS: Final = ("ingest", "scoring", "nudges", "nats", "postgres")


@dataclass(frozen=True, kw_only=True)
class PlayedUnderKills:
    """`nudges` as (day, rep, rule, status), sorted; `delivered` are the ids in the file of nudges, in order."""

    nudges: list[tuple[date, str, str, str]]
    delivered: list[str]
    kills: dict[str, int]


async def play_under_kills(folder: Path, *, weeks: int, kills: int, seed: int) -> PlayedUnderKills:
    """Play to the end; each kill comes after the one before has been recovered from."""
    folder.mkdir(parents=True)
    folder.chmod(0o755)
    make_secrets(folder / "secrets")
    file = folder / "nudges.ndjson"
    async with living_house(folder, configuration(folder / "secrets", nudges_file=file)) as house:
        killing = asyncio.create_task(_kill(house, kills, random.Random(seed)))
        await _play(house, folder, weeks=weeks)
        await killing
        await house.settle()
        listed = json.loads(await house.command("nudges", "--json"))
        return PlayedUnderKills(
            nudges=sorted((date.fromisoformat(one["day"]), one["person"], one["rule"], one["status"]) for one in listed),
            delivered=[json.loads(line)["id"] for line in file.read_text().splitlines()],
            kills=house.kills,
        )


async def _play(house: LivingHouse, folder: Path, *, weeks: int) -> None:
    connection = await house.connect()

    def ignore(_: int, __: int, ___: datetime) -> None:
        return

    try:
        secrets = read_secrets(folder / "secrets")
        url = house.said["ingest"]
        await play(connection, ingest_url=url, secrets=secrets, seed=1, weeks=weeks, on_progress=ignore)
    finally:
        await disconnect(connection)


async def _kill(house: LivingHouse, kills: int, chance: random.Random) -> None:
    for number in range(kills):
        await house.kill(_VICTIMS[number % len(_VICTIMS)])
        await asyncio.sleep(chance.random())
