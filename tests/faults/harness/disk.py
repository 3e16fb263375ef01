"""A disk of its own in a file: it can be filled, and its power can be cut.

A cut is ext4's own: after the ioctl nothing more reaches the disk, and what the file system had not written is gone.
"""

import fcntl
import os
import shutil
import struct
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from time import sleep
from typing import Final

from shared.clock import monotonic_s

_SHUTDOWN: Final = 0x8004587D
"""EXT4_IOC_SHUTDOWN: _IOR('X', 125, __u32)."""
_WITHOUT_FLUSHING_THE_LOG: Final = 2
_UNMOUNT_TIMEOUT_S: Final = 60.0
_UNMOUNT_RETRY_S: Final = 0.05
_TOOLS: Final = ("mkfs.ext4", "mount", "umount", "losetup")


class Disk:
    """An ext4 file system in the file `image`, mounted at `folder`."""

    def __init__(self, image: Path, folder: Path) -> None:
        self._image = image
        self.folder = folder

    def mount(self) -> None:
        _run("mount", "-o", "loop", str(self._image), str(self.folder))

    def cut_power(self) -> None:
        """Everything that was not synced is lost. Processes that still run get errors from now on."""
        descriptor = os.open(self.folder, os.O_RDONLY)
        try:
            fcntl.ioctl(descriptor, _SHUTDOWN, struct.pack("I", _WITHOUT_FLUSHING_THE_LOG))
        finally:
            os.close(descriptor)

    def power_on(self) -> None:
        """Mount it again, as after a restart of the machine. No process may use it."""
        self.unmount()
        self.mount()

    def unmount(self) -> None:
        """Wait for the last files that the kernel still closes for killed processes. It is not unmounted while it is in use:
        mounted again, it would still be the one without power.

        Raises:
            CalledProcessError: it stays in use.
        """
        deadline_s = monotonic_s() + _UNMOUNT_TIMEOUT_S
        while subprocess.run(["umount", str(self.folder)], check=False, capture_output=True).returncode:
            if monotonic_s() > deadline_s:
                _run("umount", str(self.folder))
            sleep(_UNMOUNT_RETRY_S)


@contextmanager
def new_disk(home: Path, name: str, *, mebibytes: int) -> Iterator[Disk]:
    """Make and mount an empty disk; remove it at the end. Root writes to the last byte, as everybody does."""
    image, folder = home / f"{name}.img", home / name
    folder.mkdir()
    with image.open("wb") as file:
        file.truncate(mebibytes * 2**20)
    _run("mkfs.ext4", "-q", "-F", "-m", "0", "-E", "lazy_itable_init=0,lazy_journal_init=0", str(image))
    disk = Disk(image, folder)
    disk.mount()
    try:
        (folder / "lost+found").rmdir()  # initdb wants an empty folder
        folder.chmod(0o755)
        subprocess.run(["sync", "-f", str(folder)], check=True)
        yield disk
    finally:
        disk.unmount()
        image.unlink()


@cache
def why_no_disks() -> str:
    """What this machine lacks for such disks; empty if it has everything."""
    if os.geteuid() != 0:
        return "only root may mount a disk"
    missing = [tool for tool in _TOOLS if shutil.which(tool) is None]
    if missing:
        return f"there is no {missing[0]}"
    try:
        with tempfile.TemporaryDirectory(prefix="daymark-disk-") as name, new_disk(Path(name), "trial", mebibytes=16):
            return ""
    except (OSError, subprocess.CalledProcessError) as refused:
        return f"no ext4 on a loop device can be mounted here ({type(refused).__name__})"


def _run(*command: str) -> None:
    subprocess.run(command, check=True, capture_output=True)
