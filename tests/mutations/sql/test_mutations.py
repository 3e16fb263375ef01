"""A row of the table is planted in its query alone, and comes back from the file as it was written."""

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
def test_a_row_that_no_longer_fits_its_query_says_so(stale: SqlMutation) -> None:
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
def test_a_row_is_read_as_it_was_written(mutation: SqlMutation) -> None:
    assert read_table(write_row(mutation)) == (mutation,)


def test_the_title_names_file_query_and_change_on_one_line() -> None:
    assert row(old="a\n  b", new="c").title == f"{FILE} list_days: boundary moved: `a b` -> `c`"
