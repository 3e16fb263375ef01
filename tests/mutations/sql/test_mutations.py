"""A mutation changes only its query, and rows of the table can be written and read."""

import pytest

from tests.mutations.sql.conftest import FILE, SQL, row
from tests.mutations.sql.mutations import MutationStale, SqlMutation, plant, query_text, read_table, write_row


def test_a_mutation_changes_its_query_and_no_other() -> None:
    planted = plant(SQL, row(old="rep_id = $1", new="true"))

    assert query_text(planted, "list_days") == query_text(SQL, "list_days").replace("rep_id = $1", "true")
    assert query_text(planted, "find_day") == query_text(SQL, "find_day")


def test_the_nth_occurrence_is_replaced() -> None:
    planted = plant(SQL, row(query="find_day", old="day", new="date", nth=4))

    assert "-- One day < another.\nSELECT day FROM date WHERE rep_id = $1 AND day = $2;" in planted


@pytest.mark.parametrize("stale", [row(query="gone"), row(old="day > $2"), row(nth=2)])
def test_a_mutation_whose_text_is_not_in_the_query_is_refused(stale: SqlMutation) -> None:
    with pytest.raises(MutationStale):
        plant(SQL, stale)


@pytest.mark.parametrize(
    "mutation",
    [
        row(),
        row(nth=3, tests=()),
        row(old="\n    ORDER BY day\n  LIMIT 3", new=""),
        row(old='"quoted" \\ text', new="'ok'"),
        row(old='a """ b\nc', new="d"),
    ],
)
def test_a_row_can_be_written_and_read(mutation: SqlMutation) -> None:
    assert read_table(write_row(mutation)) == (mutation,)


def test_the_title_names_file_query_and_change_on_one_line() -> None:
    assert row(old="a\n  b", new="c").title == f"{FILE} list_days: boundary moved: `a b` -> `c`"
