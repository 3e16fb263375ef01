"""No migration is edited after it has landed."""

from pathlib import Path

import pytest

from tests.contract.migration_digests import FOLDERS, add_digests, find_problems, read_digests


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "0001_days.sql").write_text("CREATE TABLE day (rep_id text);\n")
    add_digests(tmp_path)
    return tmp_path


@pytest.mark.parametrize("migrations", FOLDERS, ids=lambda folder: folder.parent.name)
def test_every_migration_is_as_it_landed(migrations: Path) -> None:
    assert read_digests(migrations)
    assert find_problems(migrations) == []


def test_a_migration_that_was_edited_is_noticed_and_its_digest_stays(folder: Path) -> None:
    before = read_digests(folder)
    (folder / "0001_days.sql").write_text("CREATE TABLE day (rep_id text, day date);\n")

    assert add_digests(folder) == []
    assert read_digests(folder) == before
    (problem,) = find_problems(folder)
    assert problem.startswith("0001_days.sql has landed and is no longer the same")


def test_a_migration_that_was_removed_is_noticed(folder: Path) -> None:
    (folder / "0001_days.sql").unlink()

    assert len(find_problems(folder)) == 1


def test_the_digest_of_a_new_migration_is_added(folder: Path) -> None:
    before = read_digests(folder)
    (folder / "0002_teams.sql").write_text("CREATE TABLE team (id text);\n")
    (problem,) = find_problems(folder)
    assert problem.startswith("0002_teams.sql has no digest")

    assert add_digests(folder) == ["0002_teams.sql"]
    assert read_digests(folder).items() > before.items()
    assert find_problems(folder) == []
