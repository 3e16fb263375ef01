"""Reading webhooks again: what earlier readings of them stated is dropped, and nothing else."""

from datetime import UTC, datetime, timedelta
from typing import Final

import pytest

from services.scoring.domain.activities.fact_states import merge
from services.scoring.domain.activities.readings import (
    Reprocessing,
    is_outdated,
    rank_of,
    time_in_ranks,
    with_reprocessing,
)
from services.scoring.domain.activities.statements import FactStates, history_of, value_of
from shared.fact_values import FactValue
from shared.observation import ActivityId, Observation

NINE: Final = datetime(2026, 3, 2, 9, tzinfo=UTC)


def _at(minute: int) -> datetime:
    return NINE + timedelta(minutes=minute)


def _rank(received: int, read: int | None = None) -> str:
    return rank_of("e", received_at=_at(received), read_at=None if read is None else _at(read))


def _states(*webhooks: tuple[int, dict[str, FactValue]]) -> FactStates:
    """What webhooks stated that were received in these minutes."""
    states: FactStates = {}
    for received, facts in webhooks:
        observation = Observation(activity_id=ActivityId("a"), kind="call", observed_at=_at(received), facts=facts)
        states = merge(states, observation, _rank(received))
    return states


def _reprocessing(since: int, until: int, read: int) -> Reprocessing:
    return Reprocessing(time_in_ranks(_at(since)), time_in_ranks(_at(until)), time_in_ranks(_at(read)))


@pytest.mark.parametrize(
    ("since", "until", "remaining"),
    [(4, 6, None), (5, 5, None), (0, 5, None), (5, 9, None), (6, 9, "busy"), (0, 4, "busy")],
)
def test_only_webhooks_of_the_span_lose_what_they_stated(since: int, until: int, remaining: str | None) -> None:
    states = _states((5, {"outcome": "busy"}))

    assert value_of(with_reprocessing(states, _reprocessing(since, until, 60)), "outcome") == remaining


def test_what_did_not_come_from_a_webhook_stays() -> None:
    observation = Observation(activity_id=ActivityId("a"), kind="call", observed_at=_at(5), facts={"outcome": "busy"})
    states = merge({}, observation, "e0")

    assert value_of(with_reprocessing(states, _reprocessing(0, 9, 60)), "outcome") == "busy"


def test_of_a_fact_with_a_history_the_newest_owner_left_wins() -> None:
    states = _states((1, {"actor": "7"}), (2, {"actor": "8"}), (5, {"actor": "9"}))

    again = with_reprocessing(states, _reprocessing(4, 6, 60))

    assert value_of(again, "actor") == "8"
    assert [owner for _, owner in history_of(again, "actor")] == ["7", "8"]


def test_a_stage_whose_name_looks_like_a_history_is_left_alone() -> None:
    observation = Observation(
        activity_id=ActivityId("d"), kind="deal_stage_changed", observed_at=_at(1), facts={"stage": "won@acme"}
    )
    states = merge({}, observation, _rank(1))

    assert with_reprocessing(states, _reprocessing(4, 6, 60)).items() >= states.items()


def test_an_earlier_reading_is_outdated_and_the_same_or_a_later_one_is_not() -> None:
    states = with_reprocessing({}, _reprocessing(4, 6, 60))

    assert is_outdated(states, _rank(5))
    assert is_outdated(states, _rank(5, 59))
    assert not is_outdated(states, _rank(5, 60))
    assert not is_outdated(states, _rank(5, 61))
    assert not is_outdated(states, _rank(7))
    assert not is_outdated(states, "e0")
    assert not is_outdated({}, _rank(5))


@pytest.mark.parametrize(("since", "until", "read"), [(4, 6, 60), (3, 6, 60), (4, 7, 60), (4, 6, 61), (3, 7, 61)])
def test_a_reprocessing_that_another_covers_changes_nothing_in_either_order(since: int, until: int, read: int) -> None:
    small, large = _reprocessing(since, until, read), _reprocessing(3, 7, 61)

    states = with_reprocessing({}, large)

    assert with_reprocessing(states, small) is states
    assert with_reprocessing(with_reprocessing({}, small), large) == states


def test_reprocessings_of_different_spans_are_both_known() -> None:
    first, second = _reprocessing(1, 3, 60), _reprocessing(2, 6, 50)

    states = with_reprocessing(with_reprocessing({}, first), second)

    assert states == with_reprocessing(with_reprocessing({}, second), first)
    assert is_outdated(states, _rank(1))
    assert is_outdated(states, _rank(3, 59))
    assert is_outdated(states, _rank(6))
    assert not is_outdated(states, _rank(6, 50))


def test_a_time_in_a_rank_counts_microseconds_and_is_written_the_same_for_ever_as_ranks_are_stored() -> None:
    assert time_in_ranks(NINE) == "064c06cfcb8400"
    assert time_in_ranks(NINE + timedelta(microseconds=1)) == "064c06cfcb8401"
