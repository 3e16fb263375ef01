"""`daymark backup` and `daymark restore` against a whole Daymark: what they refuse, and what they leave when they end early."""

import asyncio
import shutil
import sys
from pathlib import Path
from typing import Final

import psutil
import pytest

from deploy.local.backup.back_up import back_up
from deploy.local.backup.database import DatabaseNotDumped, PostgresAway, Snapshot, dump_database, open_snapshot
from deploy.local.backup.manifest import MANIFEST_NAME, Manifest, describe_file, write_manifest
from deploy.local.connection import BrokerAway
from deploy.local.settings import load_local_settings
from shared.clock import SystemClock
from tests.deploy.local.backup.restoring import refused_restore
from tests.deploy.local.one_rep import FREE_PORTS
from tests.folders import open_to_everybody
from tests.running_daymark import ROOT, RunningDaymark, run_failing_command
from tests.small_disk import small_disk

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
_TERMINATED: Final = """\
import os, signal, sys
from deploy.local.cli.app import main
from deploy.local.cli.operation import backup

fatal_step = sys.argv.pop(1)

def terminate(step):
    if step == fatal_step:
        os.kill(os.getpid(), signal.SIGTERM)

backup._show_step = terminate
main()
"""


async def test_a_backup_never_replaces_another(daymark: RunningDaymark, backup: Path) -> None:
    before = (backup / MANIFEST_NAME).read_text()

    assert f"{backup}: This path exists already" in await daymark.failing_command("backup", str(backup))
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
    assert "is not a complete backup" in await refused_restore(unfinished, tmp_path / "d")
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


async def test_a_nats_that_goes_away_half_way_is_named_and_nothing_is_left(daymark: RunningDaymark, tmp_path: Path) -> None:
    settings = load_local_settings(config=daymark.config, data=daymark.folder)
    nats = psutil.Process(daymark.pids()["nats"])

    def suspend_nats(step: str) -> None:
        if step == "copying SCORES":
            nats.suspend()

    try:
        with pytest.raises(BrokerAway):
            await back_up(settings, tmp_path / "b", with_secrets=True, now=SystemClock().now(), on_step=suspend_nats)
    finally:
        nats.resume()

    assert list(tmp_path.iterdir()) == []


async def test_a_full_disk_is_named_and_nothing_is_left(daymark: RunningDaymark, tmp_path: Path) -> None:
    with small_disk(tmp_path / "disk", mebibytes=1) as disk:
        (disk / "filling").write_bytes(bytes(2**20 - 2**17))

        errors = await daymark.failing_command("backup", str(disk / "b"))

        assert f"{disk}" in errors
        assert "The disk is full" in errors
        assert [path.name for path in disk.iterdir()] == ["filling"]


async def test_a_disk_that_is_too_small_for_a_restore_is_named(backup: Path, tmp_path: Path) -> None:
    with small_disk(tmp_path / "disk", mebibytes=16) as disk:
        assert "Check whether the disk is full" in await refused_restore(backup, disk / "d")


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
        await dump_database(daymark.urls.postgres, snapshot, file, disk=tmp_path)


async def test_without_a_running_daymark_there_is_nothing_to_back_up(tmp_path: Path) -> None:
    config = tmp_path / "daymark.toml"
    config.write_text(FREE_PORTS)

    errors = await run_failing_command("backup", str(tmp_path / "b"), folder=tmp_path / "d", config=config)

    assert "No Daymark runs on this data folder" in errors


async def test_a_data_folder_that_is_in_use_is_not_replaced(daymark: RunningDaymark, backup: Path, tmp_path: Path) -> None:
    used = tmp_path / "used"
    used.mkdir()
    (used / "notes").write_text("mine")

    assert "Another `daymark up` uses this data folder" in await refused_restore(backup, daymark.folder)
    assert f"{used}: The data folder is not empty" in await refused_restore(backup, used)
    assert (used / "notes").read_text() == "mine"


async def test_a_damaged_backup_touches_nothing(backup: Path, tmp_path: Path) -> None:
    with (backup / "stream-ACTIVITIES").open("ab") as file:
        file.write(b"x")

    errors = await refused_restore(backup, tmp_path / "d")

    assert f"{backup / 'stream-ACTIVITIES'}: The backup is damaged" in errors
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

    assert "The database of the backup could not be restored" in await refused_restore(damaged, tmp_path / "d")

    config = tmp_path / "daymark.toml"
    started = await run_failing_command("up", folder=tmp_path / "d", config=config)
    assert f"{tmp_path / 'd'}: A restore into this data folder was interrupted" in started
    assert "The data folder is not empty" in await refused_restore(backup, tmp_path / "d")


@pytest.mark.parametrize(
    ("command", "step", "left"), [("backup", "copying SCORES", []), ("restore", "restoring SCORES", ["restore-unfinished"])]
)
async def test_a_command_that_is_terminated_leaves_no_server_and_no_backup(
    daymark: RunningDaymark, backup: Path, tmp_path: Path, command: str, step: str, left: list[str]
) -> None:
    folder = tmp_path / "c" if command == "backup" else backup
    data = daymark.folder if command == "backup" else tmp_path / "d"
    arguments = [step, command, str(folder), "--config", str(backup.parent / "daymark.toml"), "--data", str(data)]

    process = await asyncio.create_subprocess_exec(sys.executable, "-c", _TERMINATED, *arguments, cwd=ROOT)

    assert await process.wait() == 143
    assert [path.name for path in tmp_path.glob("c*")] == []
    assert [path.name for path in tmp_path.glob("d/*unfinished")] == left
    assert [child.cmdline() for child in psutil.process_iter(["cmdline"]) if str(tmp_path / "d") in str(child.info)] == []


def _fit_digest(backup: Path, name: str) -> None:
    manifest = Manifest.model_validate_json((backup / MANIFEST_NAME).read_text())
    files = tuple(describe_file(backup, name) if entry.name == name else entry for entry in manifest.files)
    write_manifest(backup, manifest.model_copy(update={"files": files}))
