"""What a roster file may leave out, and what it may not repeat."""

from datetime import date, time
from fractions import Fraction

import pytest

from services.scoring.domain.definition_files.roster_file import read_roster
from services.scoring.domain.definition_files.yaml_document import DefinitionRefused, Mistake
from services.scoring.domain.roster.roster import Rep, Roster
from tests.services.scoring.domain.builders import rep_id_of

TEAM = "teams:\n  - id: north\n    name: N\n    reps:\n"
ANA = "      - {id: ana, name: A, timezone: Europe/Madrid}\n"
SHORTEST = TEAM + ANA


def _read(text: str) -> Roster:
    return read_roster(text, file="roster.yaml")


def _ana(keys: str = "") -> Rep:
    return _read(TEAM + ANA.replace("}", f", {keys}}}")).reps[rep_id_of("ana")]


def _mistakes(text: str) -> tuple[Mistake, ...]:
    with pytest.raises(DefinitionRefused) as refused:
        _read(text)
    return refused.value.mistakes


def test_what_is_left_out_has_a_usual_value() -> None:
    ana = _ana("absences: [{from: 2026-03-02, until: 2026-03-02}]")

    (term,) = ana.terms
    assert (term.workdays, term.hours) == (frozenset(range(5)), (time(9), time(17, 30)))
    assert (term.country, term.subdivision, ana.joined, ana.left) == (None, None, None, None)
    assert [absence.part for absence in ana.absences] == [Fraction(1)]


@pytest.mark.parametrize(("key", "is_allowed"), [("", False), ("    thanks_from_colleagues: true\n", True)])
def test_colleagues_thank_each_other_only_where_the_team_says_so(key: str, is_allowed: bool) -> None:
    (team,) = _read(SHORTEST.replace("    reps:\n", f"{key}    reps:\n")).teams

    assert team.thanks_from_colleagues is is_allowed


def test_that_colleagues_thank_each_other_is_true_or_false() -> None:
    text = SHORTEST.replace("    reps:\n", "    thanks_from_colleagues: sometimes\n    reps:\n")

    assert _mistakes(text) == (Mistake(line=4, key="teams[0].thanks_from_colleagues", problem="must be true or false"),)


def test_every_day_can_be_a_workday() -> None:
    (term,) = _ana("workdays: [mon, tue, wed, thu, fri, sat, sun]").terms

    assert term.workdays == frozenset(range(7))


@pytest.mark.parametrize(
    ("keys", "joined", "left"),
    [
        ("from: 2026-03-02", date(2026, 3, 2), None),
        ("until: 2026-03-02", None, date(2026, 3, 2)),
        ("from: 2026-03-02, until: 2026-03-02", date(2026, 3, 2), date(2026, 3, 2)),
        ("from: 2026-03-02, until: 2026-03-03", date(2026, 3, 2), date(2026, 3, 3)),
    ],
)
def test_a_rep_may_join_and_leave(keys: str, joined: date | None, left: date | None) -> None:
    ana = _ana(keys)

    assert (ana.joined, ana.left) == (joined, left)


def test_a_change_keeps_what_it_does_not_mention() -> None:
    changes = (
        "{from: 2026-02-01, subdivision: ES-CT}, {from: 2026-03-01, hours: 08:00-16:00}, {from: 2026-04-01, workdays: [mon]}"
    )

    terms = _ana(f"country: ES, subdivision: ES-MD, changes: [{changes}]").terms

    assert [(term.country, term.subdivision) for term in terms] == [("ES", "MD"), ("ES", "CT"), ("ES", "CT"), ("ES", "CT")]
    assert [term.hours[0].hour for term in terms] == [9, 9, 8, 8]
    assert [len(term.workdays) for term in terms] == [5, 5, 5, 1]


@pytest.mark.parametrize(
    ("keys", "problem"),
    [
        ("from: 2026-03-02, until: 2026-03-01", "`from` is later than `until`; swap them"),
        ("workdays: mon", "must be a list of mon, tue, wed, thu, fri, sat, sun"),
        ("hours: 09:00-09:00", "must end later than it starts, on the same day"),
        ("subdivision: ES-MD", "subdivision ES-MD is not known in no country; write one such as ES-MD"),
        ("entirely_new: 1", "no such key; leave it out"),
        (f"email: a, name: {'x' * 201}", "written twice; keep one"),
    ],
)
def test_a_mistake_about_a_rep_is_explained(keys: str, problem: str) -> None:
    (mistake,) = _mistakes(TEAM + ANA.replace("}", f", {keys}}}"))

    assert mistake.problem == problem


def test_a_name_has_up_to_200_characters() -> None:
    (team,) = _read(SHORTEST.replace("name: N", f"name: {'x' * 200}")).teams
    (mistake,) = _mistakes(SHORTEST.replace("name: N", f"name: {'x' * 201}"))

    assert len(team.name) == 200
    assert (mistake.key, mistake.problem) == ("teams[0].name", "must be at most 200 characters")


@pytest.mark.parametrize(
    ("text", "line", "key", "problem"),
    [
        (f"{SHORTEST}{ANA}", 6, "teams[0].reps[1].id", "already used in line 5; use it once"),
        (f"{SHORTEST}  - id: north\n    name: N\n", 6, "teams[1].id", "already used in line 2; use it once"),
        (f"{SHORTEST}---\n{SHORTEST}", 1, "file", "holds 2 documents; a roster is one"),
        ("", 1, "file", "holds 0 documents; a roster is one"),
    ],
)
def test_nothing_occurs_twice(text: str, line: int, key: str, problem: str) -> None:
    assert _mistakes(text) == (Mistake(line=line, key=key, problem=problem),)
