"""A backup of a Daymark at work, and what becomes of it elsewhere.

`python -m tests.faults.backup_under_load` does it with more reps and webhooks, and prints the result;
`test_backup_under_load.py` does it on a small scale.

When the backup is made, everything is half done: webhooks are being posted, messages are in the hands of a replica of scoring
that is suspended, and deliveries wait for a receiver that does not answer. All of it is finished before the loss, so that
whatever the restored installation says was said before.
"""

import argparse
import asyncio
import csv
import io
import itertools
import json
import os
import sys
import tempfile
from collections import Counter
from collections.abc import AsyncIterator, Iterable, Iterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final

import httpx
import psutil
from standardwebhooks.webhooks import Webhook

from deploy.local.backup.manifest import MANIFEST_NAME, Manifest
from shared.clock import monotonic_s
from shared.jetstream.streams import ACTIVITIES, SCORING_CONSUMER
from tests.deploy.local.one_rep import FREE_PORTS
from tests.folders import open_to_everybody
from tests.receiver import HANG, SECRET, Receiver, answer, receiving
from tests.running_daymark import RunningDaymark, run_command, running_daymark

CALLS: Final = 2
"""So many make a full day."""
_SENDERS: Final = 8
_UNTIL_HANGING_S: Final = 30.0
_CONFIGURATION: Final = (
    FREE_PORTS
    + """\
[sources.acme]
kind = "standard"
secrets = ["file:{folder}/secret"]
[channels.webhook]
url = "{receiver}"
secrets = ["file:{folder}/secret"]
allow_networks = ["127.0.0.0/8"]
"""
)
_PLAYBOOK: Final = f"""\
team: north
effective_from: 2020-01-01
behaviours: [{{key: calls, label: Calls, counts: {{kinds: [call]}}, target: {CALLS}, weight: 1}}]
"""


@dataclass(frozen=True, kw_only=True)
class LostDaymark:
    """What is known of an installation that is gone. `scores` are those of the reps all of whose calls were acknowledged before
    the backup began, and `sent` is what the receiver got, as (nudge, person, kind, day)."""

    folder: Path
    backup: Path
    configuration: str
    scores: dict[str, str]
    sent: list[tuple[str, ...]]
    hanging: int
    posted_meanwhile: int
    backup_s: float

    def manifest(self) -> Manifest:
        return Manifest.model_validate_json((self.backup / MANIFEST_NAME).read_text())


@dataclass(frozen=True, kw_only=True)
class RestoredDaymark:
    """What became of a backup. `sent` is what the receiver got from it; `states` counts its deliveries by state and error."""

    audit: str
    scores: dict[str, str]
    sent: list[tuple[str, ...]]
    states: Counter[tuple[str, str]]


async def lose_daymark(folder: Path, receiver: Receiver, *, reps: int, posts_per_s: int) -> LostDaymark:
    """Run a Daymark under load, back it up half way, let it finish, and stop it."""
    open_to_everybody(folder)
    (folder / "secret").write_text(SECRET)
    (folder / "roster.yaml").write_text(_roster(reps))
    (folder / "playbook.yaml").write_text(_PLAYBOOK)
    configuration = _CONFIGURATION.format(folder=folder, receiver=receiver.url)
    of_two_replicas = configuration.replace("[scoring]\n", "[scoring]\nreplicas = 2\n")
    async with running_daymark(folder / "d", of_two_replicas) as daymark, httpx.AsyncClient(timeout=30) as client:
        await daymark.command("roster", "apply", str(folder / "roster.yaml"))
        await daymark.command("playbook", "apply", str(folder / "playbook.yaml"))
        await daymark.settle()
        early, later = list(range(0, reps, 2)), list(range(1, reps, 2))
        load = _Load(client, f"{daymark.urls.ingest}/webhooks/acme")
        await load.post(early, calls=range(1))
        posting = asyncio.create_task(load.keep_posting(later, posts_per_s=posts_per_s))
        async with _half_done(daymark, receiver, load, early) as hanging:
            began, posted = monotonic_s(), load.posted
            await daymark.command("backup", str(folder / "b"))
            backup_s, posted_meanwhile = monotonic_s() - began, load.posted - posted
        await load.post(later, calls=range(CALLS))
        posting.cancel()
        await asyncio.wait({posting})
        await daymark.wait_until_scored()
        await daymark.settle()
        scores = await _scores(daymark)
    return LostDaymark(
        folder=folder,
        backup=folder / "b",
        configuration=configuration,
        scores={rep: scores[rep] for rep in map(_rep, early)},
        sent=_sent(receiver),
        hanging=hanging,
        posted_meanwhile=posted_meanwhile,
        backup_s=backup_s,
    )


