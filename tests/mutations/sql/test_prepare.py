"""Mutations that are not valid SQL are found."""

from tests.backends import Servers
from tests.house.repository import Repository
from tests.mutations.sql.mutations import SqlMutation
from tests.mutations.sql.prepare import invalid_mutations


def _mutation(old: str, new: str) -> SqlMutation:
    return SqlMutation(file="shared/postgres/outbox.sql", query="claim_events", kind="planted", old=old, new=new)


async def test_a_mutation_that_is_not_valid_sql_is_found(servers: Servers) -> None:
    valid = _mutation(" SKIP LOCKED", "")
    invalid = [_mutation("ORDER BY id", "ORDER id"), _mutation("FROM outbox", "FROM nowhere")]

    assert await invalid_mutations(Repository(), [valid, *invalid], servers=servers) == invalid
