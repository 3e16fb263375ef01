"""YAML with line numbers, and what is refused of it."""

import pytest

from services.scoring.domain.definition_files.yaml_document import DefinitionRefused, Mistake, read_documents

TOO_LARGE = Mistake(line=1, key="file", problem="nested too deep, or too large once its aliases are expanded")


def _mistakes(text: str) -> tuple[Mistake, ...]:
    with pytest.raises(DefinitionRefused) as refused:
        read_documents(text, file="plan.yaml")
    return refused.value.mistakes


def test_every_path_has_its_line_and_others_have_that_of_their_nearest_parent() -> None:
    first, second = read_documents("# a comment\na:\n  - b: 1\n    c: ~\n  - d\n---\ne: f\n", file="plan.yaml")

    assert (first.content, second.content) == ({"a": [{"b": "1", "c": None}, "d"]}, {"e": "f"})
    lines = {(): 2, ("a",): 2, ("a", 0): 3, ("a", 0, "b"): 3, ("a", 0, "c"): 4, ("a", 1): 5}
    assert first.lines == lines
    assert second.lines == {(): 7, ("e",): 7}
    assert [first.line_of(path) for path in lines] == list(lines.values())
    assert [first.line_of(path) for path in (("a", 0, "x"), ("a", 1, "x", "y"), ("x",))] == [3, 5, 2]


def test_a_key_that_is_written_twice_is_named_with_its_second_line() -> None:
    assert _mistakes("a:\n  b: 1\n  b: 2\n") == (Mistake(line=3, key="a.b", problem="written twice; keep one"),)


@pytest.mark.parametrize(
    ("text", "line", "problem"),
    [
        ("a: 1\nb: [\n", 3, "not YAML (did not find expected node content)"),
        ("a: 1\nb: *c\n", 2, "not YAML (found undefined alias)"),
        ("a: 1\nb: \x00\n", 1, "not YAML (ReaderError)"),
    ],
)
def test_text_that_is_no_yaml_is_refused_with_its_line(text: str, line: int, problem: str) -> None:
    assert _mistakes(text) == (Mistake(line=line, key="file", problem=problem),)


def test_twenty_levels_are_read_and_more_are_refused() -> None:
    (document,) = read_documents("[" * 20 + "x" + "]" * 20, file="plan.yaml")

    assert str(document.content) == "[" * 20 + "'x'" + "]" * 20
    assert _mistakes("[" * 21 + "]" * 21) == (TOO_LARGE,)


def test_aliases_count_as_the_levels_that_they_stand_for() -> None:
    assert _mistakes(f"a: &a {'[' * 15}x{']' * 15}\nb: {'[' * 15}*a{']' * 15}\n") == (TOO_LARGE,)
    assert _mistakes("a: &a [*a]\n") == (TOO_LARGE,)
