"""What the rosters of the past say about a person."""

from services.scoring.domain.definition_files.roster_history import (
    RosterVersion,
    collect_history,
    find_newest_reps,
    is_listed,
    without_person,
)
from services.scoring.domain.roster.roster import Identity
from shared.events import PersonId
from shared.observation import SourceName
from tests.services.scoring.domain.builders import rep, rep_id_of, roster

ANA, BEN, MARA = PersonId("ana"), PersonId("ben"), PersonId("mara")
MANAGED = "teams:\n  - id: north\n    name: Nörth\n    managers: [{id: mara, name: Mara Lind, email: mara@example.com}]\n"


def _rep(name: str, shown_name: str, *, more: str = "") -> str:
    return f"      - {{id: {name}, name: {shown_name}, timezone: Europe/Madrid{more}}}\n"


NEWEST = RosterVersion(version=4, body="# ana is gone\n" + MANAGED)
NEWER = RosterVersion(
    version=3,
    body=MANAGED + "    reps:\n" + _rep("ana", "Ana Ruiz", more=", identities: [{source: acme, user: '7'}]") + _rep("ben", "B"),
)
UNREADABLE = RosterVersion(version=2, body="- no roster\n")
OLDER = RosterVersion(version=1, body=MANAGED + "    reps:\n" + _rep("ana", "Ana Old", more=", email: ana@example.com"))
ROSTERS = [NEWEST, NEWER, UNREADABLE, OLDER]


def test_the_history_of_a_rep_has_every_name_address_and_identity() -> None:
    history = collect_history(ANA, ROSTERS)

    assert [version.version for version in history.versions] == [3, 1]
    assert history.newest_rep is not None
    assert history.newest_rep.name == "Ana Ruiz"
    assert (history.names, history.emails) == (("Ana Ruiz", "Ana Old"), ("ana@example.com",))
    assert history.identities == (Identity(source=SourceName("acme"), user="7"),)


def test_the_history_of_a_manager_names_no_rep() -> None:
    history = collect_history(MARA, ROSTERS)

    assert [version.version for version in history.versions] == [4, 3, 1]
    assert (history.newest_rep, history.names, history.emails) == (None, ("Mara Lind",), ("mara@example.com",))


def test_each_rep_is_found_in_the_newest_roster_that_lists_them() -> None:
    reps = find_newest_reps({rep_id_of("ana"), rep_id_of("nobody")}, ROSTERS[:2] + ROSTERS[3:])

    assert {rep_id: newest.name for rep_id, newest in reps.items()} == {"ana": "Ana Ruiz"}


def test_no_roster_is_read_that_mentions_none_of_the_missing_reps() -> None:
    ana = rep_id_of("ana")

    assert set(find_newest_reps({ana}, ROSTERS)) == {ana}
    assert set(find_newest_reps({ana}, [OLDER, RosterVersion(version=0, body="- ana")])) == {ana}
    assert find_newest_reps(set(), ROSTERS) == {}


def test_reps_and_managers_are_listed() -> None:
    assert is_listed(ANA, roster(rep()))
    assert not is_listed(BEN, roster(rep()))
    assert [version.version for version in collect_history(BEN, ROSTERS).versions] == [3]


def test_a_person_is_taken_out_and_everything_else_stays_as_it_was() -> None:
    written = "teams:\n- id: north\n  name: Nörth\n  managers: []\n"

    assert without_person(NEWEST.body, MARA) == written
    assert without_person(NEWEST.body, ANA) == written.replace(
        "[]", "\n  - id: mara\n    name: Mara Lind\n    email: mara@example.com"
    ).replace("managers: \n", "managers:\n")
    assert "Mara" in without_person(NEWER.body, ANA)
    assert "Ana" not in without_person(NEWER.body, ANA)
