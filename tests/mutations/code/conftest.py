"""A repository with one small module and its test, and mutants of that module."""

from pathlib import Path, PurePosixPath
from typing import Final

import pytest

from tests.house.conftest import Plant, plant
from tests.house.repository import ROOT, Repository
from tests.mutations.code.mutant import Mutant

__all__ = ["plant"]

LIMIT: Final = '"""The plan."""\n\n\ndef is_enough(count: int) -> bool:\n    return count >= 3\n'
LIMIT_PATH: Final = PurePosixPath("services/plan/domain/limit.py")
TEST: Final = (
    '"""Doc."""\n\nfrom services.plan.domain.limit import is_enough\n\n\n'
    "def test_three_are_enough() -> None:\n    assert is_enough(3)\n"
)
SERVER_TEST: Final = (
    '"""Doc."""\n\nimport pytest\n\n\n@pytest.fixture\ndef servers() -> None:\n    raise RuntimeError\n\n\n'
    "def test_needs_a_server(servers: None) -> None: ...\n"
)
PYPROJECT: Final = """
[[tool.daymark-mutation.packages]]
name = "limits"
bar = 0.6
paths = ["services/*/domain/**"]
"""


def mutant_of(old: str, new: str, *, operator: str = "Planted") -> Mutant:
    """A mutant of the module, in which one text is replaced."""
    return Mutant(
        function="is_enough",
        line=5,
        was="return count >= 3",
        becomes=f"return count {new}" if old == ">= 3" else new,
        operator=operator,
        text=LIMIT.replace(old, new),
    )


@pytest.fixture
def limits(plant: Plant) -> Repository:
    """A repository with the module, its tests, and the code that a worker needs."""
    files = {
        "pyproject.toml": PYPROJECT,
        "services/__init__.py": "",
        "services/plan/__init__.py": "",
        "services/plan/domain/__init__.py": "",
        str(LIMIT_PATH): LIMIT,
        "tests/services/plan/domain/test_limit.py": TEST,
        "tests/services/plan/domain/test_server.py": SERVER_TEST,
    }
    sources = [ROOT / "tests" / "__init__.py", *python_below("tests/house"), *python_below("tests/mutations")]
    return plant(files | {str(path.relative_to(ROOT)): path.read_text() for path in sources})


def python_below(folder: str) -> list[Path]:
    """Code without its tests, which a planted repository needs to run workers."""
    return [path for path in (ROOT / folder).rglob("*.py") if not path.name.startswith(("test_", "conftest"))]
