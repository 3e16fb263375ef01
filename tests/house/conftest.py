"""Small temporary repositories, in which tests plant mistakes."""

import subprocess
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path

import pytest

from tests.house.repository import Breach, Repository

Plant = Callable[[Mapping[str, str]], Repository]


@pytest.fixture
def plant(tmp_path: Path) -> Plant:
    """A function that creates a repository with the given files, as a mapping from path to text."""

    def make(files: Mapping[str, str]) -> Repository:
        for name, text in files.items():
            path = tmp_path / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text)
        subprocess.run(["git", "init", "-q", str(tmp_path)], check=True)
        return Repository(tmp_path)

    return make


def lines(breaches: Iterable[Breach]) -> list[str]:
    """Breaches in the form in which they are printed."""
    return [str(breach) for breach in breaches]
