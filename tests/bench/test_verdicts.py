"""Messages are true or false by what is known to have changed."""

from dataclasses import replace
from datetime import date, time

import pytest

from bench.judge.messages import Sent
from bench.judge.poisson import rate_interval
from bench.judge.verdicts import Judge
from bench.trials.trace import Change, Meaning, Trace, make_definitions
from services.scoring.domain.activities.assignment import RepDay
from shared.events import BehaviourKey, NudgeId, PersonId, RepId

ANA = RepId(PersonId("ana"))
FIRST, LAST = date(2025, 1, 6), date(2025, 1, 31)
"""Four weeks of five rostered days."""
HALVED = Change(rep_id=ANA, first=date(2025, 1, 14), last=date(2025, 1, 17), meaning=Meaning.FALL)
_ROSTER = "teams: [{id: t, name: T, reps: [{id: ana, name: Ana, timezone: UTC}]}]"
_PLAYBOOK = """\
team: t
effective_from: 2024-01-01
behaviours: [{key: calls, label: Calls, counts: {kinds: [call]}, target: 5, weight: 1}]
"""
TRACE = Trace(
    name="four weeks",
    first=FIRST,
    last=LAST,
    timezone="UTC",
    hours=(time(9), time(17)),
    definitions=make_definitions(_ROSTER, _PLAYBOOK),
    counts={RepDay(ANA, FIRST): {BehaviourKey("calls"): 3}},
    changes=(HALVED,),
)
JUDGE = Judge(trace=TRACE, judged_from=FIRST)


def hint(day: date) -> Sent:
    """A message about Ana on the morning of a day."""
    return Sent(
        nudge_id=NudgeId(str(day)),
        rule="drop",
        receiver=ANA,
        rep_id=ANA,
        about_day=day,
        day=day,
        at=TRACE.starts_at(day),
        text="",
    )


@pytest.mark.parametrize(
    ("day", "is_true"),
    [
        (date(2025, 1, 13), False),
        (date(2025, 1, 14), True),
        (date(2025, 1, 17), True),
        (date(2025, 1, 20), True),
        (date(2025, 1, 21), False),
    ],
)
def test_a_message_is_true_while_the_change_lasts_and_on_the_next_rostered_morning(day: date, is_true: bool) -> None:
    verdict = JUDGE.judge([hint(day)])

    assert (verdict.true, verdict.false) == (int(is_true), int(not is_true))


def test_days_on_which_a_message_would_be_true_are_not_judged() -> None:
    assert JUDGE.judge([]).judged_days == 20 - 5


def test_a_delay_is_counted_in_rostered_days_from_the_first_day_of_the_change() -> None:
    verdict = JUDGE.judge([hint(date(2025, 1, 20))])

    assert verdict.delays == [5]
    assert (verdict.caught_within(4), verdict.caught_within(5)) == (0, 1)


def test_a_message_about_somebody_who_is_absent_is_true_only_if_it_asks() -> None:
    absent = Judge(trace=replace(TRACE, changes=(replace(HALVED, meaning=Meaning.ABSENT),)), judged_from=FIRST)
    messages = [hint(date(2025, 1, 15))]

    assert absent.judge(messages).false == 1
    assert absent.judge(messages, meanings=frozenset({Meaning.FALL, Meaning.ABSENT})).true == 1


def test_what_arrived_before_the_first_judged_day_is_not_judged() -> None:
    later = Judge(trace=TRACE, judged_from=date(2025, 1, 20))

    verdict = later.judge([hint(date(2025, 1, 10))])

    assert (verdict.named, verdict.judged_days) == (0, 9)


def test_a_repeat_follows_within_four_weeks() -> None:
    assert JUDGE.judge([hint(date(2025, 1, 6)), hint(date(2025, 1, 31))]).repeats == 1
    assert JUDGE.judge([hint(date(2025, 1, 6)), hint(date(2025, 2, 3))]).repeats == 0


def test_nothing_logged_is_seen_in_the_five_rostered_days_before() -> None:
    assert JUDGE.judge([hint(date(2025, 1, 13))]).silent == 0
    assert JUDGE.judge([hint(date(2025, 1, 14))]).silent == 1


def test_the_interval_of_a_rate_is_exact() -> None:
    rate, low, high = rate_interval(3, 2.0)

    assert rate == 1.5
    assert low == pytest.approx(0.6187 / 2, abs=1e-4)
    assert high == pytest.approx(8.7673 / 2, abs=1e-4)
    assert rate_interval(0, 1.0)[1] == 0.0
