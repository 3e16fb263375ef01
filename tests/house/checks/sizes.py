"""Limits the size of files, functions and folders."""

import ast
from collections import Counter
from collections.abc import Iterator, Mapping
from pathlib import PurePosixPath
from typing import Final

from tests.house.repository import Breach, Module, Repository

FILE_LINES_MAX: Final = 300
FUNCTION_LINES_MAX: Final = 45
MAIN_LINES_MAX: Final = 20
"""Limit for the `__main__.py` of a service, which only starts it."""
FOLDER_MODULES_MAX: Final = 12

ONE_FILE_EACH: Final[Mapping[str, str]] = {
    "services/nudges/rules": "one file per rule",
    "services/ingest/domain/crm": "one file per CRM",
    "tests/services/ingest/senders": "one file per CRM",
    "tests/services/ingest/weeks": "one file per CRM",
}
"""Folders without a limit on their modules, and why. The folders of their tests have none either."""


def file_sizes(repository: Repository) -> Iterator[Breach]:
    for module in repository.modules:
        lines = len(module.text.splitlines())
        lines_max = MAIN_LINES_MAX if _is_main_of_service(module.path) else FILE_LINES_MAX
        if lines > lines_max:
            yield Breach(
                place=str(module.path),
                fact=f"{lines} lines, at most {lines_max}",
                remedy="move one concern to a module of its own",
            )


def function_sizes(repository: Repository) -> Iterator[Breach]:
    for module in repository.modules:
        for node in module.nodes:
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                yield from _function_size(module, node)


def folder_sizes(repository: Repository) -> Iterator[Breach]:
    """Count modules per folder, without `__init__.py` and `__main__.py`."""
    sizes = Counter(module.folder for module in repository.modules if module.path.name not in {"__init__.py", "__main__.py"})
    for folder, size in sizes.items():
        if size > FOLDER_MODULES_MAX and not {str(folder), str(folder).removeprefix("tests/")} & ONE_FILE_EACH.keys():
            yield Breach(
                place=str(folder),
                fact=f"{size} modules, at most {FOLDER_MODULES_MAX}",
                remedy="group them into packages by what they are for",
            )


def _is_main_of_service(path: PurePosixPath) -> bool:
    return path.name == "__main__.py" and path.parts[0] == "services"


def _function_size(module: Module, node: ast.FunctionDef | ast.AsyncFunctionDef) -> Iterator[Breach]:
    lines = (node.end_lineno or node.lineno) - node.lineno + 1
    if lines > FUNCTION_LINES_MAX:
        yield Breach(
            place=module.at(node),
            fact=f"{node.name} has {lines} lines, at most {FUNCTION_LINES_MAX}",
            remedy="split it by what it does",
        )
