"""Named queries in a `.sql` file beside the module that runs them."""

from pathlib import Path

import pytest

from shared.postgres.queries import Queries, QueryMissing

TWO = """\
Text before the first query belongs to none.

-- name: find_day
-- The day of a rep.
SELECT score FROM day
WHERE rep_id = $1;

-- name: mark_day
-- As closed.
UPDATE day SET closed = true;
"""


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "days.sql"


def test_a_query_is_found_by_its_name(path: Path) -> None:
    path.write_text(TWO)

    queries = Queries(path)

    assert queries["find_day"] == "-- The day of a rep.\nSELECT score FROM day\nWHERE rep_id = $1"
    assert queries["mark_day"] == "-- As closed.\nUPDATE day SET closed = true"


def test_the_queries_are_listed_in_the_order_of_the_file(path: Path) -> None:
    path.write_text(TWO)

    assert list(Queries(path)) == ["find_day", "mark_day"]


def test_a_missing_query_is_named(path: Path) -> None:
    path.write_text(TWO)

    with pytest.raises(QueryMissing, match=r"^find_dya: The \.sql file has no query of this name"):
        Queries(path)["find_dya"]


def test_two_queries_of_one_name_are_refused(path: Path) -> None:
    path.write_text(TWO.replace("mark_day", "find_day"))

    with pytest.raises(AssertionError, match=r"days\.sql gives one name to two queries"):
        Queries(path)


@pytest.mark.parametrize("line", ["-- name: FindDay", "--name: find_day", "  -- name: find_day", "-- name: find day"])
def test_a_line_that_is_not_exactly_a_name_begins_no_query(path: Path, line: str) -> None:
    path.write_text(f"-- name: mark_day\n-- As closed.\nSELECT 1\n{line}\n")

    assert list(Queries(path)) == ["mark_day"]


def test_a_part_is_put_into_every_query_that_has_a_place_for_it(path: Path) -> None:
    path.write_text(TWO.replace("score", "{columns}").replace("closed = true", "({columns}) = ($1, '{}')"))

    queries = Queries(path, columns="score, day")

    assert "SELECT score, day FROM day" in queries["find_day"]
    assert "SET (score, day) = ($1, '{}')" in queries["mark_day"]


def test_a_part_may_itself_be_a_query(path: Path) -> None:
    path.write_text("-- name: find_day\n-- The day.\nSELECT 1;\n\n{generated}")

    queries = Queries(path, generated="-- name: mark_day\n-- As closed.\nSELECT 2;\n")

    assert list(queries) == ["find_day", "mark_day"]


def test_the_queries_of_a_module_stand_beside_it(path: Path) -> None:
    path.write_text(TWO)

    queries = Queries.beside(str(path.with_suffix(".py")), columns="score")

    assert list(queries) == ["find_day", "mark_day"]


def test_a_module_without_a_file_of_queries_fails_when_it_is_imported(path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        Queries.beside(str(path.with_suffix(".py")))
