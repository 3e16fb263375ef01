"""Copies of the repository, in which mistakes are planted."""

import compileall
import os
import shutil
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path, PurePosixPath
from py_compile import PycInvalidationMode

from tests.house.repository import CODE, Repository


@contextmanager
def planted(folder: Path, path: PurePosixPath, text: str) -> Iterator[None]:
    """Give a file of the copy another text within the `with` block."""
    file = folder / path
    before = file.read_text(encoding="utf-8")
    file.write_text(text, encoding="utf-8")
    try:
        yield
    finally:
        file.write_text(before, encoding="utf-8")


def copy_repository(repository: Repository, folder: Path) -> None:
    """Copy every tracked file and compile the code.

    Compiled files are validated by the hash of their source. Validation by time would miss a change within the same second.
    """
    for path in repository.paths:
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(repository.root / path, folder / path)
    for name in (*CODE, "tests"):
        if (folder / name).is_dir():
            compileall.compile_dir(folder / name, quiet=1, invalidation_mode=PycInvalidationMode.CHECKED_HASH)


def environment(folder: Path) -> Mapping[str, str]:
    """The environment of a process that runs the code of a copy instead of the installed code."""
    return os.environ | {"PYTHONPATH": str(folder), "PYTHONHASHSEED": "0"}


def python() -> str:
    return sys.executable
