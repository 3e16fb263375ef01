"""When a run of days without activity is unusual, and the near misses."""

import math

import pytest

from services.nudges.domain.silence.evidence import (
    SilenceBudget,
    measure_levels_of_others,
    weekday_shares,
    weigh_silence,
)
from tests.services.nudges.domain.silence.weeks import MONDAY, present, working_days

BUDGET = SilenceBudget()
DAILY = "#" * 40
"""Somebody who logs something every day."""
EVERY_SECOND = "#." * 20


def _run_until_unusual(habit: str) -> int:
    """After how many days without activity a rep with this habit is silent."""
    for length in range(1, 60):
        silence = weigh_silence(present(habit + "." * length), {}, BUDGET)
        if silence is not None and silence.is_unusual:
            return length
    raise AssertionError("never")


def test_two_days_are_unusual_for_somebody_who_logs_every_day() -> None:
    silence = weigh_silence(present(DAILY + ".."), {}, BUDGET)

    assert silence is not None
    assert silence.is_unusual
    assert silence.days == 2
    assert (silence.first, silence.last) == tuple(working_days(42)[-2:])
    assert _run_until_unusual(DAILY) == 2


def test_somebody_who_logs_every_second_day_may_be_silent_for_longer() -> None:
    assert _run_until_unusual(EVERY_SECOND) == 8


def test_a_part_timer_is_expected_on_their_own_weekdays_only() -> None:
    """On Tuesdays and Thursdays: a week without activity is only two days of theirs, and Wednesdays say nothing."""
    part_timer = ".#.#." * 10

    evidence = []
    for length in (1, 2, 3, 5):
        silence = weigh_silence(present(part_timer + "." * length), {}, BUDGET)
        assert silence is not None
        assert not silence.is_unusual
        evidence.append(silence.evidence)

    of_tuesday, of_wednesday = evidence[1] - evidence[0], evidence[2] - evidence[1]
    assert of_tuesday > 5 * of_wednesday
    assert 8 <= _run_until_unusual(part_timer) <= 12


def test_a_day_on_which_the_team_was_away_is_no_evidence() -> None:
    empty_days = working_days(42)[-2:]

    away = weigh_silence(present(DAILY + ".."), dict.fromkeys(empty_days, 0.1), BUDGET)

    assert away is not None
    assert not away.is_unusual


def test_nothing_is_known_of_somebody_with_fewer_than_ten_active_days() -> None:
    assert weigh_silence(present("#" * 9 + "." * 30), {}, BUDGET) is None
    assert weigh_silence(present("#" * 10 + "." * 30), {}, BUDGET) is not None


def test_there_is_no_silence_when_something_was_logged_on_the_newest_day() -> None:
    assert weigh_silence(present(DAILY + "....#"), {}, BUDGET) is None
    assert weigh_silence([], {}, BUDGET) is None


def test_only_the_last_sixty_days_before_the_run_make_the_habit() -> None:
    long_ago = weigh_silence(present("." * 50 + "#" * 60 + "."), {}, BUDGET)
    recently = weigh_silence(present("#" * 60 + "."), {}, BUDGET)

    assert long_ago is not None
    assert recently is not None
    assert long_ago.evidence == pytest.approx(recently.evidence)


def test_each_empty_day_makes_the_next_one_likelier() -> None:
    evidence = [
        silence.evidence
        for length in range(1, 8)
        if (silence := weigh_silence(present(EVERY_SECOND + "." * length), {}, BUDGET)) is not None
    ]
    # Every second day of the pattern is empty too, so the first character after it is the second day of a run.
    assert evidence == sorted(evidence)
    assert evidence[1] - evidence[0] > evidence[-1] - evidence[-2]


def test_the_limit_follows_from_the_budget_and_the_active_share() -> None:
    assert BUDGET.limit(0.4) == pytest.approx(math.log(500 * 0.4) - 0.25)
    assert SilenceBudget(days=1000).limit(0.4) == pytest.approx(BUDGET.limit(0.4) + math.log(2))
    assert SilenceBudget(strictness=0.5).limit(0.4) == pytest.approx(BUDGET.limit(0.4) + 0.5)
    assert BUDGET.limit(0.001) == 1.0


def test_a_weekdays_share_is_shrunk_towards_the_share_of_all_days() -> None:
    shares = weekday_shares(present("##.##" * 8))

    assert shares[0] == pytest.approx((8 + 4 * 32.5 / 41) / 12)
    assert shares[2] == pytest.approx(4 * 32.5 / 41 / 12)
    assert shares[5] == pytest.approx(32.5 / 41)  # no Saturday is known
    assert max(weekday_shares(present("#" * 500))) == 0.98


def test_the_level_of_the_others_is_those_active_over_those_expected() -> None:
    days = working_days(41)
    office_closed = [present(DAILY + ".") for _ in range(5)]
    one_away = [present(DAILY + "."), *[present(DAILY + "#") for _ in range(4)]]

    closed = measure_levels_of_others(office_closed)
    away, *at_work = measure_levels_of_others(one_away)

    assert [of_rep[days[-1]] for of_rep in closed] == pytest.approx([1 / (1 + 4)] * 5, rel=0.1)
    assert [of_rep[days[-1]] for of_rep in at_work] == pytest.approx([(1 + 3) / (1 + 4)] * 4, rel=0.05)
    assert away[days[-1]] == 1.0
    assert at_work[0][MONDAY] == 1.0


def test_the_silence_of_a_rep_excuses_nobody_but_others() -> None:
    newest = working_days(41)[-1]
    silent, other = measure_levels_of_others([present(DAILY + "."), present(DAILY + "#")])

    assert silent[newest] == 1.0
    assert other[newest] == pytest.approx(1 / 2, rel=0.05)


def test_reps_who_are_silent_for_long_or_have_no_habit_are_not_expected() -> None:
    newest = working_days(60)[-1]
    busy = [present("#" * 60) for _ in range(3)]
    gone, new = present("#" * 40 + "." * 20), present("#........." * 6)

    assert measure_levels_of_others([*busy, gone, new])[0][newest] == measure_levels_of_others(busy)[0][newest]
