"""`daymark backup` and `daymark restore` against a whole Daymark: what they make."""

import json
import stat
import subprocess
import sys
from pathlib import Path
from typing import Final

import asyncpg
import httpx
import psutil

from deploy.local.backup.back_up import back_up
from deploy.local.servers.data_folder import UNFINISHED_RESTORE
from deploy.local.settings import load_local_settings
from shared.clock import SystemClock
from tests.deploy.local.backup.conftest import TOKEN
from tests.deploy.local.backup.restoring import restore
from tests.deploy.local.one_rep import FREE_PORTS, observe_call
from tests.folders import open_to_everybody
from tests.running_daymark import ROOT, RunningDaymark, running_daymark

_MARCH: Final = ("scores", "--csv", "--from", "2026-03-01", "--until", "2026-03-31")


async def test_restored_elsewhere_it_has_the_same_scores_and_secrets(
    daymark: RunningDaymark, backup: Path, tmp_path: Path
) -> None:
    output = await restore(backup, tmp_path / "d")

    assert "restored a backup of" in output
    assert not (tmp_path / "d" / UNFINISHED_RESTORE).exists()
    async with running_daymark(tmp_path / "d", FREE_PORTS) as restored:
        assert "0 differences" in await restored.command("audit")
        scores = await restored.command(*_MARCH)
        assert scores == await daymark.command(*_MARCH)
        assert scores.count("\n") > 20
        async with httpx.AsyncClient(base_url=restored.urls.ingest, headers={"authorization": f"Bearer {TOKEN}"}) as sender:
            event = {"ce-specversion": "1.0", "ce-id": "1", "ce-source": "/crm", "ce-type": "call"}
            assert (await sender.post("/webhooks/added", headers=event, content=b"{}")).status_code == 200
    for secret in (daymark.folder / "secrets").iterdir():
        copy = tmp_path / "d" / "secrets" / secret.name
        assert copy.read_text() == secret.read_text()
        assert stat.S_IMODE(copy.stat().st_mode) == 0o600


async def test_what_is_recorded_while_the_backup_is_made_is_in_the_database_or_comes_from_the_streams(
    daymark: RunningDaymark, tmp_path: Path
) -> None:
    open_to_everybody(tmp_path)
    (tmp_path / "daymark.toml").write_text(FREE_PORTS)
    settings = load_local_settings(config=daymark.config, data=daymark.folder)
    recorded_at = {"copying the database": "2026-03-30T09:00:00Z", "copying WEBHOOKS": "2026-03-31T09:00:00Z"}

    def record(step: str) -> None:
        if (started_at := recorded_at.get(step)) is not None:
            (tmp_path / "call.ndjson").write_text(json.dumps(observe_call(step.replace(" ", "-"), started_at)))
            command = ("import", str(tmp_path / "call.ndjson"), "--source", "acme")
            place = ("--config", str(daymark.config), "--data", str(daymark.folder))
            subprocess.run([sys.executable, "-m", "deploy.local", *command, *place], cwd=ROOT, check=True, capture_output=True)

    nudges = psutil.Process(daymark.pids()["nudges"])
    nudges.suspend()  # so that it has what is recorded now only from the stream
    await back_up(settings, tmp_path / "b", with_secrets=True, now=SystemClock().now(), on_step=record)
    nudges.resume()
    await restore(tmp_path / "b", tmp_path / "d")

    async with running_daymark(tmp_path / "d", FREE_PORTS) as restored:
        await restored.wait_until_scored()
        await restored.settle()
        scores = await restored.command(*_MARCH)
        reported = await _reported_days(restored)
    assert scores == await daymark.command(*_MARCH)
    assert {"2026-03-30", "2026-03-31"} <= set(scores.replace("\n", ",").split(","))
    assert {"2026-03-30", "2026-03-31"} <= reported


async def test_nobody_is_signed_in_after_a_restore_and_a_link_from_before_signs_nobody_in(
    daymark: RunningDaymark, tmp_path: Path
) -> None:
    open_to_everybody(tmp_path)
    (tmp_path / "daymark.toml").write_text(FREE_PORTS)
    used, unused = [(await daymark.command("inbox", "mara")).strip() for _ in range(2)]
    async with httpx.AsyncClient() as browser:
        assert (await browser.post(used)).status_code == 303
    assert "mara" in await daymark.command("people", "sessions")

    await daymark.command("backup", str(tmp_path / "b"))
    await restore(tmp_path / "b", tmp_path / "d")

    async with running_daymark(tmp_path / "d", FREE_PORTS) as restored, httpx.AsyncClient() as browser:
        pages = (await restored.command("inbox", "mara")).partition("/sign-in/")[0]
        assert "Nobody is signed in." in await restored.command("people", "sessions")
        assert (await browser.post(f"{pages}/sign-in/{unused.rpartition('/')[2]}")).status_code == 410


async def test_a_backup_can_be_read_by_its_owner_only(backup: Path) -> None:
    modes = {path: stat.S_IMODE(path.stat().st_mode) for path in (backup, *backup.rglob("*"))}

    assert {modes[path] for path in modes if path.is_dir()} == {0o700}
    assert {modes[path] for path in modes if path.is_file()} == {0o600}
    assert (backup / "secrets" / "link-secret").read_text()


async def test_the_doctor_says_when_the_last_backup_was_made(daymark: RunningDaymark, backup: Path) -> None:
    assert "ok       backups: the last one was made on " in await daymark.command("doctor")


async def test_secrets_can_be_left_out(daymark: RunningDaymark, tmp_path: Path) -> None:
    open_to_everybody(tmp_path)
    (tmp_path / "daymark.toml").write_text(FREE_PORTS)

    made = await daymark.command("backup", str(tmp_path / "b"), "--without-secrets")
    restored = await restore(tmp_path / "b", tmp_path / "d")

    assert "no secrets" in made
    assert "Put those of the former data folder into `secrets`" in restored
    assert not (tmp_path / "b" / "secrets").exists()


async def _reported_days(daymark: RunningDaymark) -> set[str]:
    """The days that nudges knows."""
    connection = await asyncpg.connect(daymark.urls.postgres)
    days = {str(row["day"]) for row in await connection.fetch("SELECT day FROM nudges.day")}
    await connection.close()
    return days


async def test_a_restored_daymark_can_be_backed_up_and_restored_again(backup: Path, tmp_path: Path) -> None:
    await restore(backup, tmp_path / "d")
    async with running_daymark(tmp_path / "d", FREE_PORTS) as restored:
        await restored.command("backup", str(tmp_path / "second"))
    await restore(tmp_path / "second", tmp_path / "e")

    assert (tmp_path / "e" / "secrets" / "link-secret").exists()
