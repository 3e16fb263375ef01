"""Roster and playbook files, and the messages about their mistakes."""

import re
import textwrap
from datetime import date, time
from fractions import Fraction

import pytest

from services.scoring.domain.definition_files.playbook_file import read_playbooks
from services.scoring.domain.definition_files.roster_file import read_roster
from services.scoring.domain.definition_files.yaml_document import DefinitionRefused
from services.scoring.domain.playbook.unverified_rules import Bursts, SameContact, UnverifiedRules
from shared.events import TeamId
from shared.languages.current import using_language
from tests.house import ROOT
from tests.services.scoring.domain.builders import rep_id_of

ROSTER = """\
teams:
  - id: north
    name: North
    managers: [{id: mara, name: Mara Lind, email: mara@example.com, timezone: Europe/Stockholm}]
    reps:
      - id: rep-7
        name: Ana Ruiz
        timezone: Europe/Madrid
        country: ES
        subdivision: ES-MD
        workdays: [mon, tue, wed, thu, fri]
        hours: "09:00-17:30"
        from: 2026-01-12
        absences: [{from: 2026-02-15, until: 2026-02-15, part: 0.5}]
        identities: [{source: acme, user: "882761034"}]
"""
PLAYBOOK = """\
team: north
effective_from: 2026-01-12
behaviours:
  - key: conversations
    label: Conversations
    counts: {kinds: [call], min_duration_s: 120}
    target: {mon: 12, fri: 6}
    weight: 35
goals:
  - {key: proposals, label: Proposals, counts: {kinds: [proposal_sent]}, period: month, step: 30}
unverified:
  counts: false
  bursts: {more_than: 5, within_s: 60, kinds: [call]}
  same_contact: {more_than: 3}
"""
BOMB = "a0: &a0 [x]\n" + "".join(f"a{depth}: &a{depth} [{', '.join([f'*a{depth - 1}'] * 10)}]\n" for depth in range(1, 12))


def test_a_roster_is_read() -> None:
    ana = read_roster(ROSTER, file="roster.yaml").reps[rep_id_of("rep-7")]

    (term,) = ana.terms
    assert (term.timezone, term.country, term.subdivision, ana.joined) == ("Europe/Madrid", "ES", "MD", date(2026, 1, 12))
    assert (term.hours, term.workdays) == ((time(9), time(17, 30)), frozenset(range(5)))
    assert ana.absences[0].part == Fraction(1, 2)


CHANGING = (
    ROSTER.replace(
        "        absences",
        """        changes:
          - {from: 2026-03-04, timezone: Pacific/Honolulu, country: US, workdays: [mon, tue]}
          - {from: 2026-06-01, team: south}
        absences""",
    ).replace("managers: [{", "managers: [{until: 2026-05-31, ")
    + "  - {id: south, name: South}\n"
)


def test_a_change_holds_from_its_date_on_and_everything_else_stays() -> None:
    roster = read_roster(CHANGING, file="roster.yaml")
    ana = roster.reps[rep_id_of("rep-7")]

    before, moved, transferred = (ana.on(day) for day in (date(2026, 3, 3), date(2026, 3, 4), date(2026, 7, 1)))
    assert (before.timezone, before.subdivision, before.team) == ("Europe/Madrid", "MD", "north")
    assert (moved.timezone, moved.country, moved.subdivision, moved.team) == ("Pacific/Honolulu", "US", None, "north")
    assert (transferred.timezone, transferred.workdays, transferred.team) == ("Pacific/Honolulu", frozenset({0, 1}), "south")
    assert roster.team_of(ana, date(2026, 7, 1)).name == "South"
    assert [rep.id for rep in roster.reps_of(TeamId("south"))] == ["rep-7"]
    (mara,) = roster.teams[0].managers
    assert (mara.leads_on(date(2026, 5, 31)), mara.leads_on(date(2026, 6, 1))) == (True, False)


@pytest.mark.parametrize(
    ("right", "wrong", "line", "message"),
    [
        ("from: 2026-06-01", "from: 2026-03-04", 6, "changes must be in the order of their dates, one for each date"),
        ("team: south", "team: soth", 16, "changes[1].team: no team soth in this roster; write one of north, south"),
        ("country: US", "country: XX", 15, "changes[0].country: country XX is not known"),
    ],
)
def test_a_mistake_in_a_change_is_named(right: str, wrong: str, line: int, message: str) -> None:
    with pytest.raises(DefinitionRefused) as refused:
        read_roster(CHANGING.replace(right, wrong), file="roster.yaml")

    assert f"roster.yaml:{line}: " in str(refused.value)
    assert message in str(refused.value)


def test_a_playbook_is_read() -> None:
    (plan,) = read_playbooks(PLAYBOOK, file="playbook.yaml")

    assert [int(target) for target in plan.behaviours[0].targets] == [12, 0, 0, 0, 6, 0, 0]
    assert (plan.behaviours[0].cap, plan.goals[0].step) == (Fraction(3, 2), 30)
    assert (plan.goals[0].step_min, plan.goals[0].step_max) == (None, None)
    assert plan.unverified == UnverifiedRules(
        counts=False,
        bursts=Bursts(more_than=5, within_s=60, kinds=frozenset({"call"})),
        same_contact=SameContact(more_than=3),
    )


