"""Which of the celebrations that a day calls for may speak."""

from collections.abc import Sequence
from datetime import date, timedelta

import pytest

from services.nudges.decide.policy.selection import is_outdone, may_still_speak
from services.nudges.domain.candidate import Called
from services.nudges.domain.recent_nudges import Said
from shared.events import NudgeKind
from tests.services.nudges.reports import MONDAY, at

PRIORITIES = {"greatest": 0, "great": 1, "everyday": 2}
TUESDAY = MONDAY + timedelta(days=1)


def _call(rule: str, *, rest_days: int = 0) -> Called:
    return Called(
        rule=rule,
        kind=NudgeKind.CELEBRATION,
        occasion="",
        is_shortfall=False,
        wordings=("a",),
        reason="",
        rest_days=rest_days,
    )


def _said(rule: str, day: date) -> Said:
    return Said(rule=rule, kind=NudgeKind.CELEBRATION, day=day, at=at(day, "10:00"), wording=0)


@pytest.mark.parametrize(
    ("heard", "said", "left"),
    [
        ((), (), ["greatest", "great", "everyday"]),
        (("everyday",), (), ["greatest", "great"]),
        (("great",), (), ["greatest"]),
        (("everyday", "greatest"), (), []),
        ((), (_said("great", TUESDAY - timedelta(days=2)),), ["greatest", "everyday"]),
        ((), (_said("great", TUESDAY - timedelta(days=3)),), ["greatest", "great", "everyday"]),
        ((), (_said("great", TUESDAY + timedelta(days=1)),), ["greatest", "everyday"]),
        ((), (_said("everyday", TUESDAY),), ["greatest", "great", "everyday"]),
    ],
    ids=[
        "nothing was said of the day",
        "the least was",
        "something great was",
        "the greatest was",
        "one rests",
        "one has rested",
        "one was said after the day",
        "one that never rests was said that day, of another",
    ],
)
def test_only_what_is_worth_more_and_does_not_rest(heard: Sequence[str], said: Sequence[Said], left: list[str]) -> None:
    calls = [_call("greatest"), _call("great", rest_days=3), _call("everyday")]

    may = may_still_speak(calls, priorities=PRIORITIES, heard=heard, said=said, day=TUESDAY)

    assert [called.rule for called in may] == left


@pytest.mark.parametrize(
    ("rule", "said", "is_so"),
    [
        ("everyday", [("great", MONDAY)], True),
        ("everyday", [("great", TUESDAY)], False),
        ("everyday", [("team", MONDAY)], False),
        ("team", [("great", MONDAY)], False),
        ("everyday", [], False),
    ],
    ids=["the same day", "another day", "what is no praise of the day", "nor is it itself", "nothing before it"],
)
def test_praise_is_outdone_by_greater_praise_of_the_same_day(rule: str, said: list[tuple[str, date]], is_so: bool) -> None:
    assert is_outdone(rule, MONDAY, by=said, praise=PRIORITIES) is is_so
