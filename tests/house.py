"""House rules that no linter knows. `python -m tests.house` names every breach and ends with 1 if there is one."""

import ast
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).parents[1]
FILE_LINES_MAX: Final = 300
FUNCTION_LINES_MAX: Final = 45
MAIN_LINES_MAX: Final = 20
VAGUE_NAMES: Final = frozenset({"utils", "util", "common", "helpers", "helper", "types", "misc", "base", "core"})
CODE: Final = ("shared", "services", "deploy")
_DefinitionNode = ast.FunctionDef | ast.AsyncFunctionDef


def breaches(root: Path = ROOT) -> list[str]:
    """Every breach as one line: place, fact, remedy."""
    checks: tuple[Callable[[Path], Iterator[str]], ...] = (
        file_sizes,
        function_sizes,
        vague_names,
        public_docstrings,
        tests_mirror_the_code,
        words_that_stay_out,
    )
    return sorted(breach for check in checks for breach in check(root))


def file_sizes(root: Path) -> Iterator[str]:
    for path in _python(root):
        lines = len(path.read_text(encoding="utf-8").splitlines())
        most = MAIN_LINES_MAX if path.name == "__main__.py" and path.parts[-3] == "services" else FILE_LINES_MAX
        if lines > most:
            yield f"{path.relative_to(root)}: {lines} lines, at most {most}; which module is missing?"


def function_sizes(root: Path) -> Iterator[str]:
    for path in _python(root):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, _DefinitionNode):
                lines = (node.end_lineno or node.lineno) - node.lineno + 1
                if lines > FUNCTION_LINES_MAX:
                    place = f"{path.relative_to(root)}:{node.lineno}"
                    yield f"{place}: {node.name} has {lines} lines, at most {FUNCTION_LINES_MAX}; split it by what it does"


def vague_names(root: Path) -> Iterator[str]:
    for path in _python(root):
        if path.stem in VAGUE_NAMES or path.parent.name in VAGUE_NAMES:
            yield f"{path.relative_to(root)}: a name that says nothing; name it after what it is"


def public_docstrings(root: Path) -> Iterator[str]:
    for path in _python(root):
        if path.relative_to(root).parts[0] in CODE and not ast.get_docstring(ast.parse(path.read_text(encoding="utf-8"))):
            yield f"{path.relative_to(root)}: no docstring; say what comes in, what goes out and what is promised"


def tests_mirror_the_code(root: Path) -> Iterator[str]:
    """Each folder of tests that bears a code folder's name must have that folder; each package of code has tests."""
    for top in CODE:
        for package in sorted((root / top).rglob("__init__.py")):
            folder = package.parent.relative_to(root)
            has_code = any(path.name not in {"__init__.py", "__main__.py"} for path in package.parent.glob("*.py"))
            tests = root / "tests" / folder
            if has_code and not any(tests.rglob("test_*.py")):
                yield f"{folder}: no tests in tests/{folder}; a change there could break unseen"
        for tested in sorted((root / "tests" / top).rglob("test_*.py")):
            mirrored = root / tested.parent.relative_to(root / "tests")
            if not mirrored.is_dir():
                yield f"{tested.relative_to(root)}: tests {mirrored.relative_to(root)}, which is not there; move it"


def words_that_stay_out(root: Path) -> Iterator[str]:
    """No unfinished work, and nothing of a machine, in any tracked file. In double quotes a word is somebody else's value."""
    words = ["TO" + "DO", "FIX" + "ME", "/" + "work/", "/" + "root/"]
    for path in _tracked(root):
        try:
            text = path.read_text(encoding="utf-8")
        except UnicodeDecodeError:
            continue
        for word in words:
            if word in text.replace(f'"{word}"', ""):
                yield f"{path.relative_to(root)}: holds {word!r}; finish it, or take it out"


def _python(root: Path) -> Iterator[Path]:
    return (path for path in _tracked(root) if path.suffix == ".py")


def _tracked(root: Path) -> list[Path]:
    command = ["git", "-C", str(root), "ls-files", "--cached", "--others", "--exclude-standard"]
    listed = subprocess.run(command, capture_output=True, text=True, check=True).stdout.splitlines()
    return [root / name for name in listed if (root / name).is_file()]


def main() -> int:
    found = breaches()
    for breach in found:
        sys.stderr.write(breach + "\n")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
