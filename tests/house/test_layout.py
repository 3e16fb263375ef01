"""Each planted mistake in sizes, names of modules, docstrings and the place of tests is reported."""

import pytest

from tests.house.checks import find_breaches
from tests.house.checks.layout import dead_links
from tests.house.checks.sizes import folder_sizes
from tests.house.conftest import Plant, lines

DOC = '"""Doc."""\n'


@pytest.mark.parametrize(
    ("files", "fact"),
    [
        ({"shared/long.py": DOC + "LINE = 1\n" * 300}, "shared/long.py: 301 lines, at most 300"),
        (
            {"shared/big.py": DOC + "\n\ndef work():\n" + "    line = 1\n" * 45},
            "shared/big.py:4: work has 46 lines, at most 45",
        ),
        ({"services/door/__main__.py": DOC + "LINE = 1\n" * 20}, "services/door/__main__.py: 21 lines, at most 20"),
        ({"shared/utils.py": DOC}, "shared/utils.py: `utils` says nothing"),
        ({"shared/core/__init__.py": DOC}, "shared/core: `core` says nothing"),
        ({"shared/bare.py": "LINE = 1\n"}, "shared/bare.py: no docstring"),
        ({"shared/__init__.py": DOC, "shared/clock.py": DOC}, "shared: no tests in tests/shared"),
        ({"tests/services/gone/test_clock.py": DOC}, "tests/services/gone: tests services/gone, which does not exist"),
        (
            {"shared/clock.py": '"""See docs/decisions/time.md."""\n'},
            "shared/clock.py: docs/decisions/time.md does not exist",
        ),
        (
            {"docs/manual.md": "See [time](decisions/time.md#now)."},
            "docs/manual.md: decisions/time.md does not exist",
        ),
        ({f"shared/module_{number}.py": DOC for number in range(13)}, "shared: 13 modules, at most 12"),
        ({f"tests/shared/test_{number}.py": DOC for number in range(13)}, "tests/shared: 13 modules, at most 12"),
    ],
)
def test_a_planted_mistake_is_reported(plant: Plant, files: dict[str, str], fact: str) -> None:
    breaches = lines(find_breaches(plant(files)))

    assert [line for line in breaches if line.startswith(f"{fact};")], breaches


def test_a_size_at_its_limit_is_no_breach(plant: Plant) -> None:
    files = {
        "shared/long.py": DOC + "LINE = 1\n" * 299,
        "shared/big.py": DOC + "\n\ndef work():\n" + "    line = 1\n" * 44,
        "services/door/__main__.py": DOC + "LINE = 1\n" * 19,
        "shared/__init__.py": DOC,
        "tests/shared/test_long.py": DOC,
    } | {f"shared/module_{number}.py": DOC for number in range(10)}

    assert lines(find_breaches(plant(files))) == []


def test_a_link_that_leads_somewhere_is_no_breach(plant: Plant) -> None:
    documents = {"docs/manual.md": "[a](../README.md#top) [b](decisions) [c](https://example.org/x.md)", "README.md": "Hello."}

    assert lines(dead_links(plant(documents | {"docs/decisions/time.md": "Time."}))) == []


def test_a_folder_with_one_file_per_rule_may_hold_any_number(plant: Plant) -> None:
    rules = {f"services/nudges/rules/rule_{number}.py": DOC for number in range(13)}
    tests = {f"tests/services/nudges/rules/test_rule_{number}.py": DOC for number in range(13)}

    assert lines(folder_sizes(plant(rules | tests))) == []


def test_files_that_git_ignores_are_not_checked(plant: Plant) -> None:
    files = {".gitignore": "build/\n", "build/utils.py": "LINE = 1\n"}

    assert lines(find_breaches(plant(files))) == []
