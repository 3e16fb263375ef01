"""Each `.sql` file and its module fit together."""

import pytest

from tests.house.checks.queries import queries_in, queries_outside_their_module, sql_files, unused_queries_exemptions
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
        (SQL.replace("The newest report of a day.", "Blah b."), CODE, "services/days/days.sql:1: find_day has no sentence"),
        (SQL.replace("of a day.", "of a day"), CODE, "services/days/days.sql:1: find_day has no sentence"),
        (SQL.replace("The newest", "the newest"), CODE, "services/days/days.sql:1: find_day has no sentence"),
        (SQL.replace("-- name:", "--name:"), CODE, "services/days/days.sql:1: `--name: find_day` begins no query"),
        (SQL.replace("name:", "name"), CODE, "services/days/days.sql:1: `-- name find_day` begins no query"),
        (SQL.replace("day\n", "Day\n", 1), CODE, "services/days/days.sql:1: `-- name: find_Day` begins no query"),
        (SQL.replace("day\n", "day -- x\n", 1), CODE, "services/days/days.sql:1: `-- name: find_day -- x` begins no query"),
        (SQL, CODE.replace("__file__", "__file__.replace('a', 'b')"), "services/days/days.sql: no days.py beside it reads it"),
        (SQL, CODE.replace("Queries.", "Files."), "services/days/days.sql: no days.py beside it reads it"),
        (SQL + SQL, CODE, "services/days/days.sql:4: two queries are named find_day"),
        (SQL + SQL.replace("find", "list"), CODE, "services/days/days.sql:4: list_day is used nowhere in days.py"),
        (SQL, CODE.replace('["find_day"]', '["find_days"]'), "services/days/days.py:5: days.sql has no query find_days"),
    ],
)
def test_a_planted_mistake_is_reported(plant: Plant, sql: str, code: str | None, fact: str) -> None:
    files = {"services/days/days.sql": sql} | ({"services/days/days.py": code} if code is not None else {})

    breaches = lines(sql_files(plant(files)))

    assert [line for line in breaches if line.startswith(f"{fact};")], breaches


FOREIGN = [
    ('rows = days._QUERIES["find_day"]', "days._QUERIES"),
    ("from services.days.days import _QUERIES", "import of services.days.days's queries"),
    ("from services.days.days import _QUERIES as DAY_QUERIES", "import of services.days.days's queries"),
    ("from ..days import _QUERIES as DAY_QUERIES", "import of days's queries"),
    ('rows = getattr(days, "_QUERIES")', "'_QUERIES'"),
    ("QUERIES = Queries.beside(days.__file__)", "Queries.beside(days.__file__)"),
    ("FOUND = Queries.beside('services/days/days.py')", "Queries.beside('services/days/days.py')"),
    ("FOUND = queries.Queries(Path('services/days/days.sql'))", "queries.Queries(Path('services/days/days.sql'))"),
    ("from shared.postgres.queries import Queries as Texts", "`Queries` under another name"),
]


@pytest.mark.parametrize(("code", "fact"), FOREIGN)
@pytest.mark.parametrize("path", ["services/days/other.py", "tests/services/days/test_days.py", "bench/days.py"])
def test_using_the_queries_of_another_module_is_a_breach(plant: Plant, path: str, code: str, fact: str) -> None:
    breaches = lines(
        queries_outside_their_module(plant({"services/days/days.sql": SQL, "services/days/days.py": CODE, path: code}))
    )

    assert len(breaches) == 1
    assert breaches[0].startswith(f"{path}:1: {fact} outside the module of the .sql file")


@pytest.mark.parametrize(("code", "fact"), FOREIGN)
def test_a_module_with_queries_of_its_own_may_not_use_those_of_another(plant: Plant, code: str, fact: str) -> None:
    files = {"services/days/days.sql": SQL, "services/days/days.py": CODE, "services/days/reps.sql": SQL}

    breaches = lines(queries_outside_their_module(plant(files | {"services/days/reps.py": CODE + code})))

    assert len(breaches) == 1
    assert breaches[0].startswith(f"services/days/reps.py:6: {fact} outside the module of the .sql file")


def test_queries_without_a_file_are_a_breach(plant: Plant) -> None:
    repository = plant({"services/days/other.py": CODE})

    assert [line.partition(" outside")[0] for line in lines(queries_outside_their_module(repository))] == [
        "services/days/other.py:1: Queries.beside(__file__)",
        "services/days/other.py:5: _QUERIES['find_day']",
    ]


def test_a_test_that_prepares_all_queries_is_exempt_as_long_as_it_needs_to_be(plant: Plant) -> None:
    needed = plant({"tests/services/nudges/test_queries.py": "queries = Queries(path)\n"})
    assert [*lines(queries_outside_their_module(needed)), *lines(unused_queries_exemptions(needed))] == []

    unneeded = plant({"tests/services/nudges/test_queries.py": "queries = []\n"})
    assert len(lines(unused_queries_exemptions(unneeded))) == 1


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
