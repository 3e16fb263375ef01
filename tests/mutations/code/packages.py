"""What is mutated: the packages of `[[tool.daymark-mutation.packages]]` in `pyproject.toml`."""

import tomllib
from dataclasses import dataclass
from pathlib import PurePosixPath

from tests.house.checks.exemptions import find_exemption
from tests.house.repository import Repository


@dataclass(frozen=True, kw_only=True, slots=True)
class Package:
    """Modules with a common bar.

    `bar` is the share of mutants that the tests must kill, from 0 to 1. `paths` are patterns as in
    `tests/house/checks/exemptions.py`. `tests` are folders with further tests, besides those that mirror a module.
    """

    name: str
    bar: float
    paths: tuple[str, ...]
    tests: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class Target:
    """One module to mutate.

    `nearest` are the test files with the name of the module. `wider` are the folders whose tests run if a mutant survives
    those.
    """

    package: Package
    path: PurePosixPath
    nearest: tuple[str, ...]
    wider: tuple[str, ...]


def read_packages(pyproject: str) -> tuple[Package, ...]:
    """The packages in the order of the file. A module belongs to the first package that it matches."""
    tables = tomllib.loads(pyproject)["tool"]["daymark-mutation"]["packages"]
    return tuple(
        Package(name=table["name"], bar=table["bar"], paths=tuple(table["paths"]), tests=tuple(table.get("tests", ())))
        for table in tables
    )


def find_targets(repository: Repository, packages: tuple[Package, ...]) -> list[Target]:
    """All modules that match a package, without `__init__.py`."""
    targets = []
    for path in repository.paths:
        if path.suffix == ".py" and path.name != "__init__.py":
            package = next((package for package in packages if find_exemption(path, dict.fromkeys(package.paths, ""))), None)
            if package is not None:
                targets.append(_target(repository, package, path))
    return targets


def _target(repository: Repository, package: Package, path: PurePosixPath) -> Target:
    folder = PurePosixPath("tests") / path.parent
    nearest = tuple(
        str(test)
        for test in repository.paths
        if test.parent == folder and (test.stem == f"test_{path.stem}" or test.stem.startswith(f"test_{path.stem}_"))
    )
    wider = tuple(str(test) for test in (folder, *map(PurePosixPath, package.tests)) if test in repository.folders)
    return Target(package=package, path=path, nearest=nearest, wider=wider)
