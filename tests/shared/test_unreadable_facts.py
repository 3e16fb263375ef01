"""Observations from which facts are left out that make no sense."""

import json

import pytest

from shared.observation import ObservationRefused, read_observation, read_without_unreadable

CALL = {"activity_id": "c1", "kind": "call", "observed_at": "2026-03-02T09:00:00Z", "facts": {"actor": "7"}}


def test_facts_that_make_no_sense_are_left_out_and_nothing_else_is() -> None:
    facts = {"actor": "7", "amount": "lots", "direction": "up", "outcome": "connected"}

    observation, unreadable = read_without_unreadable(json.dumps({**CALL, "facts": facts}).encode())

    assert observation.facts == {"actor": "7", "outcome": "connected"}
    assert [fact.name for fact in unreadable] == ["amount", "direction"]


def test_an_observation_that_makes_sense_is_read_as_ever() -> None:
    body = json.dumps(CALL).encode()

    assert read_without_unreadable(body) == (read_observation(body), [])


@pytest.mark.parametrize("body", [b"{", b"[]", json.dumps({**CALL, "observed_at": "soon"}).encode()])
def test_what_is_no_observation_is_refused(body: bytes) -> None:
    with pytest.raises(ObservationRefused):
        read_without_unreadable(body)
