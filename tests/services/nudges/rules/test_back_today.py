"""Back today, and its near misses."""

from datetime import date

import pytest

from services.nudges.context.team_context import TeamMember
from services.nudges.rules.back_today import back_today
from shared.events import Mention, NudgeKind, Presence
from tests.services.nudges.builders.days import at, working_days
from tests.services.nudges.builders.reports import open_report, report
from tests.services.nudges.rules.teams import MONDAY, PLAN, away, member, member_with, named, team

ANA = member("Ana", PLAN)
TUESDAY = date(2026, 3, 17)


def _after_leave(name: str, days: int = 5, *, today: Presence | None = Presence.WORKING) -> TeamMember:
    """A rep after so many working days of leave; today's presence is known, or not yet."""
    off = working_days(days, until=MONDAY)
    leave = [report(day, score=None, count=0, presence=Presence.ABSENT, rep=named(name)) for day in off]
    opened = [open_report(MONDAY, rep=named(name), presence=today)] if today is not None else []
    if today is not None and today is not Presence.WORKING:
        opened = [day.model_copy(update={"next_work_starts_at": at(TUESDAY, "09:00")}) for day in opened]
    return member_with([*leave, *opened], name, {})


def test_it_names_who_is_back_in_full() -> None:
    candidate = back_today.evaluate(team(ANA, _after_leave("Ben")))

    assert candidate is not None
    assert candidate.kind is NudgeKind.DIGEST
    assert candidate.wordings[:2] == ("Back today: Ben Doe.", "Ben Doe is back today.")
    assert candidate.about == (Mention(id=named("Ben").id),)


def test_several_are_back_together_and_five_are_named() -> None:
    candidate = back_today.evaluate(team(*[_after_leave(name) for name in ("Ben", "Cleo", "Dan", "Eva", "Finn", "Gil", "Hal")]))

    assert candidate is not None
    assert candidate.wordings[1] == "Ben Doe, Cleo Doe, Dan Doe, Eva Doe, Finn Doe and two others are back today."


def test_a_manager_who_reads_it_every_morning_reads_no_wording_twice_in_two_weeks() -> None:
    candidate = back_today.evaluate(team(_after_leave("Ben")))

    assert candidate is not None
    assert len(set(candidate.wordings)) == 10


@pytest.mark.parametrize(
    ("rep", "is_proposed"),
    [
        (_after_leave("Ben"), True),
        (away(_after_leave("Ben", today=None), MONDAY), True),
        (away(_after_leave("Ben", today=None), TUESDAY), False),
        (away(_after_leave("Ben", today=None), None), False),
        (_after_leave("Ben", today=Presence.ABSENT), False),
        (_after_leave("Ben", 4), False),
        (member("Ben", PLAN, PLAN), False),
    ],
    ids=[
        "at work today",
        "today is not open yet where the rep lives",
        "the leave goes on today",
        "nobody knows when the rep works again",
        "on leave today",
        "four days of leave",
        "no leave",
    ],
)
def test_it_is_proposed_when(rep: TeamMember, *, is_proposed: bool) -> None:
    assert (back_today.evaluate(team(rep)) is not None) is is_proposed
