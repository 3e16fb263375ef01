"""`daymark backup` and `daymark restore` against a whole Daymark: what they make, and what they refuse."""

import asyncio
import json
import shutil
import stat
import subprocess
import sys
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Final

import asyncpg
import psutil
import pytest

from deploy.local.backup.back_up import back_up
from deploy.local.backup.database import DatabaseNotDumped, PostgresAway, Snapshot, dump_database, open_snapshot
from deploy.local.backup.manifest import MANIFEST_NAME, Manifest, describe_file, write_manifest
from deploy.local.servers.data_folder import UNFINISHED_RESTORE
from deploy.local.settings import load_local_settings
from shared.clock import SystemClock
from tests.deploy.local.one_rep import FREE_PORTS, PLAYBOOK, ROSTER, history, observe_call
from tests.folders import open_to_everybody
from tests.running_daymark import ROOT, RunningDaymark, run_command, run_failing_command, running_daymark
from tests.small_disk import small_disk

_MARCH: Final = ("scores", "--csv", "--from", "2026-03-01", "--until", "2026-03-31")
_KILLED_WHILE_COPYING: Final = """\
import asyncio, os, sys
from pathlib import Path
from deploy.local.backup.back_up import back_up
from deploy.local.settings import load_local_settings
from shared.clock import SystemClock

def kill(step):
    if step == "copying SCORES":
        os.kill(os.getpid(), 9)

settings = load_local_settings(config=Path(sys.argv[1]), data=Path(sys.argv[2]))
asyncio.run(back_up(settings, Path(sys.argv[3]), with_secrets=True, now=SystemClock().now(), on_step=kill))
"""


@pytest.fixture(scope="module")
async def daymark(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[RunningDaymark]:
    folder = tmp_path_factory.mktemp("backup")
    (folder / "roster.yaml").write_text(ROSTER)
    (folder / "playbook.yaml").write_text(PLAYBOOK)
    (folder / "history.ndjson").write_text(history(calls=40))
    async with running_daymark(folder / "d", FREE_PORTS) as running:
        await running.command("roster", "apply", str(folder / "roster.yaml"))
        await running.command("playbook", "apply", str(folder / "playbook.yaml"))
        await running.command("import", str(folder / "history.ndjson"), "--source", "acme")
        yield running


@pytest.fixture
async def backup(daymark: RunningDaymark, tmp_path: Path) -> Path:
    open_to_everybody(tmp_path)
    (tmp_path / "daymark.toml").write_text(FREE_PORTS)
    await daymark.command("backup", str(tmp_path / "b"))
    return tmp_path / "b"


async def _restore(backup: Path, data: Path, *options: str) -> str:
    code, output, errors = await run_command(
        "restore", str(backup), *options, folder=data, config=backup.parent / "daymark.toml"
    )
    assert code == 0, errors
    return output


async def _refused_restore(backup: Path, data: Path) -> str:
    return await run_failing_command("restore", str(backup), folder=data, config=backup.parent / "daymark.toml")


async def test_restored_elsewhere_it_has_the_same_scores_secrets_and_addresses(
    daymark: RunningDaymark, backup: Path, tmp_path: Path
) -> None:
    output = await _restore(backup, tmp_path / "d")

    assert "restored a backup of" in output
    assert not (tmp_path / "d" / UNFINISHED_RESTORE).exists()
    async with running_daymark(tmp_path / "d", FREE_PORTS) as restored:
        assert "0 differences" in await restored.command("audit")
        scores = await restored.command(*_MARCH)
        assert scores == await daymark.command(*_MARCH)
        assert scores.count("\n") > 20
        own, former = [(await running.command("inbox", "mara")).strip().rpartition("/")[2] for running in (restored, daymark)]
        assert own == former
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
    await _restore(tmp_path / "b", tmp_path / "d")

    async with running_daymark(tmp_path / "d", FREE_PORTS) as restored:
        await restored.wait_until_scored()
        await restored.settle()
        scores = await restored.command(*_MARCH)
        reported = await _reported_days(restored)
    assert scores == await daymark.command(*_MARCH)
    assert {"2026-03-30", "2026-03-31"} <= set(scores.replace("\n", ",").split(","))
    assert {"2026-03-30", "2026-03-31"} <= reported


async def test_a_backup_can_be_read_by_its_owner_only(backup: Path) -> None:
    modes = {path: stat.S_IMODE(path.stat().st_mode) for path in (backup, *backup.rglob("*"))}

    assert {modes[path] for path in modes if path.is_dir()} == {0o700}
    assert {modes[path] for path in modes if path.is_file()} == {0o600}
    assert (backup / "secrets" / "link-secret").read_text()


async def test_secrets_can_be_left_out(daymark: RunningDaymark, tmp_path: Path) -> None:
    open_to_everybody(tmp_path)
    (tmp_path / "daymark.toml").write_text(FREE_PORTS)

    made = await daymark.command("backup", str(tmp_path / "b"), "--without-secrets")
    restored = await _restore(tmp_path / "b", tmp_path / "d")

    assert "no secrets" in made
    assert "Put those of the former data folder into `secrets`" in restored
    assert not (tmp_path / "b" / "secrets").exists()


async def test_a_backup_never_replaces_another(daymark: RunningDaymark, backup: Path) -> None:
    before = (backup / MANIFEST_NAME).read_text()

    assert f"{backup}: There is something of this name already" in await daymark.failing_command("backup", str(backup))
    assert (backup / MANIFEST_NAME).read_text() == before


async def test_a_backup_that_was_killed_half_way_has_no_name_and_is_none(daymark: RunningDaymark, tmp_path: Path) -> None:
    open_to_everybody(tmp_path)
    (tmp_path / "daymark.toml").write_text(FREE_PORTS)
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-c", _KILLED_WHILE_COPYING, str(daymark.config), str(daymark.folder), str(tmp_path / "b")), cwd=ROOT
    )
    assert await process.wait() == -9

    assert not (tmp_path / "b").exists()
    (unfinished,) = tmp_path.glob("b.unfinished-*")
    assert (unfinished / "stream-ACTIVITIES").stat().st_size > 0
    assert "is no complete backup" in await _refused_restore(unfinished, tmp_path / "d")
    await daymark.command("backup", str(tmp_path / "b"))


