"""Day plan, and its near misses."""

from decimal import Decimal
from typing import Any

import pytest

from services.nudges.context.rule_context import Situation
from services.nudges.rules.day_plan import day_plan
from shared.events import NudgeKind, Presence
from tests.services.nudges.reports import MONDAY, at, behaviour, report, situation, worked_days

PLAN = (behaviour("Calls", 0, 10), behaviour("Meetings", 0, 2), behaviour("Demos", 0, 0))


def _morning(now: str = "09:00", *, is_wanted: bool = True, is_told: bool = True, **changes: Any) -> Situation:
    """A Monday on which ten calls and two meetings are asked for, after a Friday that fell short."""
    given: dict[str, Any] = {"state": "open", "score": 0, "count": 0, "behaviours": PLAN}
    today = report(**(given | changes))
    return situation(today, *worked_days(20), now=at(MONDAY, now), is_plan_wanted=is_wanted, is_told=is_told)


def test_the_targets_of_the_day_are_said_and_nothing_of_the_day_before() -> None:
    called = day_plan(_morning())

    assert called is not None
    assert (called.kind, called.is_shortfall, called.occasion) == (NudgeKind.COACHING, False, "2026-03-02")
    for wording in called.wordings:
        assert "calls 10, meetings 2" in wording
        assert "Ana" in wording
        assert not any(word in wording.lower() for word in ("demos", "friday", "yesterday", "20", "missed", "only"))
    assert called.reason == "The targets of 2026-03-02 by the playbook of North from 2026-01-01."


def test_who_wants_it_every_day_hears_no_wording_twice_in_two_weeks() -> None:
    called = day_plan(_morning())

    assert called is not None
    assert len(set(called.wordings)) == 14


def test_on_a_part_day_the_scaled_targets_are_said() -> None:
    half = (behaviour("Calls", 0, 5), behaviour("Meetings", 0, 0.5))

    called = day_plan(_morning(behaviours=half, part=Decimal("0.5")))

    assert called is not None
    assert all("calls 5, meetings 0.5" in wording for wording in called.wordings)
    assert called.reason.endswith("50% of the day is worked, and the targets are that part of a full day's.")


@pytest.mark.parametrize(
    ("changes", "is_called"),
    [
        ({}, True),
        ({"now": "12:59"}, True),
        ({"now": "13:00"}, False),
        ({"is_wanted": False}, False),
        ({"is_told": False}, False),
        ({"presence": Presence.ABSENT, "score": None}, False),
        ({"presence": Presence.HOLIDAY, "score": None}, False),
        ({"presence": Presence.DAY_OFF, "score": None}, False),
        ({"behaviours": (behaviour("Calls", 0, 0),), "score": None}, False),
        ({"score": 99, "behaviours": (behaviour("Calls", 9, 10),)}, True),
        ({"score": 100, "behaviours": (behaviour("Calls", 10, 10),)}, False),
        ({"state": "closed"}, False),
        ({"silent": True}, False),
    ],
    ids=[
        "wanted, in the morning of a working day",
        "just before the middle of the day",
        "at the middle of the day",
        "not wanted",
        "not told of the definition before the day",
        "on leave",
        "a holiday",
        "a day off",
        "nothing is asked for",
        "nearly done already",
        "done already",
        "the day is over",
        "history",
    ],
)
def test_it_is_called_for_when(changes: dict[str, Any], *, is_called: bool) -> None:
    assert (day_plan(_morning(**changes)) is not None) is is_called
