"""How many items a body may have, what becomes of one that is not an object, and how the door responds."""

import pytest

from services.ingest.domain.adapter import ITEMS_MAX, STORED, UNAVAILABLE
from services.ingest.domain.webhook import BodyUnreadable, RefusedItem
from tests.services.ingest.senders.sender import make_source, translate_json

SOURCE = make_source("standard")


def test_a_body_may_have_a_thousand_items_and_no_more() -> None:
    assert ITEMS_MAX == 1_000
    assert len(translate_json(SOURCE, [7] * ITEMS_MAX)) == ITEMS_MAX

    with pytest.raises(BodyUnreadable, match="more than 1000 items"):
        translate_json(SOURCE, [7] * (ITEMS_MAX + 1))


def test_an_item_that_is_not_an_object_is_refused_by_its_place() -> None:
    assert translate_json(SOURCE, [7, None])[1] == RefusedItem(index=1, problem="not a JSON object")


def test_a_sender_repeats_what_was_not_stored_and_nothing_else() -> None:
    assert (STORED.status, STORED.body) == (200, b'{"stored":true}')
    assert (UNAVAILABLE.status, UNAVAILABLE.body) == (503, b'{"error":"cannot store webhooks now; send it again later"}')