async def test_a_backup_that_is_interrupted_leaves_nothing(daymark: RunningDaymark, tmp_path: Path) -> None:
    settings = load_local_settings(config=daymark.config, data=daymark.folder)

    def interrupt(step: str) -> None:
        if step == "copying SCORES":
            work.cancel()

    work = asyncio.create_task(back_up(settings, tmp_path / "b", with_secrets=True, now=SystemClock().now(), on_step=interrupt))
    with pytest.raises(asyncio.CancelledError):
        await work

    assert list(tmp_path.iterdir()) == []


async def test_a_full_disk_is_named_and_nothing_is_left(daymark: RunningDaymark, tmp_path: Path) -> None:
    with small_disk(tmp_path / "disk", mebibytes=1) as disk:
        (disk / "filling").write_bytes(bytes(2**20 - 2**17))

        errors = await daymark.failing_command("backup", str(disk / "b"))

        assert f"{disk}" in errors
        assert "The disk is full" in errors
        assert [path.name for path in disk.iterdir()] == ["filling"]


async def test_a_folder_that_cannot_be_written_is_named(daymark: RunningDaymark, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")

    errors = await daymark.failing_command("backup", str(tmp_path / "file" / "b"))

    assert "The backup could not be written there" in errors


async def test_a_postgres_that_does_not_answer_is_named(tmp_path: Path) -> None:
    with pytest.raises(PostgresAway):
        async with open_snapshot(f"postgresql://postgres@/daymark?host={tmp_path}"):
            pass


async def test_a_dump_that_fails_says_why(daymark: RunningDaymark, tmp_path: Path) -> None:
    snapshot = Snapshot(id="00000000-00000000-1", postgres_version=180_000, migrations={})

    with (tmp_path / "dump").open("wb") as file, pytest.raises(DatabaseNotDumped, match="pg_dump: error: "):
        await dump_database(daymark.urls.postgres, snapshot, file)


async def test_without_a_running_daymark_there_is_nothing_to_back_up(tmp_path: Path) -> None:
    config = tmp_path / "daymark.toml"
    config.write_text(FREE_PORTS)

    errors = await run_failing_command("backup", str(tmp_path / "b"), folder=tmp_path / "d", config=config)

    assert "No Daymark runs on this data folder" in errors


async def test_a_data_folder_that_is_in_use_is_not_replaced(daymark: RunningDaymark, backup: Path, tmp_path: Path) -> None:
    used = tmp_path / "used"
    used.mkdir()
    (used / "notes").write_text("mine")

    assert "Another `daymark up` uses this data folder" in await _refused_restore(backup, daymark.folder)
    assert f"{used}: The data folder is not empty" in await _refused_restore(backup, used)
    assert (used / "notes").read_text() == "mine"


async def test_a_damaged_backup_touches_nothing(backup: Path, tmp_path: Path) -> None:
    with (backup / "stream-ACTIVITIES").open("ab") as file:
        file.write(b"x")

    errors = await _refused_restore(backup, tmp_path / "d")

    assert f"{backup / 'stream-ACTIVITIES'}: The backup is not as it was made" in errors
    assert not (tmp_path / "d").exists()


@pytest.mark.parametrize("key", ["nats", "postgres"])
async def test_servers_that_the_configuration_names_are_neither_backed_up_nor_restored(
    daymark: RunningDaymark, backup: Path, tmp_path: Path, key: str
) -> None:
    config = tmp_path / "other.toml"
    config.write_text(f'{FREE_PORTS}[{key}]\nurl = "{key}://127.0.0.1:1"\n')

    for command, folder, data in (("backup", tmp_path / "c", daymark.folder), ("restore", backup, tmp_path / "d")):
        errors = await run_failing_command(command, str(folder), folder=data, config=config)
        assert f"{key}.url: Only the servers that `daymark up` starts itself" in errors


async def test_a_restore_that_did_not_come_to_its_end_is_never_started(backup: Path, tmp_path: Path) -> None:
    """`pg_restore` fails on a dump that is no dump, although the digests fit."""
    damaged = tmp_path / "damaged"
    shutil.copytree(backup, damaged)
    (damaged / "postgres.dump").write_bytes(b"no dump")
    _fit_digest(damaged, "postgres.dump")

    assert "`pg_restore` could not restore the database" in await _refused_restore(damaged, tmp_path / "d")

    config = tmp_path / "daymark.toml"
    started = await run_failing_command("up", folder=tmp_path / "d", config=config)
    assert f"{tmp_path / 'd'}: A backup was being restored into this data folder" in started
    assert "The data folder is not empty" in await _refused_restore(backup, tmp_path / "d")


async def _reported_days(daymark: RunningDaymark) -> set[str]:
    """The days that nudges knows."""
    connection = await asyncpg.connect(daymark.urls.postgres)
    days = {str(row["day"]) for row in await connection.fetch("SELECT day FROM nudges.day")}
    await connection.close()
    return days


def _fit_digest(backup: Path, name: str) -> None:
    manifest = Manifest.model_validate_json((backup / MANIFEST_NAME).read_text())
    files = tuple(describe_file(backup, name) if entry.name == name else entry for entry in manifest.files)
    write_manifest(backup, manifest.model_copy(update={"files": files}))


async def test_a_restored_daymark_can_be_backed_up_and_restored_again(backup: Path, tmp_path: Path) -> None:
    await _restore(backup, tmp_path / "d")
    async with running_daymark(tmp_path / "d", FREE_PORTS) as restored:
        await restored.command("backup", str(tmp_path / "second"))
    await _restore(tmp_path / "second", tmp_path / "e")

    assert (tmp_path / "e" / "secrets" / "link-secret").exists()
