"""What a rep reads about a playbook and its changes."""

from dataclasses import replace
from fractions import Fraction

import pytest

from services.scoring.domain.playbook.descriptions import describe_changes, describe_targets, describe_unverified
from services.scoring.domain.playbook.filters import make_filter
from services.scoring.domain.playbook.playbook import Behaviour, Goal, Playbook
from services.scoring.domain.playbook.unverified_rules import Bursts, Overlaps, SameContact, UnverifiedRules
from shared.events import GoalKey
from shared.languages.current import using_language
from tests.services.scoring.domain.builders import behaviour, playbook

ONLY_CALLS = make_filter({"kinds": frozenset({"call"})})
LONG_CALLS = make_filter({"kinds": frozenset({"call"}), "min_duration_s": 60.0})
CALLS, DEMOS = behaviour("calls", counts={"kinds": frozenset({"call"})}), behaviour("demos", target=2)
WIDENED = (
    "Goal Calls this month: steps of 30 at first, then 20 to 40 depending on your recent weeks; counted afresh each month "
    "(before: steps of 30, counted afresh each month)."
)
QUARTERLY = "Goal Calls this month: steps of 40, counted afresh each quarter (before: steps of 30, counted afresh each month)."
GOAL = Goal(key=GoalKey("month"), label="Calls this month", counts=ONLY_CALLS, period="month", step=30)
BEFORE = replace(playbook(CALLS), goals=(GOAL,))


def _with_behaviours(*behaviours: Behaviour) -> Playbook:
    return replace(BEFORE, behaviours=behaviours)


@pytest.mark.parametrize(
    ("targets", "phrase"),
    [
        ((10,) * 7, "10 a day"),
        ((2_000_000,) * 7, "2000000 a day"),
        ((0, 0, 0, 0, 0, 0, 1), "1 on Sunday"),
        ((0,) * 7, "no target"),
        ((10, 10, 10, 10, 10, 0, 0), "10 a day from Monday to Friday"),
        ((12, 12, 12, 12, 6, 0, 0), "12 a day from Monday to Thursday, 6 on Friday"),
        ((0, 0, 0, 0, 0, 1, 1), "1 on Saturday and Sunday"),
        ((0, 0, 0, 0, 1, 1, 1), "1 a day from Friday to Sunday"),
        ((8, 8, 8, 0, 8, 8, 8), "8 on Monday to Wednesday and Friday to Sunday"),
        ((12, 12, 10, 10, 2.5, 0, 0), "12 on Monday and Tuesday, 10 on Wednesday and Thursday, 2.5 on Friday"),
        ((5, 0, 5, 0, 5, 5, 5), "5 on Monday, Wednesday and Friday to Sunday"),
    ],
)
def test_targets_are_described_by_weekday_where_they_differ(targets: tuple[float, ...], phrase: str) -> None:
    assert describe_targets([Fraction(target) for target in targets]) == phrase