async def restore_daymark(lost: LostDaymark, receiver: Receiver, data: Path, *options: str) -> RestoredDaymark:
    """Restore the backup into a new folder, on other ports, and let it do whatever it wants to do."""
    before = len(receiver.received)
    open_to_everybody(data.parent)
    config = data.with_suffix(".toml")
    config.write_text(lost.configuration)
    code, _, errors = await run_command("restore", str(lost.backup), *options, folder=data, config=config)
    assert code == 0, errors
    async with running_daymark(data, lost.configuration) as daymark:
        await daymark.wait_until_scored()
        await daymark.settle()
        rows = json.loads(await daymark.command("nudges", "--json"))
        scores = await _scores(daymark)
        return RestoredDaymark(
            audit=await daymark.command("audit"),
            scores={rep: scores.get(rep, "") for rep in lost.scores},
            sent=_sent(receiver)[before:],
            states=Counter((delivery["state"], delivery["last_error"]) for row in rows for delivery in row["deliveries"]),
        )


def repeated(lost: LostDaymark, restored: RestoredDaymark) -> list[tuple[str, ...]]:
    """What somebody was told twice: the same nudge, or another of the same kind on the same day."""
    return [sent for sent in restored.sent if any(sent[0] == earlier[0] or sent[1:] == earlier[1:] for earlier in lost.sent)]


@asynccontextmanager
async def _half_done(daymark: RunningDaymark, receiver: Receiver, load: "_Load", reps: Sequence[int]) -> AsyncIterator[int]:
    """Within it, messages are in the hands of scoring and of nudges that are not done with them. Yields how many deliveries the
    receiver does not answer."""
    received = len(receiver.received)
    receiver.behave = lambda _: HANG
    half = len(reps) // 2
    await load.post(reps[:half], calls=range(1, CALLS))
    async with asyncio.timeout(_UNTIL_HANGING_S):
        while len(receiver.received) == received:
            await asyncio.sleep(0.01)
    replica = psutil.Process(daymark.pids()["scoring-2"])
    replica.suspend()
    try:
        await load.post(reps[half:], calls=range(1, CALLS))
        yield len(receiver.received) - received
    finally:
        replica.resume()
        receiver.behave = lambda _: answer(204)
        receiver.go_on.set()


class _Load:
    """Posts calls of reps. `posted` counts those that were acknowledged."""

    def __init__(self, client: httpx.AsyncClient, url: str) -> None:
        self._client = client
        self._url = url
        self._numbers = itertools.count()
        self.posted = 0

    async def post(self, reps: Iterable[int], *, calls: range) -> None:
        """One webhook for each call of each rep. Returns when all are acknowledged."""
        await self._post_all((rep, f"call-{rep}-{call}") for call in calls for rep in reps)

    async def keep_posting(self, reps: Sequence[int], *, posts_per_s: int) -> None:
        """One call after the other until cancelled."""
        began = monotonic_s()
        for number, rep in enumerate(itertools.cycle(reps)):
            await self._post(rep, f"load-{number}")
            await asyncio.sleep(max(began + number / posts_per_s - monotonic_s(), 0))

    async def _post_all(self, activities: Iterator[tuple[int, str]]) -> None:
        async def work() -> None:
            for rep, activity in activities:
                await self._post(rep, activity)

        await asyncio.gather(*[work() for _ in range(_SENDERS)])

    async def _post(self, rep: int, activity: str) -> None:
        now = datetime.now(UTC)
        facts = {"actor": str(rep), "started_at": now.isoformat()}
        data = {"activity_id": activity, "kind": "call", "observed_at": now.isoformat(), "facts": facts}
        body, message_id = json.dumps({"type": "activity", "data": data}), f"{activity}-{next(self._numbers)}"
        headers = {
            "webhook-id": message_id,
            "webhook-timestamp": str(int(now.timestamp())),
            "webhook-signature": Webhook(SECRET).sign(message_id, now, body),
        }
        response = await self._client.post(self._url, content=body, headers=headers)
        assert response.status_code == httpx.codes.OK, response.text
        self.posted += 1


