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


@pytest.mark.parametrize(
    "sql",
    [
        "SELECT score FROM day one WHERE true;",
        "SELECT score FROM scoring.day one;",
        "SELECT score FROM day, rep one;",
        "SELECT score FROM day JOIN rep one USING (id);",
        "SELECT score FROM (SELECT 1) one;",
        "SELECT score FROM unnest($1::text[]) one;",
        'SELECT score FROM "day" one;',
        "UPDATE day one SET score = 1;",
        "DELETE FROM day one;",
        'SELECT score AS "one" FROM day;',
        'SELECT score FROM day "one";',
        "SELECT count(*) one FROM day;",
        "SELECT score one FROM day;",
        "WITH one AS (SELECT 1) SELECT 2;",
        "WITH day AS (SELECT 1), one AS MATERIALIZED (SELECT 2) SELECT 3;",
        "WITH RECURSIVE one (id) AS (SELECT 1) SELECT 2;",
        "SELECT 1 FROM unnest($1::text[], $2::text[]) AS day (id, one);",
        "SELECT 1 FROM json_to_record($1) AS day(one int);",
    ],
)
def test_a_pronoun_is_found_wherever_sql_defines_an_alias(plant: Plant, sql: str) -> None:
    breaches = lines(value_names_in_sql(plant({"services/nudges/days.sql": f"{sql}\n"})))

    assert len(breaches) == 1
    assert breaches[0].startswith("services/nudges/days.sql:1: `one` does not say what it is")


@pytest.mark.parametrize(
    "sql",
    [
        "SELECT d.score FROM day AS d JOIN rep r ON r.id = d.rep WHERE d.score > 1;",
        "SELECT CASE WHEN score > 1 THEN 'one' END FROM day WHERE true;",
        "SELECT count(*) FILTER (WHERE true) FROM day GROUP BY rep;",
        "SELECT one FROM day WHERE one > 1 ORDER BY one;",
        "-- One goes, that one.\nSELECT 1;",
    ],
)
def test_a_table_may_have_one_letter_as_an_alias(plant: Plant, sql: str) -> None:
    assert lines(value_names_in_sql(plant({"services/nudges/days.sql": f"{sql}\n"}))) == []