@pytest.mark.parametrize(
    ("after", "sentences"),
    [
        (BEFORE, []),
        (_with_behaviours(replace(CALLS, targets=(Fraction(12),) * 7)), ["Calls: target 12 a day (before: 10 a day)."]),
        (_with_behaviours(replace(CALLS, reason="They win deals.")), []),
        (
            _with_behaviours(replace(CALLS, targets=(Fraction(9),) * 7, weight=Fraction(60), reason="They win deals.")),
            ["Calls: target 9 a day (before: 10 a day).", "Calls: weight 60 (before: 50). Why: “They win deals.”"],
        ),
        (
            _with_behaviours(replace(CALLS, weight=Fraction(60), cap=Fraction(2))),
            ["Calls: weight 60 (before: 50).", "Calls: counts up to 2 times the target (before: 1.5 times the target)."],
        ),
        (
            _with_behaviours(replace(CALLS, counts=LONG_CALLS)),
            ["Calls: what counts is now call, of at least 60 s (before: call)."],
        ),
        (_with_behaviours(replace(CALLS, label="Talks")), ["Talks is the new name of Calls."]),
        (
            _with_behaviours(CALLS, DEMOS),
            ["New: Demos, 2 a day, weight 50. What counts: any activity."],
        ),
        (
            _with_behaviours(DEMOS),
            ["New: Demos, 2 a day, weight 50. What counts: any activity.", "No longer part of the plan: Calls."],
        ),
        (replace(BEFORE, goals=()), ["No longer a goal: Calls this month."]),
        (
            replace(BEFORE, goals=(replace(GOAL, step=40, period="quarter"),)),
            [QUARTERLY],
        ),
        (
            replace(BEFORE, goals=(replace(GOAL, step_min=20, step_max=40),)),
            [WIDENED],
        ),
        (
            replace(
                BEFORE,
                goals=(GOAL, replace(GOAL, key=GoalKey("week"), label="Calls this week", period="week", step=8)),
            ),
            ["New goal: Calls this week, steps of 8, counted afresh each week. What counts: call."],
        ),
        (
            replace(BEFORE, goals=(replace(GOAL, key=GoalKey("new"), label="Demos"), replace(GOAL, counts=LONG_CALLS))),
            [
                "New goal: Demos, steps of 30, counted afresh each month. What counts: call.",
                "Goal Calls this month: what counts is now call, of at least 60 s (before: call).",
            ],
        ),
        (
            replace(BEFORE, goals=(replace(GOAL, label="Calls"),)),
            ["Calls is the new name of the goal Calls this month."],
        ),
        (
            replace(BEFORE, unverified=UnverifiedRules(counts=False, bursts=Bursts(more_than=2, within_s=60))),
            ["There are new rules for marking activities as unverified; your page lists them."],
        ),
    ],
    ids=[
        "nothing",
        "target",
        "only a reason",
        "target and weight with a reason",
        "weight and cap",
        "what counts",
        "name",
        "new behaviour",
        "other behaviour",
        "no goal",
        "steps of a goal",
        "bounds of a goal",
        "new goal",
        "new goal before a changed one",
        "name of a goal",
        "unverified rules",
    ],
)
def test_every_difference_is_a_sentence_and_nothing_else_is(after: Playbook, sentences: list[str]) -> None:
    assert list(describe_changes(BEFORE, after)) == sentences


def test_unverified_rules_are_described_one_by_one() -> None:
    rules = UnverifiedRules(
        counts=True,
        bursts=Bursts(more_than=5, within_s=60, kinds=frozenset({"call"})),
        overlaps=Overlaps(more_than_s=30, kinds=frozenset({"call", "demo_given"})),
        same_contact=SameContact(more_than=3),
    )

    assert describe_unverified(rules) == (
        "Unverified: began within 60 s of 5 earlier ones (call only).",
        "Unverified: began more than 30 s before an earlier one had ended (call or demo given only).",
        "Unverified: same contact as 3 earlier ones that day.",
        "Unverified activities are marked and count.",
    )
    assert list(describe_changes(replace(BEFORE, unverified=rules), BEFORE)) == [
        "No activity is marked as unverified any more."
    ]


def test_without_a_tolerance_overlaps_are_described_without_seconds() -> None:
    assert describe_unverified(UnverifiedRules(counts=False, overlaps=Overlaps(more_than_s=0))) == (
        "Unverified: began before an earlier one had ended.",
        "Unverified activities are marked and do not count.",
    )
    assert describe_unverified(UnverifiedRules(counts=False)) == ()


def test_a_playbook_is_described_in_spanish() -> None:
    new_demos = (
        "Nuevo: Demos, 0,5 los lunes, 2 al día de martes a viernes, 3 los sábados, peso 50. Qué cuenta: cualquier actividad. "
        "Por qué: «Demos ganan.»"
    )
    half = replace(DEMOS, targets=(Fraction(1, 2), *DEMOS.targets[1:5], Fraction(3), Fraction(0)), reason="Demos ganan.")
    after = replace(
        _with_behaviours(replace(CALLS, cap=Fraction(5, 2), counts=LONG_CALLS), half), goals=(replace(GOAL, step=40),)
    )
    rules = UnverifiedRules(counts=False, overlaps=Overlaps(more_than_s=0, kinds=frozenset({"call", "meeting_booked"})))

    with using_language("es"):
        changes, unverified = describe_changes(BEFORE, after), describe_unverified(rules)

    assert changes == (
        "Calls: cuenta hasta 2,5 veces el objetivo (antes: 1,5 veces el objetivo).",
        "Calls: lo que cuenta ahora es llamada, de al menos 60 s (antes: llamada).",
        new_demos,
        "Meta Calls this month: pasos de 40, se cuenta de nuevo cada mes (antes: pasos de 30, se cuenta de nuevo cada mes).",
    )
    assert unverified == (
        "No verificada: empezó antes de que acabara una anterior (solo llamada o reunión reservada).",
        "Las actividades no verificadas se marcan y no cuentan.",
    )
