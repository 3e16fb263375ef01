"""Checks the names and docstrings of modules, that tests mirror the folders of the code, and that links lead somewhere."""

import ast
import posixpath
import re
from collections.abc import Iterator
from pathlib import PurePosixPath
from typing import Final

from tests.house.repository import CODE, Breach, Repository

VAGUE_NAMES: Final = frozenset(
    {"utils", "util", "common", "helpers", "helper", "types", "misc", "base", "core", "lib", "stuff", "general", "various"}
)

_DOCUMENT: Final = re.compile(r"docs/[\w/.-]+\.md")
_LINK: Final = re.compile(r"\]\((?![a-z]+:)([^)#\s]+)")
_SOURCES: Final = frozenset({".py", ".sql", ".toml", ".yml"})


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


def dead_links(repository: Repository) -> Iterator[Breach]:
    """Each document that the code names exists, and so does what a document links to."""
    for path in repository.paths:
        if path.suffix == ".md":
            text = repository.text(path)
            named = [(target, posixpath.normpath(path.parent / target)) for target in _LINK.findall(text)]
        elif path.suffix in _SOURCES and path.parts[0] != "tests":
            named = [(target, target) for target in _DOCUMENT.findall(repository.text(path))]
        else:
            continue
        for target, resolved in named:
            if not repository.has(resolved) and PurePosixPath(resolved) not in repository.folders:
                yield Breach(place=str(path), fact=f"{target} does not exist", remedy="name the file that does")


def _packages(repository: Repository) -> list[PurePosixPath]:
    return sorted(module.folder for module in repository.modules_under(*CODE) if module.path.name == "__init__.py")


def _has_code(repository: Repository, package: PurePosixPath) -> bool:
    return any(
        module.folder == package and module.path.name not in {"__init__.py", "__main__.py"} for module in repository.modules
    )
