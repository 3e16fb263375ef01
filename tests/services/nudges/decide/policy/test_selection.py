"""Which of the celebrations that a day has earned may be sent."""

from collections.abc import Sequence
from datetime import date, timedelta

import pytest

from services.nudges.decide.policy.selection import is_outdone, still_worth_sending
from services.nudges.domain.candidate import Candidate
from services.nudges.domain.recent_nudges import RecentNudge
from shared.events import NudgeKind
from tests.services.nudges.builders.days import MONDAY, TUESDAY, at

PRIORITIES = {"greatest": 0, "great": 1, "everyday": 2}


def _candidate(rule: str, *, cooldown_days: int = 0) -> Candidate:
    return Candidate(
        rule=rule,
        kind=NudgeKind.CELEBRATION,
        occasion="",
        wordings=("Well done.",),
        reason="",
        cooldown_days=cooldown_days,
    )


def _received(rule: str, day: date) -> RecentNudge:
    return RecentNudge(rule=rule, kind=NudgeKind.CELEBRATION, day=day, at=at(day, "10:00"), wording=0)


@pytest.mark.parametrize(
    ("sent", "recent", "left"),
    [
        ((), (), ["greatest", "great", "everyday"]),
        (("everyday",), (), ["greatest", "great"]),
        (("great",), (), ["greatest"]),
        (("everyday", "greatest"), (), []),
        ((), (_received("great", TUESDAY - timedelta(days=2)),), ["greatest", "everyday"]),
        ((), (_received("great", TUESDAY - timedelta(days=3)),), ["greatest", "great", "everyday"]),
        ((), (_received("great", TUESDAY + timedelta(days=1)),), ["greatest", "everyday"]),
        ((), (_received("everyday", TUESDAY),), ["greatest", "great", "everyday"]),
    ],
    ids=[
        "nothing was sent about the day",
        "the least was",
        "something great was",
        "the greatest was",
        "one is cooling down",
        "one has cooled down",
        "one was received after the day",
        "one without a cooldown was received that day, about another",
    ],
)
def test_only_what_is_worth_more_and_has_cooled_down(
    sent: Sequence[str], recent: Sequence[RecentNudge], left: list[str]
) -> None:
    candidates = [_candidate("greatest"), _candidate("great", cooldown_days=3), _candidate("everyday")]

    worth_sending = still_worth_sending(candidates, priorities=PRIORITIES, sent=sent, recent=recent, day=TUESDAY)

    assert [candidate.rule for candidate in worth_sending] == left


@pytest.mark.parametrize(
    ("rule", "before_it", "outdone"),
    [
        ("everyday", [("great", MONDAY)], True),
        ("everyday", [("great", TUESDAY)], False),
        ("everyday", [("team", MONDAY)], False),
        ("team", [("great", MONDAY)], False),
        ("everyday", [], False),
    ],
    ids=["the same day", "another day", "no praise of the day", "nor is it itself", "nothing before it"],
)
def test_praise_is_outdone_by_greater_praise_of_the_same_day(
    rule: str, before_it: list[tuple[str, date]], *, outdone: bool
) -> None:
    assert is_outdone(rule, MONDAY, by=before_it, praise=PRIORITIES) is outdone
