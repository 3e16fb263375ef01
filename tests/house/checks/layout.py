"""Checks the names and docstrings of modules, and that tests mirror the folders of the code."""

import ast
from collections.abc import Iterator
from pathlib import PurePosixPath
from typing import Final

from tests.house.repository import CODE, Breach, Repository

VAGUE_NAMES: Final = frozenset(
    {"utils", "util", "common", "helpers", "helper", "types", "misc", "base", "core", "lib", "stuff", "general", "various"}
)


def vague_names(repository: Repository) -> Iterator[Breach]:
    """No module or package has a name that fits any content."""
    for path in (*(module.path for module in repository.modules), *_packages(repository)):
        if path.stem in VAGUE_NAMES:
            yield Breach(place=str(path), fact=f"`{path.stem}` says nothing", remedy="name it after what it holds")


def module_docstrings(repository: Repository) -> Iterator[Breach]:
    for module in repository.modules_under(*CODE, "bench"):
        if not ast.get_docstring(module.tree):
            yield Breach(
                place=str(module.path), fact="no docstring", remedy="say what comes in, what goes out and what is promised"
            )


def tests_mirror_the_code(repository: Repository) -> Iterator[Breach]:
    """Each package of code has tests, and each folder of tests mirrors a folder that exists."""
    tested = {module.folder for module in repository.modules if module.is_test and module.path.name.startswith("test_")}
    packages = _packages(repository)
    for package in packages:
        folder = PurePosixPath("tests") / package
        if _has_code(repository, package) and not any(folder in (test, *test.parents) for test in tested):
            yield Breach(place=str(package), fact=f"no tests in {folder}", remedy="add tests, or a change there breaks unseen")
    for folder in sorted(tested):
        mirrored = PurePosixPath(*folder.parts[1:])
        if mirrored.parts and mirrored.parts[0] in CODE and mirrored not in repository.folders:
            yield Breach(place=str(folder), fact=f"tests {mirrored}, which does not exist", remedy="move the tests to the code")


def _packages(repository: Repository) -> list[PurePosixPath]:
    return sorted(module.folder for module in repository.modules_under(*CODE) if module.path.name == "__init__.py")


def _has_code(repository: Repository, package: PurePosixPath) -> bool:
    return any(
        module.folder == package and module.path.name not in {"__init__.py", "__main__.py"} for module in repository.modules
    )