def _rep(number: int) -> str:
    return f"rep-{number}"


def _roster(reps: int) -> str:
    """It is about noon for all of them, so that no day begins or ends meanwhile, and every day is a working day."""
    hours_ahead = 12 - datetime.now(UTC).hour
    timezone = f"Etc/GMT{-hours_ahead:+d}" if hours_ahead else "Etc/GMT"
    lines = [
        f'      - {{id: {_rep(number)}, name: Rep {number}, timezone: {timezone}, hours: "00:00-23:59",'
        f' workdays: [mon, tue, wed, thu, fri, sat, sun], identities: [{{source: acme, user: "{number}"}}]}}'
        for number in range(reps)
    ]
    return "\n".join(["teams:", "  - id: north", "    name: North", "    reps:", *lines, ""])


async def _scores(daymark: RunningDaymark) -> dict[str, str]:
    """The row of each rep's today."""
    yesterday = (datetime.now(UTC) - timedelta(days=2)).date()
    text = await daymark.command("scores", "--csv", "--from", str(yesterday), "--until", str(yesterday + timedelta(days=4)))
    return {row["rep"]: json.dumps(row) for row in csv.DictReader(io.StringIO(text))}


def _sent(receiver: Receiver) -> list[tuple[str, ...]]:
    bodies = [json.loads(request.body) for request in receiver.received]
    return [(body["id"], body["person"]["id"], body["kind"], body["day"]) for body in bodies]


async def run(folder: Path, *, reps: int, posts_per_s: int) -> tuple[LostDaymark, RestoredDaymark]:
    """Lose a Daymark, and restore it beside itself."""
    async with receiving() as receiver:
        lost = await lose_daymark(folder, receiver, reps=reps, posts_per_s=posts_per_s)
        return lost, await restore_daymark(lost, receiver, folder / "restored")


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--reps", type=int, default=400)
    parser.add_argument("--rate", type=int, default=100, help="webhooks per second while the backup is made")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="daymark-") as folder:
        lost, restored = asyncio.run(run(Path(folder), reps=arguments.reps, posts_per_s=arguments.rate))
        manifest = lost.manifest()
    missing = sorted(rep for rep, row in lost.scores.items() if restored.scores[rep] != row)
    floor = next(consumer.floor for consumer in manifest.consumers if consumer.name == SCORING_CONSUMER)
    last = next(stream.last_number for stream in manifest.streams if stream.name == ACTIVITIES)
    again = repeated(lost, restored)
    sys.stdout.write(
        f"Python {sys.version.split()[0]}, {os.cpu_count()} cores: backup of {arguments.reps} reps in {lost.backup_s:.1f} s, "
        f"{lost.posted_meanwhile} webhooks meanwhile; {last - floor} activities not done, {lost.hanging} deliveries hanging\n"
        f"{len(lost.sent)} messages before the loss, {len(restored.sent)} after the restore, {len(again)} of them repeated\n"
        f"{len(missing)} of {len(lost.scores)} scores differ; audit: {restored.audit.strip()}\n"
    )
    return 1 if missing or restored.sent or "0 differences" not in restored.audit else 0


if __name__ == "__main__":
    sys.exit(main())
