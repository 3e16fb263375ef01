"""A repository with one `.sql` file."""

from typing import Final

import pytest

from tests.house.conftest import Plant, plant
from tests.house.repository import Repository
from tests.mutations.sql.mutations import SqlMutation

__all__ = ["plant"]

FILE: Final = "services/days/days.sql"
SQL: Final = """\
-- name: list_days
-- The worked days before a day, newest first.
SELECT day FROM day WHERE rep_id = $1 AND day < $2 ORDER BY day DESC LIMIT 3;

-- name: find_day
-- One day < another.
SELECT day FROM day WHERE rep_id = $1 AND day = $2;
"""


@pytest.fixture
def days(plant: Plant) -> Repository:
    return plant({FILE: SQL})


def row(
    *, query: str = "list_days", old: str = "<", new: str = "<=", nth: int = 1, tests: tuple[str, ...] = ("tests/test_days.py",)
) -> SqlMutation:
    return SqlMutation(file=FILE, query=query, kind="boundary moved", old=old, new=new, nth=nth, tests=tests)
