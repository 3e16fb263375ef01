"""Values that are named by a pronoun or a single letter are found in every kind of definition."""

import pytest

from tests.house.checks.value_names import value_names_in_python, value_names_in_sql
from tests.house.conftest import Plant, lines


@pytest.mark.parametrize(
    ("code", "name"),
    [
        ("one = 1", "one"),
        ("def work(given): ...", "given"),
        ("def work(*, how): ...", "how"),
        ("def work(*times): ...", "times"),
        ("def work(**what): ...", "what"),
        ("rows = [some for some in table]", "some"),
        ("key = lambda found: found", "found"),
        ("if (said := find()): ...", "said"),
        ("for who in reps: ...", "who"),
        ("with open() as it: ...", "it"),
        ("class Day:\n    times: int", "times"),
        ("class Day:\n    def __init__(self):\n        self._found = 1", "_found"),
        ("try: ...\nexcept OSError as why: ...", "why"),
        ("match day:\n    case [then]: ...", "then"),
        ("_news = 1", "_news"),
        ("when_ = 1", "when_"),
    ],
)
def test_a_pronoun_as_a_name_is_a_breach(plant: Plant, code: str, name: str) -> None:
    breaches = lines(value_names_in_python(plant({"shared/module.py": code})))

    assert len(breaches) == 1
    assert f"`{name}` does not say what it is; name it for what it holds" in breaches[0]


@pytest.mark.parametrize(
    "code", ["n = 1", "rows = {k: v for k, _ in table}", "key = lambda i: i", "x = 1", "def work(_n): ..."]
)
def test_a_single_letter_as_a_name_is_a_breach(plant: Plant, code: str) -> None:
    breaches = lines(value_names_in_python(plant({"shared/module.py": code})))

    assert len(breaches) == 1
    assert "is one letter" in breaches[0]


@pytest.mark.parametrize(
    "code",
    [
        "for _ in rows: ...",
        "T = TypeVar('T')",
        "_T = TypeVar('_T', bound=int)",
        "P = ParamSpec('P')",
        "when = 1",
        "__slots__ = ()",
        "other = that.one.it",
        "call(times=1, one=2)",
        "def found(): ...",
    ],
)
def test_other_names_and_uses_of_names_are_no_breaches(plant: Plant, code: str) -> None:
    assert lines(value_names_in_python(plant({"shared/module.py": code}))) == []


@pytest.mark.parametrize("folder", ["services/nudges/domain/drop", "tests/services/nudges/domain/effects", "bench"])
def test_x_and_y_are_allowed_in_mathematical_code(plant: Plant, folder: str) -> None:
    breaches = lines(value_names_in_python(plant({f"{folder}/sums.py": "x = y = 1\nz = 2\n"})))

    assert len(breaches) == 1
    assert "`z` is one letter" in breaches[0]


def test_a_pronoun_as_an_alias_in_sql_is_a_breach(plant: Plant) -> None:
    sql = "-- AS one goes\nSELECT 'AS some' FROM unnest($1::text[]) AS one (id) JOIN day AS report USING (id);\n"

    breaches = lines(value_names_in_sql(plant({"services/nudges/days.sql": sql})))

    assert len(breaches) == 1
    assert "services/nudges/days.sql:2: `one`" in breaches[0]
