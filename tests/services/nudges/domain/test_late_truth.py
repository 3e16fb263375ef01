"""What was said in a morning about the days before, when records of them come late."""

from datetime import date

import pytest

from services.nudges.context.rule_context import Situation
from services.nudges.decide.policy.retraction import Sent, correction, is_called_for, matters, rests_on, why_not
from services.nudges.domain.candidate import RULE_DROP, RULE_ONE_THING, RULE_QUIET_AFTERNOON, RULE_RATIO
from shared.events import NudgeKind
from tests.services.nudges.reports import MONDAY, at, report, situation, working_days
from tests.services.nudges.rules.test_drop import dropped_to
from tests.services.nudges.rules.test_one_thing import plan_of
from tests.services.nudges.rules.test_ratio import known

FRIDAY = working_days(1)[0]


def _sent(rule: str, *, day: date = MONDAY, kind: NudgeKind = NudgeKind.COACHING) -> Sent:
    return Sent(id="n1", rule=rule, kind=kind, day=day, at=at(day, "09:00"), is_revised=False)


def _drop_to(total: int) -> Situation:
    """On the evening of a good Monday, in the morning of which a drop was said."""
    return situation(report(score=120, count=12), watch=dropped_to(total, alerted_on=MONDAY), now=at(MONDAY, "19:00"))


def _proposals(*counts: int, calls: int = 8) -> Situation:
    before = [plan_of(calls, count, day=day) for day, count in zip(working_days(5), counts, strict=True)]
    return situation(plan_of(12, 2, day=MONDAY, score=130), *before)


def _share_of(proposals: int) -> Situation:
    return situation(plan_of(0, 0, day=MONDAY, score=0), watch=known((40, 400, 40), (20, 200, proposals)))


@pytest.mark.parametrize(
    ("rule", "now_known", "holds", "is_worth_a_word"),
    [
        (RULE_DROP, _drop_to(124), True, False),
        (RULE_DROP, _drop_to(130), False, False),
        (RULE_DROP, _drop_to(170), False, True),
        (RULE_ONE_THING, _proposals(1, 0, 1, 0, 0), True, False),
        (RULE_ONE_THING, _proposals(1, 1, 1, 0, 0), False, False),
        (RULE_ONE_THING, _proposals(1, 1, 1, 1, 0), False, True),
        (RULE_ONE_THING, _proposals(1, 0, 1, 0, 0, calls=5), False, False),
        (RULE_RATIO, _share_of(8), True, False),
        (RULE_RATIO, _share_of(9), False, False),
        (RULE_RATIO, _share_of(16), False, True),
    ],
    ids=[
        "as low as when it was said, whatever the day itself became",
        "a little less low: no drop, but no ordinary week",
        "nearly as usual",
        "as short as when it was said, whatever the day itself became",
        "three of five: no longer under half, but still the one that is short",
        "four of five: it holds like the rest",
        "the rest did not hold either, and the one thing is as short as it was",
        "as low a share as when it was said",
        "no longer sure, but still a quarter below",
        "four fifths of what it was",
    ],
)
def test_a_hint_of_the_morning_is_taken_back_when_it_was_wrong_not_when_it_is_less_sure(
    rule: str, now_known: Situation, *, holds: bool, is_worth_a_word: bool
) -> None:
    sent = _sent(rule)

    assert is_called_for(sent, now_known) is holds
    assert (not holds and matters(sent, now_known)) is is_worth_a_word


def test_praise_is_never_worth_a_word() -> None:
    assert not matters(_sent("plan_done", kind=NudgeKind.CELEBRATION), situation(report(score=90)))


@pytest.mark.parametrize(
    ("rule", "day", "rests"),
    [
        (RULE_DROP, FRIDAY, True),
        (RULE_DROP, MONDAY, False),
        (RULE_ONE_THING, MONDAY, False),
        (RULE_QUIET_AFTERNOON, MONDAY, True),
        ("plan_done", MONDAY, True),
    ],
)
def test_only_a_hint_of_the_morning_does_not_rest_on_its_own_day(rule: str, day: date, *, rests: bool) -> None:
    assert rests_on(_sent(rule), day) is rests


def test_why_names_what_it_rests_on() -> None:
    today = report(count=12)

    assert why_not(_sent(RULE_DROP), today) == "By what is recorded now of the days before it would not have been said."
    assert "recorded now (calls 12 of 10)" in why_not(_sent(RULE_QUIET_AFTERNOON), today)
    assert "recorded now of the days before the hint of Monday" in correction(_sent(RULE_DROP), today).reason
