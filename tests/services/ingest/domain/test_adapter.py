"""How many items a body may have, what becomes of one that makes no sense, and how the door responds."""

import pytest

from services.ingest.domain.adapter import ITEMS_MAX, STORED, UNAVAILABLE
from services.ingest.domain.webhook import BodyUnreadable, RefusedItem
from shared.observation import Observation, UnreadableFact
from tests.services.ingest.senders.sender import make_source, translate_json

SOURCE = make_source("standard")


def test_a_body_may_have_a_thousand_items_and_no_more() -> None:
    assert ITEMS_MAX == 1_000
    assert len(translate_json(SOURCE, [7] * ITEMS_MAX)) == ITEMS_MAX

    with pytest.raises(BodyUnreadable, match="more than 1000 items"):
        translate_json(SOURCE, [7] * (ITEMS_MAX + 1))


def test_an_item_that_is_not_an_object_is_refused_by_its_place() -> None:
    assert translate_json(SOURCE, [7, None])[1] == RefusedItem(index=1, problem="not a JSON object")


def test_the_facts_that_were_left_out_follow_their_observation() -> None:
    observation = {"activity_id": "1", "kind": "call", "observed_at": "2026-01-12T09:00:00Z"}
    content = [observation | {"facts": {"duration_s": -1, "actor": "7"}}, observation | {"facts": {"actor": "8"}}]

    first, unreadable, second = translate_json(SOURCE, content)

    assert isinstance(first, Observation)
    assert isinstance(second, Observation)
    assert (first.facts, second.facts) == ({"actor": "7"}, {"actor": "8"})
    assert unreadable == UnreadableFact(name="duration_s", problem="must be a number of seconds from 0 to 2678400")


@pytest.mark.parametrize(
    ("changes", "problem"),
    [
        ({"activity_id": ""}, "activity_id: must be text and not empty"),
        ({"kind": "A call"}, "kind: must be a slug such as call or proposal_sent"),
        ({"observed_at": "soon"}, "observed_at: not a time in RFC 3339, such as 2026-01-12T09:00:00+01:00"),
        ({"deleted": "no"}, "deleted: must be true or false"),
    ],
)
def test_an_item_is_refused_for_what_every_observation_needs(changes: dict[str, str], problem: str) -> None:
    observation = {"activity_id": "1", "kind": "call", "observed_at": "2026-01-12T09:00:00Z", "facts": {"duration_s": -1}}

    assert translate_json(SOURCE, observation | changes) == [RefusedItem(index=0, problem=problem)]


def test_a_sender_repeats_what_was_not_stored_and_nothing_else() -> None:
    assert (STORED.status, STORED.body) == (200, b'{"stored":true}')
    assert (UNAVAILABLE.status, UNAVAILABLE.body) == (503, b'{"error":"cannot store webhooks now; send it again later"}')
