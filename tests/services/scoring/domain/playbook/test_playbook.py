"""Versions of playbooks and the periods of goals."""

from dataclasses import replace
from datetime import date
from typing import Literal

import pytest

from services.scoring.domain.playbook.filters import Filter
from services.scoring.domain.playbook.playbook import Goal, Playbook, Playbooks
from services.scoring.domain.playbook.unverified_rules import UnverifiedRules
from shared.events import GoalKey, TeamId, VersionNumber
from tests.services.scoring.domain.builders import NORTH, behaviour, playbook

JANUARY, FEBRUARY, MARCH = date(2026, 1, 1), date(2026, 2, 1), date(2026, 3, 1)
SOUTH = TeamId("south")
OLD, NEW = playbook(behaviour(), effective_from=JANUARY), playbook(behaviour(), effective_from=FEBRUARY)
SOUTHERN = playbook(behaviour(), effective_from=JANUARY, team=SOUTH)


@pytest.mark.parametrize(
    ("period", "day", "start"),
    [
        ("week", date(2026, 3, 2), date(2026, 3, 2)),
        ("week", date(2026, 3, 8), date(2026, 3, 2)),
        ("month", date(2026, 3, 1), date(2026, 3, 1)),
        ("month", date(2026, 12, 31), date(2026, 12, 1)),
        ("quarter", date(2026, 1, 1), date(2026, 1, 1)),
        ("quarter", date(2026, 3, 31), date(2026, 1, 1)),
        ("quarter", date(2026, 4, 1), date(2026, 4, 1)),
        ("quarter", date(2026, 12, 31), date(2026, 10, 1)),
    ],
)
def test_a_period_begins_on_monday_or_on_the_first_of_a_month(
    period: Literal["week", "month", "quarter"], day: date, start: date
) -> None:
    goal = Goal(key=GoalKey("goal"), label="Goal", counts=Filter(), period=period, step=1)

    assert goal.period_start(day) == start


def test_the_newest_version_that_has_begun_is_in_force() -> None:
    versions = Playbooks([NEW, OLD])

    assert versions.in_force(NORTH, date(2026, 1, 31)) is OLD
    assert versions.in_force(NORTH, FEBRUARY) is NEW
    assert versions.in_force(NORTH, date(2025, 12, 31)) is None
    assert versions.in_force(SOUTH, FEBRUARY) is None


@pytest.mark.parametrize(
    ("day", "numbers"),
    [
        (date(2025, 12, 31), [1, 2, 3]),
        (JANUARY, [1, 2, 3]),
        (date(2026, 1, 31), [1, 2, 3]),
        (FEBRUARY, [2, 3]),
        (MARCH, [3]),
    ],
)
def test_each_version_from_a_day_on_comes_with_its_last_day(day: date, numbers: list[int]) -> None:
    versions = {
        number: playbook(behaviour(), effective_from=begins, number=number)
        for number, begins in ((1, JANUARY), (2, FEBRUARY), (3, MARCH))
    }
    last_days = {1: date(2026, 1, 31), 2: date(2026, 2, 28), 3: date.max}

    from_day = list(Playbooks(versions.values()).from_day(NORTH, day))

    assert from_day == [(versions[number], last_days[number]) for number in numbers]
    assert [version.number for version, _ in from_day] == numbers


def test_a_version_replaces_the_one_of_its_team_and_date_only() -> None:
    versions = Playbooks([SOUTHERN, NEW, OLD])
    corrected = playbook(behaviour(target=12), effective_from=FEBRUARY)

    replaced = versions.with_versions([corrected])

    assert list(versions) == [OLD, NEW, SOUTHERN]
    assert list(replaced) == [OLD, corrected, SOUTHERN]
    assert replaced.of(SOUTH) == [SOUTHERN]
    assert replaced.of(TeamId("west")) == []


def test_versions_are_equal_if_they_say_the_same_whatever_their_number_and_reason() -> None:
    plan = Playbook(team=NORTH, effective_from=JANUARY, behaviours=(behaviour(),), goals=())

    assert plan.number == 0
    assert plan == replace(plan, number=VersionNumber(7)) == replace(plan, revises="a typing error")
    assert plan != replace(plan, behaviours=(behaviour(target=12),))


@pytest.mark.parametrize(
    ("rules", "excludes"), [(None, False), (UnverifiedRules(counts=True), False), (UnverifiedRules(counts=False), True)]
)
def test_unverified_activities_are_excluded_only_if_the_rules_say_so(rules: UnverifiedRules | None, excludes: bool) -> None:
    assert replace(OLD, unverified=rules).excludes_unverified is excludes
