"""Folders of tests in which PostgreSQL can run."""

import os
import tempfile
from pathlib import Path
from typing import Final

import pytest

needs_root: Final = pytest.mark.skipif(os.geteuid() != 0, reason="only root runs PostgreSQL as another user")
_TEMPORARY: Final = tuple(Path(name) for name in ("/tmp", "/dev/shm", tempfile.gettempdir()))


def open_to_everybody(folder: Path) -> None:
    """Let other users enter a temporary folder and those around it: PostgreSQL refuses to run as root, and pytest's folders are
    closed to others."""
    for part in (folder, *folder.parents):
        is_own = part.stat().st_uid == os.geteuid() and any(root in part.parents for root in _TEMPORARY)
        if is_own:
            part.chmod(part.stat().st_mode | 0o011)
