"""Targets that follow from what a team did."""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from fractions import Fraction

import pytest

from services.scoring.playbooks.suggest_targets import percentile, suggest_targets, weekday_groups
from shared.requests.playbook.drafts import DraftQuery
from tests.services.scoring.conftest import MONDAY_NOON, PLAYBOOK, ROSTER, Scoring, observed
from tests.services.scoring.domain.builders import NORTH, behaviour


@pytest.mark.parametrize(
    ("counts", "suggestion"),
    [
        ([*range(1, 11)], 6),
        ([*range(1, 12)], 7),
        ([5] * 9, None),
        ([0] * 6 + [9] * 4, None),
        ([0] * 5 + [9] * 5, 9),
    ],
)
def test_two_days_out_of_five_reach_the_suggestion(counts: list[int], suggestion: int | None) -> None:
    assert percentile(counts[::-1]) == suggestion


@pytest.mark.parametrize(
    ("targets", "groups"),
    [
        ((5,) * 7, [{0, 1, 2, 3, 5, 6}, {4}]),
        ((5, 5, 5, 5, 5, 0, 0), [{0, 1, 2, 3}, {4}]),
        ((0,) * 7, [{0, 1, 2, 3}, {4}]),
        ((12, 12, 10, 10, 6, 0, 0), [{0, 1}, {2, 3}, {4}]),
        ((5, 5, 5, 5, 0, 0, 0), [{0, 1, 2, 3}]),
    ],
)
def test_weekdays_with_the_same_target_belong_together(targets: tuple[int, ...], groups: list[set[int]]) -> None:
    calls = replace(behaviour(), targets=tuple(Fraction(target) for target in targets))

    assert weekday_groups(calls) == groups


async def test_only_whole_worked_days_of_the_team_count(scoring: Scoring) -> None:
    """Ana makes as many calls as the week is old, in each of eight weeks and in one before them; on Fridays twice as many."""
    half_a_day = "timezone: Europe/Madrid, absences: [{from: 2026-02-26, until: 2026-02-26, part: 0.5}],"
    await scoring.apply_roster(ROSTER.replace("timezone: Europe/Madrid,", half_a_day))
    for week in range(1, 10):
        for weekday in range(5):
            day = MONDAY_NOON - timedelta(days=7 * week - weekday)
            amount = 30 if (week, weekday) == (1, 3) else week * (2 if weekday == 4 else 1)
            await scoring.record(
                *[observed(f"{week}-{weekday}-{number}", started_at=day.isoformat()) for number in range(amount)]
            )

    uncounted = [
        observed(f"mail-{back}", "email", actor="8", started_at=(MONDAY_NOON - timedelta(days=back)).isoformat())
        for back in range(3, 24)
    ]
    await scoring.record(*uncounted)

    suggested = await suggest_targets(scoring.pool, scoring.cache, DraftQuery(team=NORTH, text=PLAYBOOK), now=MONDAY_NOON)

    calls, proposals = suggested.behaviours
    assert (calls.key, calls.days) == ("calls", 39)
    assert calls.targets == (Decimal(5),) * 4 + (None,) + (Decimal(5),) * 2
    assert proposals.targets == (None,) * 7
