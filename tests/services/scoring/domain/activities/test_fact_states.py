"""Merging facts."""

from datetime import UTC, datetime, timedelta
from itertools import permutations
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from services.scoring.domain.activities.fact_states import FactStates, merge, read_activity
from shared.observation import Observation, heard_at_in

START = datetime(2026, 3, 2, 9, tzinfo=UTC)


def _observation(minute: int, *, deleted: bool | None = None, **facts: str | float | None) -> Observation:
    return Observation(activity_id="a", kind="call", observed_at=_at(minute), deleted=deleted, facts=dict(facts))


def _at(minute: int) -> datetime:
    return START + timedelta(minutes=minute)


def _text(minute: int) -> str:
    return _at(minute).isoformat()


def _merged(*news: tuple[Observation, str]) -> FactStates:
    states: FactStates = {}
    for observation, event_id in news:
        states = merge(states, observation, event_id)
    return states


def test_the_newest_statement_of_a_fact_wins_whatever_the_order() -> None:
    early, late = (_observation(0, outcome="no_answer"), "e1"), (_observation(5, outcome="connected"), "e2")

    assert read_activity(_merged(early, late)).outcome == "connected"
    assert _merged(early, late) == _merged(late, early)


def test_of_two_statements_of_one_time_the_larger_event_id_wins() -> None:
    one, other = (_observation(0, stage="offer"), "e1"), (_observation(0, stage="won"), "e2")

    assert read_activity(_merged(other, one)).stage == "won"


def test_pieces_add_up() -> None:
    began, ended = _observation(0, started_at=START.isoformat(), actor="7"), _observation(3, duration_s=120.5)

    activity = read_activity(_merged((ended, "e2"), (began, "e1")))

    assert (activity.actor, activity.started_at, activity.duration_s) == ("7", START, 120.5)


def test_a_fact_set_to_null_is_withdrawn_and_an_older_value_does_not_bring_it_back() -> None:
    said, withdrawn = (_observation(0, stage="offer"), "e1"), (_observation(5, stage=None), "e2")

    assert read_activity(_merged(withdrawn, said)).stage is None


def test_a_deletion_is_a_fact_and_can_be_taken_back() -> None:
    made, gone, back = _observation(0, deleted=False), _observation(5, deleted=True), _observation(9, deleted=False)

    assert read_activity(_merged((gone, "e2"), (made, "e1"))).deleted
    assert not read_activity(_merged((back, "e3"), (gone, "e2"), (made, "e1"))).deleted


def test_an_observation_that_is_silent_about_deletion_does_not_undelete() -> None:
    gone, later = (_observation(5, deleted=True), "e1"), (_observation(9, stage="offer"), "e2")

    assert read_activity(_merged(gone, later)).deleted


def test_a_fact_named_kind_goes_before_the_kind_that_later_observations_carry() -> None:
    won, later = (_observation(0, kind="deal_won"), "e1"), (_observation(5, amount="9.00"), "e2")

    assert read_activity(_merged(won, later)).kind == "deal_won"
    assert read_activity(_merged(later)).kind == "call"


def test_what_says_nothing_new_leaves_the_very_same_object() -> None:
    states = _merged((_observation(0, stage="offer"), "e1"))

    assert merge(states, _observation(0, stage="offer"), "e1") is states


def test_when_an_activity_was_first_heard_of_stands_in_for_its_start_and_the_earliest_counts() -> None:
    first, again = (_observation(minute, heard_at=_text(minute)) for minute in (0, 5))

    assert read_activity(_merged((first, "e1"), (again, "e2"))).started_at == START
    assert _merged((again, "e2"), (first, "e1")) == _merged((first, "e1"), (again, "e2"))
    assert read_activity(_merged((first, "e1"), (_observation(9, started_at=_text(9)), "e3"))).started_at == _at(9)


def test_a_deal_that_nobody_dates_is_on_the_day_on_which_it_was_first_heard_to_be_in_its_stage() -> None:
    def moved(minute: int, stage: str) -> tuple[Observation, str]:
        heard: dict[str, Any] = {heard_at_in(stage): _text(minute)}
        return _observation(minute, stage=stage, started_at=None, **heard), f"e{minute}"

    made = _observation(0, stage="offer", started_at=_text(0)), "e0"

    assert read_activity(_merged(made, moved(5, "won"))).started_at == _at(5)
    assert read_activity(_merged(made, moved(7, "won"), moved(5, "won"))).started_at == _at(5)
    assert read_activity(_merged(made, moved(5, "won"), moved(7, "lost" * 40))).started_at == _at(7)


_facts = st.dictionaries(
    st.sampled_from(["stage", "outcome", "actor", "heard_at", "heard_at:a"]), st.sampled_from(["a", "b", None]), max_size=4
)
_news = st.builds(
    lambda minute, deleted, facts, event: (_observation(minute, deleted=deleted, **facts), event),
    st.integers(0, 3),
    st.sampled_from([None, True, False]),
    _facts,
    st.sampled_from(["e1", "e2", "e3", "e4"]),
)


@given(st.lists(_news, max_size=4, unique_by=lambda one: one[1]))
def test_order_and_duplicates_do_not_matter(news: list[tuple[Observation, str]]) -> None:
    expected = _merged(*news)

    for order in permutations(news):
        assert _merged(*order, *news) == expected
