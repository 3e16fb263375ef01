"""Record an installation of an earlier version: `python -m tests.upgrade.record_installation CHECKOUT`.

CHECKOUT is a clone of the earlier version with its `.venv`. The demonstration is played there, people use their pages, somebody
is erased, and nudges are deferred over night. Then the databases and streams are dumped while a day report is still unread, and
the earlier version goes on for one more day, so that this version can be compared with it. README.md describes the result.
"""

import asyncio
import os
import re
import signal
import sys
import tempfile
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Final

import asyncpg
import httpx
from nats.aio.client import Client

from deploy.demo.crm import Observation, Record
from deploy.demo.sender import Sender
from deploy.demo.settings import configuration
from shared.jetstream.client import disconnect
from tests.running_daymark import PROBES_PORT, Checkout, RunningDaymark, running_daymark
from tests.upgrade.dumps import dump_schemas, dump_streams
from tests.upgrade.recording import DEMO_SECRETS, RECORDED, Recording, write_secrets
from tests.upgrade.snapshots import STOPPED_AT, continue_for_a_day, list_steps, step_to

WEEKS: Final = 4
MONDAY: Final = date(2026, 3, 30)
"""The first working day after the four weeks of the demonstration. Spain has just changed its clocks."""
SATURDAY_NOON: Final = datetime(2026, 3, 28, 12, tzinfo=UTC)
MONDAY_EVENING: Final = datetime(2026, 3, 30, 16, 20, tzinfo=UTC)
"""18:20 in Madrid, after work; 12:20 in New York; Tuesday in Tokyo."""
_LATER: Final = timedelta(minutes=30)
_USERS: Final = {"ana": "7001", "bruno": "7002", "carla": "7003", "diego": "7004"}
_UNKNOWN_USER: Final = "7999"


async def record(checkout: Path, folder: Path) -> Recording:
    """Play everything in an empty folder."""
    write_secrets(folder / "secrets")
    settings = configuration(folder / "secrets", nudges_file=folder / "nudges.ndjson")
    earlier = Checkout(root=checkout, python=str(checkout / ".venv" / "bin" / "python"))
    settings = settings.replace(PROBES_PORT, "")
    async with running_daymark(folder, settings, checkout=earlier) as daymark, httpx.AsyncClient(timeout=30) as client:
        await _play_demonstration(daymark)
        connection = await daymark.connect()
        sender = Sender(client, ingest_url=daymark.urls.ingest, secrets=DEMO_SECRETS)
        await _use_pages(daymark, client)
        await _change_definitions(daymark, folder)
        await daymark.command("forget", "jack", "--yes")
        await _work_on_monday(daymark, connection, sender, folder)

        nudges = daymark.pids()["nudges"]
        os.kill(nudges, signal.SIGSTOP)
        await sender.post_all(_do_plan("diego", MONDAY, number=3_000), now=STOPPED_AT)
        await _wait_until_published(daymark)
        schemas = await dump_schemas(daymark.urls.postgres)
        streams = await dump_streams(connection)
        os.kill(nudges, signal.SIGCONT)

        snapshots = await continue_for_a_day(daymark, connection)
        await disconnect(connection)
        assert set(sender.responses) == {httpx.codes.OK}, sender.responses
    return Recording(schemas=schemas, streams=streams, snapshots=snapshots)


async def _play_demonstration(daymark: RunningDaymark) -> None:
    """As the earlier version plays it."""
    arguments = ("--ingest", daymark.urls.ingest, "--nats", daymark.urls.nats, "--weeks", str(WEEKS))
    process = await asyncio.create_subprocess_exec(
        *(daymark.checkout.python, "-m", "deploy.demo", *arguments),
        cwd=daymark.checkout.root,
        env={**os.environ, "DAYMARK_DEMO_SECRETS": str(daymark.folder / "secrets")},
        stdout=asyncio.subprocess.PIPE,
    )
    output, _ = await process.communicate()
    assert b"These are exactly the nudges" in output, output.decode()[-1_000:]


async def _use_pages(daymark: RunningDaymark, client: httpx.AsyncClient) -> None:
    """Reps acknowledge a version, answer nudges and dispute activities; managers answer and resolve."""
    for rep in ("ana", "gail"):
        own_page = (await daymark.command("you", rep)).strip()
        await _press(client, own_page, r'action="[0-9a-f]+(/read/[0-9]+)"')
        await _press(client, own_page, r'formaction="[0-9a-f]+(/answer/[^"]+/not_useful/-)"')
    for rep in ("iris", "gail", "kenji"):
        own_page = (await daymark.command("you", rep)).strip()
        day = f"{own_page}/day/2026-03-26"
        await _press(client, day, r'formaction="[0-9-]+(/activity/[0-9a-f]+/not_mine)"')
    inbox = (await daymark.command("inbox", "jon")).strip()
    await _press(client, inbox, r'formaction="[0-9a-f]+(/answer/[^"]+/recognised/-)"')
    await _press(client, inbox, r'formaction="[0-9a-f]+(/dispute/[0-9a-f]+/stands)"')
    await _press(client, inbox, r'formaction="[0-9a-f]+(/dispute/[0-9a-f]+/put_right)"')


