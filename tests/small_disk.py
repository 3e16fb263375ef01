"""A small disk that a test may fill."""

import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest


@contextmanager
def small_disk(folder: Path, *, mebibytes: int) -> Iterator[Path]:
    """Mount a disk in memory on a new folder. Skips the test where that is not allowed."""
    folder.mkdir()
    options = f"size={mebibytes}m,mode=755"
    command = ["mount", "-t", "tmpfs", "-o", options, "tmpfs", str(folder)]
    if os.geteuid() != 0 or subprocess.run(command, check=False, capture_output=True).returncode:
        pytest.skip("a full disk needs a small one to be mounted, which only root may do")
    try:
        yield folder
    finally:
        subprocess.run(["umount", "--lazy", str(folder)], check=True)


def fill(folder: Path) -> Path:
    """Write until the disk of the folder is full. Returns the file to delete."""
    file = folder / "filling"
    with file.open("ab", buffering=0) as output:
        for size in (2**20, 2**12, 1):
            try:
                while output.write(bytes(size)):
                    pass
            except OSError:
                continue
    return file
