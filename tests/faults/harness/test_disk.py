"""A power cut takes what was not synced, and nothing else."""

import os
from pathlib import Path

import pytest

from tests.faults.harness.disk import new_disk, why_no_disks

pytestmark = pytest.mark.skipif(bool(why_no_disks()), reason=why_no_disks() or "this machine has all that it needs")


def test_after_a_power_cut_a_synced_file_is_there_and_an_unsynced_one_is_not(tmp_path: Path) -> None:
    with new_disk(tmp_path, "disk", mebibytes=32) as disk:
        (disk.folder / "synced").write_text("synced")
        subfolder = os.open(disk.folder / "synced", os.O_RDONLY)
        os.fsync(subfolder)
        os.close(subfolder)
        (disk.folder / "unsynced").write_text("unsynced")

        disk.cut_power()
        disk.power_on()

        assert (disk.folder / "synced").read_text() == "synced"
        assert not (disk.folder / "unsynced").exists()


def test_a_disk_leaves_nothing_behind(tmp_path: Path) -> None:
    with new_disk(tmp_path, "disk", mebibytes=16) as disk:
        assert os.path.ismount(disk.folder)

    assert not os.path.ismount(tmp_path / "disk")
    assert not (tmp_path / "disk.img").exists()