async def _press(client: httpx.AsyncClient, page: str, button: str) -> None:
    """Press the first button of a page whose address matches."""
    text = (await client.get(page)).text
    match = re.search(button, text)
    assert match, (page, button)
    response = await client.post(page + match[1])
    assert response.status_code == httpx.codes.SEE_OTHER, (response.status_code, page, match[1])


async def _change_definitions(daymark: RunningDaymark, folder: Path) -> None:
    """A version is announced and, for a rep who leaves before it begins, withdrawn. Jack leaves the roster."""
    demo = daymark.checkout.root / "deploy" / "demo"
    playbook, roster = (demo / "playbook.yaml").read_text(), (demo / "roster.yaml").read_text()
    summit = playbook.partition("---\n")[2]
    (folder / "summit.yaml").write_text(summit.replace("2026-03-01", "2026-04-06").replace("target: 6", "target: 7"))
    without_jack = "".join(line for line in roster.splitlines(keepends=True) if "id: jack" not in line)
    leaving = without_jack.replace("name: Lena Ito,", "name: Lena Ito, until: 2026-04-03,")
    assert len(leaving) != len(roster)
    for name, text in (("without_jack", without_jack), ("leaving", leaving)):
        (folder / f"{name}.yaml").write_text(text)
    await daymark.command("playbook", "apply", str(folder / "summit.yaml"))
    await daymark.command("roster", "apply", str(folder / "without_jack.yaml"))
    await daymark.command("roster", "apply", str(folder / "leaving.yaml"))


async def _work_on_monday(daymark: RunningDaymark, connection: Client, sender: Sender, folder: Path) -> None:
    """Ana and Bruno complete their plans after work; an unknown user calls; a new version is announced after work."""
    for instant in [*list_steps(SATURDAY_NOON, MONDAY_EVENING), MONDAY_EVENING]:
        await step_to(connection, instant)
    records = [*_do_plan("ana", MONDAY, number=1_000), *_do_plan("bruno", MONDAY, number=2_000)]
    await sender.post_all([*records, _record(_call(_UNKNOWN_USER, "unknown-call", MONDAY), number=4_000)], now=MONDAY_EVENING)
    await step_to(connection, MONDAY_EVENING + _LATER)
    harbor = (daymark.checkout.root / "deploy" / "demo" / "playbook.yaml").read_text().partition("---\n")[0]
    (folder / "harbor.yaml").write_text(harbor.replace("2026-03-01", "2026-04-09").replace("weight: 50", "weight: 60"))
    await daymark.command("playbook", "apply", str(folder / "harbor.yaml"))
    await step_to(connection, STOPPED_AT)


def _do_plan(rep: str, day: date, *, number: int) -> list[Record]:
    """Everything that the plan of a full day asks for, done between 18:00 and 18:20 in Madrid."""
    user = _USERS[rep]
    observations = [_call(user, f"{rep}-upgrade-call-{call}", day) for call in range(6)]
    observations.append(_observe(user, f"{rep}-upgrade-meeting", "meeting", day, outcome="held", duration_s=1_800))
    observations.append(_observe(user, f"{rep}-upgrade-proposal", "proposal_sent", day, amount="9000.00", currency="EUR"))
    return [_record(observation, number=number + place) for place, observation in enumerate(observations)]


def _call(user: str, activity_id: str, day: date) -> Observation:
    return _observe(user, activity_id, "call", day, direction="outbound", outcome="connected", duration_s=300)


def _observe(user: str, activity_id: str, kind: str, day: date, **facts: str | int) -> Observation:
    at = datetime.combine(day, MONDAY_EVENING.time(), tzinfo=UTC) - timedelta(minutes=15)
    all_facts = {"actor": user, "started_at": at.isoformat(), **facts}
    return {"activity_id": activity_id, "kind": kind, "observed_at": at.isoformat(), "facts": all_facts}


def _record(observation: Observation, *, number: int) -> Record:
    return Record(at=MONDAY_EVENING, number=number, source="acme", body=observation)


async def _wait_until_published(daymark: RunningDaymark) -> None:
    """Return once scoring has published what follows from everything that was posted."""
    await daymark.wait_until_scored()
    admin = await asyncpg.connect(daymark.urls.postgres)
    while await admin.fetchval("SELECT EXISTS (SELECT FROM scoring.outbox)"):
        await asyncio.sleep(0.05)
    await admin.close()


def main() -> None:
    with tempfile.TemporaryDirectory(prefix="daymark-") as name:
        folder = Path(name)
        folder.chmod(0o755)
        recording = asyncio.run(record(Path(sys.argv[1]).resolve(), folder / "d"))
    recording.write(RECORDED)


if __name__ == "__main__":
    main()
