"""What a rep reads about a playbook and its changes."""

from dataclasses import replace
from fractions import Fraction
from typing import Any

import pytest

from services.scoring.domain.playbook.descriptions import describe_changes, describe_targets, describe_unverified
from services.scoring.domain.playbook.filters import make_filter
from services.scoring.domain.playbook.playbook import Goal
from services.scoring.domain.playbook.unverified_rules import Bursts, Overlaps, SameContact, UnverifiedRules
from shared.events import GoalKey
from tests.services.scoring.domain.builders import behaviour, playbook

ONLY_CALLS = make_filter({"kinds": frozenset({"call"})})
CALLS, DEMOS = behaviour("calls", kinds=frozenset({"call"})), behaviour("demos", target=2)
WIDENED = (
    "Goal Calls this month, steps: in steps of 30 a month, then of 20 to 40 by your own weeks; before: in steps of 30 a month."
)
GOAL = Goal(key=GoalKey("month"), label="Calls this month", counts=ONLY_CALLS, period="month", step=30)
BEFORE = replace(playbook(CALLS), goals=(GOAL,))


@pytest.mark.parametrize(
    ("targets", "words"),
    [
        ((10,) * 7, "10 a day"),
        ((0,) * 7, "no target"),
        ((10, 10, 10, 10, 10, 0, 0), "10 on Monday to Friday"),
        ((12, 12, 10, 10, 2.5, 0, 0), "12 on Monday and Tuesday, 10 on Wednesday and Thursday, 2.5 on Friday"),
        ((5, 0, 5, 0, 5, 5, 5), "5 on Monday, Wednesday and Friday to Sunday"),
    ],
)
def test_targets_are_described_by_weekday_where_they_differ(targets: tuple[float, ...], words: str) -> None:
    assert describe_targets([Fraction(target) for target in targets]) == words


@pytest.mark.parametrize(
    ("changes", "sentences"),
    [
        ({}, []),
        ({"behaviours": (replace(CALLS, targets=(Fraction(12),) * 7),)}, ["Calls, target: 12 a day; before: 10 a day."]),
        (
            {"behaviours": (replace(CALLS, weight=Fraction(60), cap=Fraction(2)),)},
            ["Calls, weight: 60; before: 50.", "Calls, cap: 2 times the target; before: 1.5 times the target."],
        ),
        (
            {"behaviours": (behaviour("calls", kinds=frozenset({"call"}), min_duration_s=60.0),)},
            ["Calls, what counts: call, of at least 60 s; before: call."],
        ),
        ({"behaviours": (replace(CALLS, label="Talks"),)}, ["Talks is the new name of Calls."]),
        (
            {"behaviours": (CALLS, DEMOS)},
            ["New: Demos, 2 a day, weight 50. What counts: any activity."],
        ),
        (
            {"behaviours": (DEMOS,)},
            ["New: Demos, 2 a day, weight 50. What counts: any activity.", "No longer part of the plan: Calls."],
        ),
        ({"behaviours": (CALLS,), "goals": ()}, ["No longer a goal: Calls this month."]),
        (
            {"goals": (replace(GOAL, step=40, period="quarter"),)},
            ["Goal Calls this month, steps: in steps of 40 a quarter; before: in steps of 30 a month."],
        ),
        (
            {"goals": (replace(GOAL, step_min=20, step_max=40),)},
            [
                WIDENED,
            ],
        ),
        (
            {"goals": (GOAL, replace(GOAL, key=GoalKey("week"), label="Calls this week", period="week", step=8))},
            ["New goal: Calls this week, in steps of 8 a week. What counts: call."],
        ),
        (
            {"goals": (replace(GOAL, label="Calls"),)},
            ["Calls is the new name of the goal Calls this month."],
        ),
        (
            {"unverified": UnverifiedRules(counts=False, bursts=Bursts(more_than=2, within_s=60))},
            ["The rules for unverified activities change."],
        ),
    ],
    ids=lambda value: "" if isinstance(value, list) else "+".join(value) or "nothing",
)
def test_every_difference_is_a_sentence_and_nothing_else_is(changes: dict[str, Any], sentences: list[str]) -> None:
    assert list(describe_changes(BEFORE, replace(BEFORE, **changes))) == sentences


def test_unverified_rules_are_described_one_by_one() -> None:
    rules = UnverifiedRules(
        counts=True,
        bursts=Bursts(more_than=5, within_s=60, kinds=frozenset({"call"})),
        overlaps=Overlaps(more_than_s=30, kinds=frozenset({"call", "demo_given"})),
        same_contact=SameContact(more_than=3),
    )

    assert describe_unverified(rules) == (
        "Unverified: began within 60 s of 5 earlier ones (only call).",
        "Unverified: began more than 30 s before an earlier one had ended (only call or demo given).",
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
