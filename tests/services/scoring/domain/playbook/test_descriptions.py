"""What a rep reads of a definition."""

from dataclasses import replace
from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest

from services.scoring.domain.playbook.descriptions import (
    changes_in_words,
    counts_in_words,
    targets_in_words,
    unverified_in_words,
)
from services.scoring.domain.playbook.playbook import Filter, Goal
from services.scoring.domain.playbook.unverified import Bursts, Overlaps, SameContact, Unverified
from tests.services.scoring.domain.builders import behaviour, playbook

CALLS, DEMOS = behaviour("calls", kinds=frozenset({"call"})), behaviour("demos", target=2)
WIDENED = (
    "Goal Calls this month, steps: in steps of 30 a month, then of 20 to 40 by your own weeks; before: in steps of 30 a month."
)
GOAL = Goal(key="month", label="Calls this month", counts=Filter(kinds=frozenset({"call"})), period="month", step=30)
BEFORE = replace(playbook(CALLS), goals=(GOAL,))


@pytest.mark.parametrize(
    ("wanted", "said"),
    [
        (Filter(), "any activity"),
        (Filter(kinds=frozenset({"proposal_sent", "call"})), "call or proposal sent"),
        (
            Filter(
                kinds=frozenset({"call"}),
                min_duration_s=120.0,
                outcomes=frozenset({"connected"}),
                directions=frozenset({"outbound"}),
                min_amount=Decimal("100.50"),
                stages=frozenset({"offer", "closing_soon"}),
            ),
            "call, of at least 120 s, connected, outbound, worth at least 100.50, in stage closing_soon or offer",
        ),
    ],
)
def test_what_counts_is_said_filter_by_filter(wanted: Filter, said: str) -> None:
    assert counts_in_words(wanted) == said


@pytest.mark.parametrize(
    ("targets", "said"),
    [
        ((10,) * 7, "10 a day"),
        ((0,) * 7, "no target"),
        ((10, 10, 10, 10, 10, 0, 0), "10 on Monday to Friday"),
        ((12, 12, 10, 10, 2.5, 0, 0), "12 on Monday and Tuesday, 10 on Wednesday and Thursday, 2.5 on Friday"),
        ((5, 0, 5, 0, 5, 5, 5), "5 on Monday, Wednesday and Friday to Sunday"),
    ],
)
def test_targets_are_said_by_weekday_where_they_differ(targets: tuple[float, ...], said: str) -> None:
    assert targets_in_words([Fraction(target) for target in targets]) == said


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({}, []),
        ({"behaviours": (replace(CALLS, targets=(Fraction(12),) * 7),)}, ["Calls, target: 12 a day; before: 10 a day."]),
        (
            {"behaviours": (replace(CALLS, weight=Fraction(60), cap=Fraction(2)),)},
            ["Calls, weight: 60; before: 50.", "Calls, cap: 2 times the target; before: 1.5 times the target."],
        ),
        (
            {"behaviours": (replace(CALLS, counts=Filter(kinds=frozenset({"call"}), min_duration_s=60)),)},
            ["Calls, what counts: call, of at least 60 s; before: call."],
        ),
        ({"behaviours": (replace(CALLS, label="Talks"),)}, ["Talks is the new name of Calls."]),
        (
            {"behaviours": (CALLS, DEMOS)},
            ["New: Demos, 2 a day, weight 50. It counts: any activity."],
        ),
        (
            {"behaviours": (DEMOS,)},
            ["New: Demos, 2 a day, weight 50. It counts: any activity.", "No longer asked for: Calls."],
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
            {"goals": (GOAL, replace(GOAL, key="week", label="Calls this week", period="week", step=8))},
            ["New goal: Calls this week, in steps of 8 a week. It counts: call."],
        ),
        (
            {"unverified": Unverified(counts=False, bursts=Bursts(more_than=2, within_s=60))},
            ["What is unverified, and whether it counts, changes."],
        ),
    ],
    ids=lambda given: "" if isinstance(given, list) else "+".join(given) or "nothing",
)
def test_every_difference_is_a_sentence_and_nothing_else_is(changes: dict[str, Any], said: list[str]) -> None:
    assert list(changes_in_words(BEFORE, replace(BEFORE, **changes))) == said


def test_what_is_unverified_is_said_rule_by_rule() -> None:
    rules = Unverified(
        counts=True,
        overlaps=Overlaps(more_than_s=30, kinds=frozenset({"call", "demo"})),
        same_contact=SameContact(more_than=3),
    )

    assert unverified_in_words(rules) == (
        "Unverified: begun more than 30 s before an earlier one had ended (only call or demo).",
        "Unverified: with the same contact as 3 earlier ones of the day.",
        "What is unverified is marked, and counts.",
    )
    assert list(changes_in_words(replace(BEFORE, unverified=rules), BEFORE)) == ["Nothing is marked as unverified any more."]