def test_the_files_shown_in_the_manual_are_read() -> None:
    page = (ROOT / "docs" / "definitions.md").read_text(encoding="utf-8")
    blocks = re.findall(r"(?:^(?: {4}.*)?\n)+", page, flags=re.MULTILINE)
    roster, playbook = (textwrap.dedent(block) for block in blocks if re.match(r"\n* {4}(teams|team):", block))

    assert [team.id for team in read_roster(roster, file="roster.yaml").teams] == ["north", "south"]
    assert [plan.team for plan in read_playbooks(playbook, file="playbook.yaml")] == ["north"]


@pytest.mark.parametrize(
    ("right", "wrong", "line", "message"),
    [
        ("Europe/Madrid\n", "Europe/Madird\n", 8, "teams[0].reps[0].timezone: no such time zone; write an IANA name"),
        ("country: ES", "country: XX", 9, "reps[0].country: country XX is not known; write two letters such as ES"),
        ("ES-MD", "ES-XX", 10, "reps[0].subdivision: subdivision ES-XX is not known in ES"),
        ("[mon, tue, wed, thu, fri]", "[monday]", 11, "workdays: must be a list of mon, tue"),
        ('"09:00-17:30"', '"17:30-09:00"', 12, "hours: must end later than it starts"),
        ('"09:00-17:30"', '"9 to 5"', 12, 'hours: must be written as "09:00-17:30"'),
        ("part: 0.5", "part: 1.5", 14, "absences[0].part: must be at most 1"),
        ("part: 0.5", "part: 0", 14, "absences[0].part: must be more than 0"),
        ("part: 0.5", "part: half", 14, "absences[0].part: must be a number"),
        ("id: rep-7", "id: rep 7", 6, "reps[0].id: must be 1 to 64 letters, digits, dots, hyphens and underscores"),
        ("name: Ana Ruiz", "name: ''", 7, "reps[0].name: must not be empty"),
        ("managers: [{", "managers: [mara, {", 4, "managers[0]: must hold keys with values"),
        ('[{source: acme, user: "882761034"}]', "acme", 15, "identities: must be a list such as [a, b]"),
        (ROSTER, "- north\n", 1, "file: must hold keys with values"),
        ("until: 2026-02-15", "until: 2026-02-14", 14, "`from` is later than `until`; swap them"),
        ("        timezone", "        timezon", 8, "timezon: no such key; did you mean timezone?"),
        ("        name: Ana Ruiz\n", "", 6, "name: is missing; it is required"),
        ("        hours:", "        id: rep-8\n        hours:", 12, "reps[0].id: written twice; keep one"),
        ("from: 2026-01-12", "from: soon", 13, "reps[0].from: must be a date such as 2026-01-12"),
        ("from: 2026-01-12", "from: 2026-02-30", 13, "reps[0].from: must be a date such as 2026-01-12"),
    ],
)
def test_a_mistake_in_a_roster_is_named_with_line_key_and_remedy(right: str, wrong: str, line: int, message: str) -> None:
    assert right in ROSTER

    with pytest.raises(DefinitionRefused) as refused:
        read_roster(ROSTER.replace(right, wrong), file="roster.yaml")

    assert f"roster.yaml:{line}: " in str(refused.value)
    assert message in str(refused.value)


@pytest.mark.parametrize(
    ("right", "wrong", "line", "message"),
    [
        ("weight: 35", "weight: 0", 8, "behaviours[0].weight: must be more than 0"),
        ("    weight: 35", "    weight: 35\n    cap: 0.5", 9, "behaviours[0].cap: must be at least 1"),
        ("kinds: [call]", "kinds: call", 6, "counts.kinds: must be a list such as [a, b]"),
        ("kinds: [call]", "directions: [up]", 6, "counts.directions[0]: must be 'inbound' or 'outbound'"),
        ("{mon: 12, fri: 6}", "{mo: 12}", 7, "behaviours[0].target: a target by weekday uses the keys mon"),
        ("{mon: 12, fri: 6}", "-1", 7, "behaviours[0].target: must not be negative"),
        ("kinds: [call]", "kind: [call]", 6, "counts.kind: no such key; did you mean kinds?"),
        ("min_duration_s: 120", "min_duration_s: -1", 6, "counts.min_duration_s: must be at least 0"),
        ("min_duration_s: 120", "min_duration_s: long", 6, "counts.min_duration_s: must be a number"),
        ("min_duration_s: 120", "min_amount: much", 6, "counts.min_amount: must be a number"),
        ("{kinds: [call], min_duration_s: 120}", "[call]", 6, "counts: must hold keys with values"),
        ("2026-01-12", "2026-13-12", 2, "effective_from: must be a date such as 2026-01-12"),
        ("period: month", "period: year", 10, "goals[0].period: must be 'week', 'month' or 'quarter'"),
        ("step: 30", "step: 2.5", 10, "goals[0].step: must be a whole number"),
        ("step: 30", "step: 30, step_max: 40", 10, "goals[0]: the smallest and the largest step belong together"),
        (
            "step: 30",
            "step: 30, step_min: 31, step_max: 40",
            10,
            "goals[0]: the step must lie between the smallest and the largest one",
        ),
        (
            "step: 30",
            "step: 30, step_min: 10, step_max: 29",
            10,
            "goals[0]: the step must lie between the smallest and the largest one",
        ),
        ("counts: false", "counts: perhaps", 12, "unverified.counts: must be true or false"),
        ("more_than: 5", "more_than: 0", 13, "unverified.bursts.more_than: must be at least 1"),
        ("more_than: 3", "more_tan: 3", 14, "same_contact.more_tan: no such key; did you mean more_than?"),
        ("same_contact", "same_contacts", 14, "unverified.same_contacts: no such key; did you mean same_contact?"),
    ],
)
def test_a_mistake_in_a_playbook_is_named_with_line_key_and_remedy(right: str, wrong: str, line: int, message: str) -> None:
    with pytest.raises(DefinitionRefused) as refused:
        read_playbooks(PLAYBOOK.replace(right, wrong), file="playbook.yaml")

    assert f"playbook.yaml:{line}: " in str(refused.value)
    assert message in str(refused.value)


