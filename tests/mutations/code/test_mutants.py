"""Mutants are mistakes that a test should find, and not those that other tools find."""

import pytest

pytest.importorskip("cosmic_ray", reason="`make mutation` installs it")

from tests.mutations.code.mutants import find_mutants


def _changes(text: str) -> set[str]:
    return {mutant.becomes for mutant in find_mutants(text)}


def test_a_boundary_a_number_and_a_condition_are_changed() -> None:
    text = (
        "MISSED_MIN = 2\n\n\n@rule('comeback')\n"
        "def comeback(missed):\n    if missed < MISSED_MIN and not False:\n        return 1\n"
    )

    assert _changes(text) >= {
        "MISSED_MIN = 3",
        "MISSED_MIN = 1",
        "if missed <= MISSED_MIN and not False:",
        "if missed < MISSED_MIN or not False:",
        "if missed < MISSED_MIN and False:",
        "if missed < MISSED_MIN and not True:",
        "if not missed < MISSED_MIN and not False:",
        "return 2",
    }


@pytest.mark.parametrize(
    "text",
    [
        "def work(day: int | None) -> int | None: ...\n",
        "day: int | None\n",
        "@dataclass(frozen=True, kw_only=True)\nclass Day: ...\n",
        "class Day(Struct, frozen=True): ...\n",
        "pairs = zip(left, right, strict=True)\n",
        "@rule(priority=120)\ndef work(): ...\n",
        "def work(*, day): ...\n",
        "work(*days, **more)\n",
    ],
)
def test_code_that_other_tools_check_is_not_mutated(text: str) -> None:
    assert {mutant.becomes for mutant in find_mutants(text) if mutant.operator != "RemoveDecorator"} == set()


@pytest.mark.parametrize("decorator", ["@cache", "@lru_cache", "@lru_cache(maxsize=64)"])
def test_a_cache_is_not_mutated_but_its_function_is(decorator: str) -> None:
    assert _changes(f"{decorator}\ndef work():\n    return 1\n") == {"return 2", "return 0"}


def test_an_operator_has_one_replacement() -> None:
    assert _changes("total = first + second\n") == {"total = first - second"}


def test_a_mutant_names_the_function_and_the_line() -> None:
    (mutant,) = find_mutants("def work(left, right):\n    return left == right\n")

    assert (mutant.function, mutant.line, mutant.was) == ("work", 2, "return left == right")
    assert mutant.text == "def work(left, right):\n    return left != right\n"


def test_an_exception_with_a_dotted_name_is_skipped() -> None:
    assert isinstance(find_mutants("try:\n    work()\nexcept (OSError, days.Gone):\n    stop()\n"), list)
