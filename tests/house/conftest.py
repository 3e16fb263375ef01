"""Small repositories to plant mistakes in."""

import subprocess
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path

import pytest

from tests.house.repository import Breach, Repository

Plant = Callable[[Mapping[str, str]], Repository]


@pytest.fixture
def plant(tmp_path: Path) -> Plant:
    """Makes a repository that holds these files: text by path."""

    def make(files: Mapping[str, str]) -> Repository:
        for name, text in files.items():
            path = tmp_path / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text)
        subprocess.run(["git", "init", "-q", str(tmp_path)], check=True)
        return Repository(tmp_path)

    return make


def lines(breaches: Iterable[Breach]) -> list[str]:
    """Breaches as they are printed."""
    return [str(breach) for breach in breaches]
