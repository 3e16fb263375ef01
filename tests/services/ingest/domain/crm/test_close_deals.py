"""Close: what an opportunity in a status is."""

from dataclasses import replace
from datetime import UTC, datetime
from itertools import permutations
from typing import Any, Final

import pytest

from services.ingest.domain.crm.close import DEAL_KINDS
from services.scoring.domain.activities.parts import WHOLE
from shared.observation import Observation
from tests.services.ingest.merged_activities import Activity, merge_activity
from tests.services.ingest.senders.close import make_body, make_event
from tests.services.ingest.senders.sender import make_source, observe, translate_json

SOURCE: Final = make_source("close")


def _opportunity(**record: object) -> Observation:
    return observe(SOURCE, make_body(make_event("opportunity", "updated", 1, record)))


def _activity(*events: dict[str, Any], part: str = WHOLE) -> Activity:
    return merge_activity(SOURCE.name, [item for event in events for item in translate_json(SOURCE, make_body(event))], part)


@pytest.mark.parametrize(("status", "kind"), [("won", "deal_won"), ("lost", "deal_lost"), ("active", "deal_stage_changed")])
def test_the_status_of_an_opportunity_is_its_kind(status: str, kind: str) -> None:
    observation = _opportunity(status_type=status)

    assert (observation.kind, observation.facts["kind"]) == ("deal_stage_changed", kind)
    assert kind == "deal_stage_changed" or status in DEAL_KINDS


@pytest.mark.parametrize("name", ["Proposal", "stat_1"])
def test_a_status_can_have_a_kind_of_its_own_by_its_label_or_its_id(name: str) -> None:
    source = replace(SOURCE, kinds={name: "proposal_sent"})
    record = {"status_type": "active", "status_label": "Proposal", "status_id": "stat_1"}

    facts = observe(source, make_body(make_event("opportunity", "created", 1, record))).facts

    assert facts == {
        "stage": "Proposal",
        "kind": "deal_stage_changed",
        "stage_kind": "proposal_sent",
        "started_at": "2025-10-09T08:01:00+00:00",
    }


@pytest.mark.parametrize(
    ("status", "changed", "closed_on"),
    [
        ("won", ["status_id"], "2025-10-07"),
        ("won", ["value"], None),
        ("lost", ["status_id"], None),
        ("active", ["status_id"], None),
    ],
)
def test_the_date_of_a_win_is_what_somebody_typed_when_the_deal_was_won(
    status: str, changed: list[str], closed_on: str | None
) -> None:
    event = make_event("opportunity", "updated", 5, {"status_type": status, "date_won": "2025-10-07"}, changed_fields=changed)

    assert observe(SOURCE, make_body(event)).facts.get("closed_on") == closed_on


@pytest.mark.parametrize(
    ("action", "changed", "is_dated"),
    [
        ("created", [], True),
        ("updated", ["status_type"], True),
        ("updated", ["status_id"], True),
        ("updated", ["value", "date_won"], False),
        ("updated", None, False),
    ],
)
@pytest.mark.parametrize("status", ["won", "lost", "active"])
def test_an_opportunity_counts_when_its_status_changed(
    status: str, action: str, changed: list[str] | None, is_dated: bool
) -> None:
    event = make_event("opportunity", action, 5, {"status_type": status}, changed_fields=changed)

    facts = observe(SOURCE, make_body(event)).facts

    assert facts.get("started_at") == ("2025-10-09T08:05:00+00:00" if is_dated else None)
    assert "stage_entered_at" not in facts


@pytest.mark.parametrize("value", [None, "100", 1.5])
def test_a_value_that_is_not_in_cents_is_left_out(value: object) -> None:
    assert "amount" not in _opportunity(status_type="active", value=value).facts


def test_a_deal_without_a_label_is_in_the_stage_of_its_status() -> None:
    assert _opportunity(status_type="won").facts["stage"] == "won"


def test_a_won_deal_counts_at_the_moment_when_it_was_won_and_its_cents_are_exact() -> None:
    deal = {"user_id": "user_1", "status_type": "active", "status_label": "Offer", "value": 100_001, "value_currency": "USD"}
    closed = deal | {"status_type": "won", "status_label": "Won"}
    events = [
        make_event("opportunity", "created", 1, deal),
        make_event("opportunity", "updated", 5, closed, changed_fields=["status_type", "date_won"]),
        make_event("opportunity", "updated", 9, closed | {"value": 250_000}, changed_fields=["value"]),
    ]

    merged, won = _activity(*events), _activity(*events, part="won")

    assert (merged.kind, merged.stage, str(merged.amount), merged.currency) == ("deal_stage_changed", "Won", "2500", "USD")
    assert (won.kind, won.stage, won.started_at) == ("deal_won", "Won", datetime(2025, 10, 9, 8, 5, tzinfo=UTC))
    assert str(_activity(*events[:2], part="won").amount) == "1000.01"
    for order in permutations(events):
        assert (_activity(*order), _activity(*order, part="won")) == (merged, won)