def test_what_would_be_right_is_listed_in_the_language_of_the_author() -> None:
    with using_language("es"), pytest.raises(DefinitionRefused) as refused:
        read_playbooks(PLAYBOOK.replace("kinds: [call]", "directions: [up]"), file="playbook.yaml")

    assert "debe ser 'inbound' u 'outbound'" in str(refused.value)


@pytest.mark.parametrize(
    ("right", "wrong", "mistake"),
    [
        ("weight: 35", "wieght: 35", (8, "behaviours[0].wieght", "no such key; did you mean weight?")),
        ("label: Con", "lable: Con", (5, "behaviours[0].lable", "no such key; did you mean label?")),
        ("weight: 35", "weight: 35\n    colour: red", (9, "behaviours[0].colour", "no such key; leave it out")),
        ("weight: 35", "weight: heavy", (8, "behaviours[0].weight", "must be a number")),
        ("behaviours:", "behaviour:", (3, "behaviour", "no such key; did you mean behaviours?")),
        ("period: month, ", "perod: month, ", (10, "goals[0].perod", "no such key; did you mean period?")),
    ],
)
def test_a_behaviour_or_goal_with_one_bad_key_has_that_mistake_alone(
    right: str, wrong: str, mistake: tuple[int, str, str]
) -> None:
    with pytest.raises(DefinitionRefused) as refused:
        read_playbooks(PLAYBOOK.replace(right, wrong, 1), file="playbook.yaml")

    assert [(named.line, named.key, named.problem) for named in refused.value.mistakes] == [mistake]


def test_a_misspelt_key_anywhere_in_a_file_is_the_only_mistake_that_is_named() -> None:
    """Its last letter is another. A weekday is no key of its own: the target is named."""
    for text, read in ((ROSTER, read_roster), (PLAYBOOK, read_playbooks)):
        for key in re.finditer(r"([a-z]\w*):", text):
            misspelt = f"{key[1][:-1]}x"
            with pytest.raises(DefinitionRefused) as refused:
                read(f"{text[: key.start()]}{misspelt}{text[key.end() - 1 :]}", file="file.yaml")
            (mistake,) = refused.value.mistakes
            assert mistake.key.endswith((misspelt, "target")), mistake


def test_all_mistakes_are_listed_at_once() -> None:
    text = ROSTER.replace("Europe/Madrid", "Nowhere").replace("part: 0.5", "part: 2")

    with pytest.raises(DefinitionRefused) as refused:
        read_roster(text, file="roster.yaml")

    assert len(refused.value.mistakes) == 2


def test_an_identity_belongs_to_one_rep_only() -> None:
    twin = ROSTER + ROSTER.partition("reps:\n")[2].replace("rep-7", "rep-8")

    with pytest.raises(DefinitionRefused) as refused:
        read_roster(twin, file="roster.yaml")

    assert "already used in line 15; use it once" in str(refused.value)


@pytest.mark.parametrize(
    "text", ["", "teams: [", "a: &a [*a]", "- 1", "\x00", "teams: 7", "[" * 100_000, BOMB], ids=lambda text: repr(text[:12])
)
def test_text_that_is_no_roster_is_refused_and_never_crashes(text: str) -> None:
    with pytest.raises(DefinitionRefused):
        read_roster(text, file="roster.yaml")


def test_two_playbooks_of_one_team_and_date_are_refused() -> None:
    with pytest.raises(DefinitionRefused, match="already has a playbook of this team from this date"):
        read_playbooks(f"{PLAYBOOK}---\n{PLAYBOOK}", file="playbook.yaml")
