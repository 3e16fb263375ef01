"""What was entered into a roster, and another one lacks."""

from services.scoring.domain.definition_files.roster_file import read_roster
from services.scoring.domain.roster.roster import EMPTY_ROSTER, Roster
from services.scoring.domain.roster.roster_entries import find_lost_entries

FILE = "teams:\n  - {id: north, name: North, reps: [{id: ana, name: Ana, timezone: UTC, email: a@example.com}]}\n"


def _roster(text: str) -> Roster:
    return read_roster(text, file="roster")


def test_every_kind_of_entry_that_is_missing_is_named_without_names_and_addresses() -> None:
    entered = _roster(
        FILE.replace("a@example.com", "ana@example.com, identities: [{source: acme, user: '7'}]")
        + "  - {id: south, name: South, managers: [{id: tom, name: Tom, email: t@example.com}]}\n"
    )
    managed = _roster(FILE.replace("name: North", "name: North, managers: [{id: mia, name: Mia, email: m@example.com}]"))
    with_rep = _roster(
        FILE.replace("reps: [", "reps: [{id: ben, name: Ben, timezone: UTC, identities: [{source: a, user: u}]}, ")
    )
    file = _roster(FILE)

    assert find_lost_entries(file, entered, file) == ("acme user 7 of ana", "team south", "the email of ana")
    assert find_lost_entries(file, managed, file) == ("manager mia of north",)
    assert find_lost_entries(file, with_rep, file) == ("rep ben",)
    assert find_lost_entries(EMPTY_ROSTER, file, EMPTY_ROSTER) == ("rep ana", "team north")


def test_what_the_other_roster_has_too_is_not_lost_and_neither_is_what_no_one_entered() -> None:
    file, entered = _roster(FILE), _roster(FILE.replace("timezone: UTC", "timezone: UTC, identities: [{source: a, user: u}]"))

    assert find_lost_entries(file, entered, entered) == ()
    assert find_lost_entries(file, file, EMPTY_ROSTER) == ()


def test_absences_last_days_and_calendars_that_differ_are_named_key_by_key() -> None:
    entered = _roster(
        FILE.replace(
            "timezone: UTC",
            "timezone: UTC, until: 2026-06-30, absences: [{from: 2026-03-02, until: 2026-03-03}], hours: '08:00-16:00',"
            " changes: [{from: 2026-05-04, country: US, subdivision: HI}]",
        )
    )
    file = _roster(FILE)

    assert find_lost_entries(file, entered, file) == (
        "the absence of ana from 2026-03-02 until 2026-03-03",
        "the country of ana from 2026-05-04",
        "the last day of ana",
        "the part of the country of ana from 2026-05-04",
        "the working hours of ana",
    )


def test_what_was_removed_and_is_there_again_is_named() -> None:
    absent = _roster(FILE.replace("timezone: UTC", "timezone: UTC, absences: [{from: 2026-03-02, until: 2026-03-03}]"))
    leaving = _roster(FILE.replace("timezone: UTC", "timezone: UTC, until: 2026-06-30"))
    file = _roster(FILE)

    assert find_lost_entries(absent, file, absent) == ("that ana is not away from 2026-03-02 until 2026-03-03",)
    assert find_lost_entries(absent, file, file) == ()
    assert find_lost_entries(leaving, file, leaving) == ("the last day of ana",)
