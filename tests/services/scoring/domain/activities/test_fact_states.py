"""Merging observations into the facts of an activity."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from itertools import permutations
from types import MappingProxyType

from hypothesis import given
from hypothesis import strategies as st

from services.scoring.domain.activities.activity import read_activity
from services.scoring.domain.activities.fact_states import merge
from services.scoring.domain.activities.statements import DELETED, OBSERVED_KIND, FactStates
from shared.fact_values import FactValue
from shared.facts import first_seen_in
from shared.observation import ActivityId, Observation

START = datetime(2026, 3, 2, 9, tzinfo=UTC)


def _observation(
    minute: int, facts: Mapping[str, FactValue] = MappingProxyType({}), *, deleted: bool | None = None
) -> Observation:
    return Observation(activity_id=ActivityId("a"), kind="call", observed_at=_at(minute), deleted=deleted, facts=dict(facts))


def _at(minute: int) -> datetime:
    return START + timedelta(minutes=minute)


def _text(minute: int) -> str:
    return _at(minute).isoformat()


def _merged(*events: tuple[Observation, str]) -> FactStates:
    states: FactStates = {}
    for observation, event_id in events:
        states = merge(states, observation, event_id)
    return states


def test_the_newest_statement_of_a_fact_wins_in_any_order() -> None:
    early, late = (_observation(0, {"outcome": "no_answer"}), "e1"), (_observation(5, {"outcome": "connected"}), "e2")

    assert read_activity(_merged(early, late)).outcome == "connected"
    assert _merged(early, late) == _merged(late, early)


def test_a_statement_holds_its_time_with_microseconds_and_its_event() -> None:
    at = "2026-03-02T09:00:00.000000+00:00"

    assert _merged((_observation(0, {"stage": "offer"}, deleted=False), "e1")) == {
        OBSERVED_KIND: ("call", at, "e1"),
        DELETED: (False, at, "e1"),
        "stage": ("offer", at, "e1"),
    }


def test_of_two_statements_with_one_time_the_larger_event_id_wins() -> None:
    offer, won = (_observation(0, {"stage": "offer"}), "e1"), (_observation(0, {"stage": "won"}), "e2")

    assert read_activity(_merged(won, offer)).stage == "won"


def test_facts_from_several_observations_add_up() -> None:
    began, ended = _observation(0, {"started_at": START.isoformat(), "actor": "7"}), _observation(3, {"duration_s": 120.5})

    activity = read_activity(_merged((ended, "e2"), (began, "e1")))

    assert (activity.actor, activity.started_at, activity.duration_s) == ("7", START, 120.5)


def test_a_fact_set_to_null_is_withdrawn_and_an_older_value_does_not_restore_it() -> None:
    stated, withdrawn = (_observation(0, {"stage": "offer"}), "e1"), (_observation(5, {"stage": None}), "e2")

    assert read_activity(_merged(withdrawn, stated)).stage is None


def test_a_deletion_is_a_fact_and_can_be_undone() -> None:
    created, deleted, restored = (
        _observation(0, deleted=False),
        _observation(5, deleted=True),
        _observation(9, deleted=False),
    )

    assert read_activity(_merged((deleted, "e2"), (created, "e1"))).is_deleted
    assert not read_activity(_merged((restored, "e3"), (deleted, "e2"), (created, "e1"))).is_deleted


def test_an_observation_that_does_not_mention_deletion_does_not_undo_it() -> None:
    deleted, later = (_observation(5, deleted=True), "e1"), (_observation(9, {"stage": "offer"}), "e2")

    assert read_activity(_merged(deleted, later)).is_deleted


def test_a_fact_named_kind_overrides_the_kind_that_later_observations_carry() -> None:
    won, later = (_observation(0, {"kind": "deal_won"}), "e1"), (_observation(5, {"amount": "9.00"}), "e2")

    assert read_activity(_merged(won, later)).kind == "deal_won"
    assert read_activity(_merged(later)).kind == "call"


def test_an_observation_that_changes_nothing_leaves_the_same_object() -> None:
    states = _merged((_observation(0, {"stage": "offer"}), "e1"))

    assert merge(states, _observation(0, {"stage": "offer"}), "e1") is states


def test_the_earliest_time_at_which_an_activity_was_seen_stands_in_for_its_start() -> None:
    first, again = (_observation(minute, {"heard_at": _text(minute)}) for minute in (0, 5))

    assert read_activity(_merged((first, "e1"), (again, "e2"))).started_at == START
    assert _merged((again, "e2"), (first, "e1")) == _merged((first, "e1"), (again, "e2"))
    assert read_activity(_merged((first, "e1"), (_observation(9, {"started_at": _text(9)}), "e3"))).started_at == _at(9)


def test_the_earliest_value_wins_however_late_it_is_stated_and_cannot_be_withdrawn() -> None:
    later, earlier = (_observation(0, {"heard_at": _text(5)}), "e1"), (_observation(9, {"heard_at": _text(3)}), "e2")
    withdrawn = _observation(12, {"heard_at": None}), "e3"

    for order in permutations([later, earlier, withdrawn]):
        assert read_activity(_merged(*order)).started_at == _at(3)


def test_an_undated_deal_is_on_the_day_on_which_it_was_first_seen_in_its_stage() -> None:
    def moved(minute: int, stage: str) -> tuple[Observation, str]:
        first_seen: dict[str, FactValue] = {first_seen_in(stage): _text(minute)}
        return _observation(minute, {"stage": stage, "started_at": None} | first_seen), f"e{minute}"

    created = _observation(0, {"stage": "offer", "started_at": _text(0)}), "e0"

    assert read_activity(_merged(created, moved(5, "won"))).started_at == _at(5)
    assert read_activity(_merged(created, moved(7, "won"), moved(5, "won"))).started_at == _at(5)
    assert read_activity(_merged(created, moved(5, "won"), moved(7, "lost" * 40))).started_at == _at(7)


_facts = st.dictionaries(
    st.sampled_from(["stage", "outcome", "actor", "heard_at", "heard_at:a"]), st.sampled_from(["a", "b", None]), max_size=4
)
_events = st.builds(
    lambda minute, deleted, facts, event_id: (_observation(minute, facts, deleted=deleted), event_id),
    st.integers(0, 3),
    st.sampled_from([None, True, False]),
    _facts,
    st.sampled_from(["e1", "e2", "e3", "e4"]),
)


@given(st.lists(_events, max_size=4, unique_by=lambda event: event[1]))
def test_order_and_duplicates_do_not_matter(events: list[tuple[Observation, str]]) -> None:
    expected = _merged(*events)

    for order in permutations(events):
        assert _merged(*order, *events) == expected
