"""The wheel holds what an installation needs: the code, the data that lies beside it, the command and the license."""

import shutil
import subprocess
import sys
from pathlib import Path
from zipfile import ZipFile

import pytest

from tests.house.repository import CODE, Repository

DATA = {".sql", ".toml", ".html", ".css", ".yaml", ".csv"}


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> ZipFile:
    """Built from a copy, so that nothing is written beside the code."""
    source, built = tmp_path_factory.mktemp("source") / "daymark", tmp_path_factory.mktemp("built")
    repository = Repository()
    for path in repository.paths:
        if path.parts[0] in {*CODE, "pyproject.toml", "README.md", "LICENSE", "requirements"}:
            (source / path).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(repository.root / path, source / path)
    build = [
        sys.executable,
        "-m",
        "pip",
        "wheel",
        "--quiet",
        "--no-deps",
        "--no-build-isolation",
        "--wheel-dir",
        str(built),
        ".",
    ]
    done = subprocess.run(build, cwd=source, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    (file,) = built.glob("daymark-*.whl")
    return ZipFile(file)


def test_every_module_and_its_data_are_in_the_wheel(wheel: ZipFile) -> None:
    needed = {str(path) for path in Repository().paths if path.parts[0] in CODE and path.suffix in {".py", *DATA}}

    assert sorted(needed - set(wheel.namelist())) == []


def test_nothing_but_the_code_is_in_the_wheel(wheel: ZipFile) -> None:
    tops = {Path(name).parts[0] for name in wheel.namelist()}

    assert {top for top in tops if not top.endswith(".dist-info")} == set(CODE)


def test_the_wheel_says_under_which_license_it_comes(wheel: ZipFile) -> None:
    (metadata,) = [name for name in wheel.namelist() if name.endswith(".dist-info/METADATA")]
    (license_file,) = [name for name in wheel.namelist() if name.endswith("/licenses/LICENSE")]

    assert "License-Expression: Apache-2.0" in wheel.read(metadata).decode().splitlines()
    assert "Apache License\n                           Version 2.0, January 2004" in wheel.read(license_file).decode()


def test_the_wheel_brings_the_command(wheel: ZipFile) -> None:
    (entry_points,) = [name for name in wheel.namelist() if name.endswith("/entry_points.txt")]

    assert "daymark = " in wheel.read(entry_points).decode()
