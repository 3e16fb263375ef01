"""The limits of what a playbook file may hold, and what its keys are when left out."""

from fractions import Fraction

import pytest

from services.scoring.domain.definition_files.playbook_file import read_playbooks, refuse_unknown_teams
from services.scoring.domain.definition_files.yaml_document import DefinitionRefused, Mistake
from services.scoring.domain.playbook.playbook import Playbook
from services.scoring.domain.playbook.unverified_rules import Bursts, Overlaps, SameContact, UnverifiedRules
from shared.events import TeamId

BEHAVIOUR = "{key: calls, label: C, counts: {directions: [inbound]}, target: 5, weight: 1, cap: 1}"
GOAL = "{key: month, label: G, counts: {}, period: month, step: 1}"
PLAN = f"team: north\neffective_from: 2026-01-12\nbehaviours: [{BEHAVIOUR}]\ngoals: [{GOAL}]\n"
LATER = PLAN.replace("01-12", "02-12")


def _read(text: str) -> Playbook:
    (plan,) = read_playbooks(text, file="plan.yaml")
    return plan


def _mistakes(text: str) -> tuple[Mistake, ...]:
    with pytest.raises(DefinitionRefused) as refused:
        read_playbooks(text, file="plan.yaml")
    return refused.value.mistakes


def test_the_smallest_numbers_are_read() -> None:
    plan = _read(PLAN)
    (calls,), (month,) = plan.behaviours, plan.goals

    assert (calls.targets, calls.weight, calls.cap) == ((Fraction(5),) * 7, Fraction(1), Fraction(1))
    assert (month.step, month.step_min, month.step_max) == (1, None, None)


@pytest.mark.parametrize("bounds", [(1, 1), (1, 2)])
def test_the_step_may_be_one_of_its_bounds(bounds: tuple[int, int]) -> None:
    plan = _read(PLAN.replace("step: 1", f"step: 1, step_min: {bounds[0]}, step_max: {bounds[1]}"))
    largest = _read(PLAN.replace("step: 1", "step: 2, step_min: 1, step_max: 2"))

    assert (plan.goals[0].step_min, plan.goals[0].step_max) == bounds
    assert largest.goals[0].step == 2


@pytest.mark.parametrize(
    ("right", "wrong", "key", "problem"),
    [
        ("step: 1", "step: 0", "goals[0].step", "must be more than 0"),
        ("step: 1", "step: 1, step_min: 0, step_max: 2", "goals[0].step_min", "must be more than 0"),
        (
            "step: 1",
            "step: 1, step_min: 1",
            "goals[0]",
            "the smallest and the largest step belong together; write both or neither",
        ),
        (f"[{BEHAVIOUR}]", "[]", "behaviours", "must hold at least 1"),
        ("target: 5", "target: many", "behaviours[0].target", "must be a number, or a number by weekday"),
        ("target: 5", "target: Infinity", "behaviours[0].target", "must not be negative"),
    ],
)
def test_a_number_beyond_a_limit_is_refused(right: str, wrong: str, key: str, problem: str) -> None:
    (mistake,) = _mistakes(PLAN.replace(right, wrong))

    assert (mistake.key, mistake.problem) == (key, problem)


def test_a_target_may_name_every_weekday() -> None:
    by_day = "{mon: 1, tue: 2, wed: 3, thu: 4, fri: 5, sat: 6, sun: 0.5}"

    (calls,) = _read(PLAN.replace("target: 5", f"target: {by_day}")).behaviours

    assert calls.targets == (*map(Fraction, range(1, 7)), Fraction(1, 2))


@pytest.mark.parametrize(
    ("section", "rules"),
    [
        ("{}", UnverifiedRules(counts=True)),
        ("{overlaps: {}}", UnverifiedRules(counts=True, overlaps=Overlaps(more_than_s=0))),
        ("{overlaps: {more_than_s: 86400}}", UnverifiedRules(counts=True, overlaps=Overlaps(more_than_s=86_400))),
        ("{bursts: {more_than: 1, within_s: 0}}", UnverifiedRules(counts=True, bursts=Bursts(more_than=1, within_s=0))),
        ("{same_contact: {more_than: 1000}}", UnverifiedRules(counts=True, same_contact=SameContact(more_than=1_000))),
    ],
)
def test_rules_for_unverified_activities_are_read_up_to_their_limits(section: str, rules: UnverifiedRules) -> None:
    assert _read(f"{PLAN}unverified: {section}\n").unverified == rules


