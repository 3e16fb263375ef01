"""The URLs of one Postgres server for its different roles."""

import pytest

from deploy.local.servers.postgres_urls import add_password, url_of_role


@pytest.mark.parametrize(
    ("admin_url", "role_url"),
    [
        ("postgresql://admin@db:5432/postgres", "postgresql://scoring@db:5432/daymark"),
        ("postgresql://admin:secret@db/postgres?sslmode=require", "postgresql://scoring@db/daymark?sslmode=require"),
        ("postgresql://db", "postgresql://scoring@db/daymark"),
    ],
)
def test_a_role_connects_to_daymarks_database_without_the_administrators_password(admin_url: str, role_url: str) -> None:
    assert url_of_role(admin_url, "scoring") == role_url


@pytest.mark.parametrize(
    ("url", "password", "expected"),
    [
        ("postgresql://admin@db/x", "secret", "postgresql://admin:secret@db/x"),
        ("postgresql://admin:own@db/x", "secret", "postgresql://admin:own@db/x"),
        ("postgresql://db/x", "secret", "postgresql://db/x"),
        ("postgresql://admin@db/x", None, "postgresql://admin@db/x"),
    ],
)
def test_a_password_is_added_to_a_role_that_has_none(url: str, password: str | None, expected: str) -> None:
    assert add_password(url, password) == expected
