"""Starts today, and its near misses."""

from dataclasses import replace

from services.nudges.rules.starts_today import starts_today
from shared.events import Mention, NudgeKind
from tests.services.nudges.rules.teams import PLAN, member, named, team

ANA, BEN = member("Ana", PLAN), replace(member("Ben", PLAN), is_first_day=True)


def test_it_names_who_is_new_in_full() -> None:
    candidate = starts_today.evaluate(team(ANA, BEN))

    assert candidate is not None
    assert candidate.kind is NudgeKind.DIGEST
    assert candidate.wordings[:2] == ("Ben Doe starts today.", "Starting today: Ben Doe.")
    assert all("Ana" not in wording for wording in candidate.wordings)
    assert candidate.about == (Mention(id=named("Ben").id),)


def test_several_start_together_and_five_are_named() -> None:
    names = ("Cleo", "Dan", "Eva", "Finn", "Gil")
    candidate = starts_today.evaluate(team(BEN, *[replace(member(name, PLAN), is_first_day=True) for name in names]))

    assert candidate is not None
    assert candidate.wordings[0] == "Ben Doe, Cleo Doe, Dan Doe, Eva Doe, Finn Doe and one other start today."
    assert len(candidate.about) == 6


def test_when_nobody_is_new_there_is_nothing_to_say() -> None:
    assert starts_today.evaluate(team(ANA)) is None