@pytest.mark.parametrize(
    ("rule", "problem"),
    [
        ("overlaps: {more_than_s: -1}", "must be at least 0"),
        ("overlaps: {more_than_s: 86401}", "must be at most 86400"),
        ("same_contact: {more_than: 0}", "must be at least 1"),
        ("same_contact: {more_than: 1001}", "must be at most 1000"),
    ],
)
def test_rules_for_unverified_activities_beyond_their_limits_are_refused(rule: str, problem: str) -> None:
    (mistake,) = _mistakes(f"{PLAN}unverified: {{{rule}}}\n")

    assert mistake.problem == problem


def test_a_file_holds_one_playbook_per_document() -> None:
    assert len(read_playbooks(f"{PLAN}---\n{LATER}", file="plan.yaml")) == 2
    assert _mistakes("") == (Mistake(line=1, key="file", problem="holds no playbook; write one document per team and date"),)


def test_the_mistakes_of_all_documents_are_listed() -> None:
    mistakes = _mistakes("---\n".join(plan.replace("weight: 1", "weight: 0") for plan in (PLAN, LATER)))

    assert [(mistake.line, mistake.key) for mistake in mistakes] == [
        (3, "behaviours[0].weight"),
        (8, "behaviours[0].weight"),
    ]


def test_a_behaviour_has_a_key_of_its_own() -> None:
    (mistake,) = _mistakes(PLAN.replace(BEHAVIOUR, f"{BEHAVIOUR}, {BEHAVIOUR}"))

    assert (mistake.key, mistake.problem) == ("behaviours[1].key", "already used in line 3; use it once")


def _mistakes_of_teams(text: str, *teams: str) -> tuple[Mistake, ...]:
    with pytest.raises(DefinitionRefused) as refused:
        refuse_unknown_teams(text, read_playbooks(text, file="plan.yaml"), set(map(TeamId, teams)), file="plan.yaml")
    return refused.value.mistakes


@pytest.mark.parametrize(
    ("teams", "advice"), [(("norht", "zz"), "did you mean norht?"), (("zz",), "add the team to the roster first")]
)
def test_a_playbook_of_a_team_that_the_roster_lacks_is_refused_where_the_team_stands(
    teams: tuple[str, ...], advice: str
) -> None:
    both = f"{PLAN.replace('north', teams[0])}---\n{PLAN}"

    assert _mistakes_of_teams(both, *teams) == (Mistake(line=6, key="team", problem=f"the roster has no team north; {advice}"),)


@pytest.mark.parametrize("teams", [{"north"}, {"north", "south"}, set()], ids=["its own", "more", "none yet"])
def test_a_playbook_may_be_of_a_team_of_the_roster_and_of_any_while_there_is_no_roster(teams: set[str]) -> None:
    refuse_unknown_teams(PLAN, read_playbooks(PLAN, file="plan.yaml"), set(map(TeamId, teams)), file="plan.yaml")


@pytest.mark.parametrize(
    ("length", "line", "key"),
    [(500, 'message: "{}"\n', "message"), (300, "", "behaviours[0].why")],
)
def test_the_words_of_a_manager_have_a_longest_length(length: int, line: str, key: str) -> None:
    def with_text(text: str) -> str:
        return PLAN + line.format(text) if line else PLAN.replace("label: C,", f"label: C, why: {text},")

    assert "x" * length in {_read(with_text("x" * length)).message, _read(with_text("x" * length)).behaviours[0].reason}
    (mistake,) = _mistakes(with_text("x" * (length + 1)))
    assert (mistake.key, mistake.problem) == (key, f"must be at most {length} characters")


def test_words_are_one_line_without_control_characters() -> None:
    plan = _read(PLAN + 'message: "Talk\\n\\n more.\\a "\n')

    assert plan.message == "Talk more."
    assert _mistakes(PLAN + "message: [a]\n")[0].problem == "must be text"
