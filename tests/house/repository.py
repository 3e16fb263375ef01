"""The files of a repository, each read and parsed once, and the `Breach` that a check reports."""

import ast
import gc
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path, PurePosixPath
from typing import Final

ROOT: Final = Path(__file__).parents[2]
CODE: Final = ("shared", "services", "deploy")
"""The folders that are part of an installation, unlike `bench` and `tests`."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Breach:
    """One broken rule: where, what is wrong, and what to do about it."""

    place: str
    fact: str
    remedy: str

    def __str__(self) -> str:
        return f"{self.place}: {self.fact}; {self.remedy}"


@dataclass(frozen=True, kw_only=True, slots=True)
class Module:
    """One Python file. `path` is relative to the root of the repository."""

    path: PurePosixPath
    text: str
    tree: ast.Module
    nodes: tuple[ast.AST, ...]
    """All nodes of the tree, breadth first, without the contexts of expressions."""

    @property
    def folder(self) -> PurePosixPath:
        return self.path.parent

    @property
    def is_test(self) -> bool:
        return self.path.parts[0] == "tests"

    def at(self, node: ast.AST) -> str:
        """The place of a node as `path:line`."""
        return f"{self.path}:{getattr(node, 'lineno', 1)}"


class Repository:
    """The files that git tracks, and the new ones that it does not ignore."""

    def __init__(self, root: Path = ROOT) -> None:
        self.root = root
        self._texts: dict[PurePosixPath, str] = {}

    @cached_property
    def paths(self) -> tuple[PurePosixPath, ...]:
        """The sorted paths of all files, relative to the root."""
        command = ["git", "-C", str(self.root), "ls-files", "--cached", "--others", "--exclude-standard", "--deduplicate"]
        names = subprocess.run(command, capture_output=True, text=True, check=True).stdout.splitlines()
        return tuple(PurePosixPath(name) for name in sorted(names) if (self.root / name).is_file())

    @cached_property
    def modules(self) -> tuple[Module, ...]:
        """All Python files, parsed."""
        gc.disable()  # looking for cycles among millions of nodes takes longer than parsing; and see `_parse`
        try:
            return tuple(self._parse(path) for path in self.paths if path.suffix == ".py")
        finally:
            gc.enable()

    @cached_property
    def sql_paths(self) -> tuple[PurePosixPath, ...]:
        """All `.sql` files of the code, including migrations."""
        return tuple(path for path in self.paths if path.suffix == ".sql" and path.parts[0] in CODE)

    @cached_property
    def folders(self) -> frozenset[PurePosixPath]:
        """All folders that contain a file, directly or further down."""
        return frozenset(folder for path in self.paths for folder in path.parents)

    def modules_under(self, *tops: str) -> Iterator[Module]:
        """The Python files in these top-level folders."""
        return (module for module in self.modules if module.path.parts[0] in tops)

    def has(self, path: PurePosixPath | str) -> bool:
        return PurePosixPath(path) in self._path_set

    def text(self, path: PurePosixPath | str) -> str:
        """The text of a file.

        Raises:
            UnicodeDecodeError: the file is not text.
        """
        key = PurePosixPath(path)
        if key not in self._texts:
            self._texts[key] = (self.root / key).read_text(encoding="utf-8")
        return self._texts[key]

    @cached_property
    def _path_set(self) -> frozenset[PurePosixPath]:
        return frozenset(self.paths)

    def _parse(self, path: PurePosixPath) -> Module:
        """Without the garbage collector: a finalizer that parses code meanwhile, such as one that warns, breaks the parser of
        Python 3.11."""
        text = self.text(path)
        tree = ast.parse(text, filename=str(path))
        return Module(path=path, text=text, tree=tree, nodes=_all_nodes(tree))


def _all_nodes(tree: ast.Module) -> tuple[ast.AST, ...]:
    """As `ast.walk`, in half its time."""
    nodes: list[ast.AST] = [tree]
    for node in nodes:
        for name in node._fields:
            child = getattr(node, name, None)
            if isinstance(child, list):
                nodes.extend([part for part in child if isinstance(part, ast.AST)])
            elif isinstance(child, ast.AST) and not isinstance(child, ast.expr_context):
                nodes.append(child)
    return tuple(nodes)
