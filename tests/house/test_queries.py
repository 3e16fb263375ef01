"""Each `.sql` file and its module fit together."""

import pytest

from tests.house.checks.queries import queries_in, queries_outside_their_module, sql_files
from tests.house.conftest import Plant, lines

SQL = "-- name: find_day\n-- The newest report of a day.\nSELECT 1;\n"
CODE = '_QUERIES: Final = Queries.beside(__file__)\n\n\nasync def find_day():\n    return _QUERIES["find_day"]\n'


def test_a_file_beside_its_module_with_a_sentence_and_a_use_for_each_query_is_no_breach(plant: Plant) -> None:
    repository = plant({"services/days/days.sql": SQL, "services/days/days.py": CODE})

    assert [*lines(sql_files(repository)), *lines(queries_outside_their_module(repository))] == []


@pytest.mark.parametrize(
    ("sql", "code", "fact"),
    [
        (SQL, None, "services/days/days.sql: no days.py beside it reads it"),
        (SQL, "QUERIES = Queries(PATH)\n", "services/days/days.sql: no days.py beside it reads it"),
        (SQL.replace("-- The newest report of a day.\n", ""), CODE, "services/days/days.sql:1: find_day has no sentence"),
        (SQL.replace("The newest report of a day.", "newest"), CODE, "services/days/days.sql:1: find_day has no sentence"),
        (SQL + SQL, CODE, "services/days/days.sql:4: two queries are named find_day"),
        (SQL + SQL.replace("find", "list"), CODE, "services/days/days.sql:4: list_day is used nowhere in days.py"),
        (SQL, CODE.replace('["find_day"]', '["find_days"]'), "services/days/days.py:5: days.sql has no query find_days"),
    ],
)
def test_a_planted_mistake_is_reported(plant: Plant, sql: str, code: str | None, fact: str) -> None:
    files = {"services/days/days.sql": sql} | ({"services/days/days.py": code} if code is not None else {})

    breaches = lines(sql_files(plant(files)))

    assert [line for line in breaches if line.startswith(f"{fact};")], breaches


@pytest.mark.parametrize(
    ("code", "fact"),
    [
        ('rows = days._QUERIES["find_day"]', "days._QUERIES['find_day'] outside the module of the .sql file"),
        ('rows = QUERIES["find_day"]', "QUERIES['find_day'] outside the module of the .sql file"),
        ("from services.days.days import _QUERIES", "import of services.days.days's queries outside the module"),
    ],
)
def test_using_the_queries_of_another_module_is_a_breach(plant: Plant, code: str, fact: str) -> None:
    files = {"services/days/days.sql": SQL, "services/days/days.py": CODE, "services/days/other.py": code}

    breaches = lines(queries_outside_their_module(plant(files)))

    assert len(breaches) == 1
    assert breaches[0].startswith(f"services/days/other.py:1: {fact}")


def test_a_computed_key_comes_from_a_string_in_the_module(plant: Plant) -> None:
    code = '_QUERIES = Queries.beside(__file__)\nfor name in ("find_day",):\n    run(_QUERIES[name])\n'

    assert lines(sql_files(plant({"services/days/days.sql": SQL, "services/days/days.py": code}))) == []


def test_migrations_are_not_checked(plant: Plant) -> None:
    assert lines(sql_files(plant({"services/days/migrations/0001_days.sql": "CREATE TABLE day ();"}))) == []


def test_the_comment_of_a_query_is_the_block_below_its_name() -> None:
    sql = "-- name: find_day\n-- The newest report\n-- of a day.\nSELECT 1 -- not this\n;\n\n-- name: add_day\nINSERT 1;\n"

    queries = queries_in(sql)

    assert [(query.name, query.line, query.comment) for query in queries] == [
        ("find_day", 1, "The newest report of a day."),
        ("add_day", 7, ""),
    ]
