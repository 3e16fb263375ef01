"""Listed survivors have a reason, and entries that are no longer needed are breaches."""

from tests.house.conftest import Plant, lines
from tests.house.repository import Repository
from tests.mutations.code.conftest import LIMIT, LIMIT_PATH, mutant_of
from tests.mutations.code.equivalents import FILE, lost_lines, read_equivalents, unneeded_equivalents

LISTED = """
[[equivalent]]
module = "services/plan/domain/limit.py"
function = "is_enough"
was = "return count >= 3"
becomes = "return count > 3"
because = "an example"
"""


def test_an_entry_that_survives_is_no_breach() -> None:
    survivor = (LIMIT_PATH, mutant_of(">= 3", "> 3"))

    breaches = unneeded_equivalents(read_equivalents(LISTED), mutants=[survivor], survivors=[survivor])

    assert lines(breaches) == []


def test_an_entry_that_is_killed_is_a_breach() -> None:
    mutant = (LIMIT_PATH, mutant_of(">= 3", "> 3"))

    breaches = lines(unneeded_equivalents(read_equivalents(LISTED), mutants=[mutant], survivors=[]))

    assert breaches == [
        "services/plan/domain/limit.py: the listed survivor `return count > 3` is killed; take it out of equivalents.toml"
    ]


def test_an_entry_whose_mutant_no_longer_exists_is_a_breach() -> None:
    other = (LIMIT_PATH, mutant_of(">= 3", ">= 4"))

    breaches = lines(unneeded_equivalents(read_equivalents(LISTED), mutants=[other], survivors=[other]))

    assert len(breaches) == 1
    assert "no longer exists" in breaches[0]


def test_an_entry_of_a_module_that_was_not_run_is_not_checked() -> None:
    assert lines(unneeded_equivalents(read_equivalents(LISTED), mutants=[], survivors=[])) == []


def test_an_entry_whose_line_is_gone_is_found_without_a_run(plant: Plant) -> None:
    entries = read_equivalents(LISTED)

    assert lines(lost_lines(entries, plant({str(LIMIT_PATH): LIMIT}))) == []
    assert len(lines(lost_lines(entries, plant({str(LIMIT_PATH): LIMIT.replace(">=", ">")})))) == 1


def test_every_listed_survivor_of_this_repository_has_its_line_and_its_reason() -> None:
    entries = read_equivalents(FILE.read_text(encoding="utf-8"))

    assert lines(lost_lines(entries, Repository())) == []
    assert all(entry.because for entry in entries)
