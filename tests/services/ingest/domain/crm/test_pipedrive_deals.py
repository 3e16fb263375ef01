"""Pipedrive: what a deal in a status is, and when it counts."""

from collections.abc import Mapping
from typing import Final

import pytest

from services.ingest.domain.crm.pipedrive import DEALS
from shared.observation import Observation
from tests.services.ingest.senders.pipedrive import make_body
from tests.services.ingest.senders.sender import make_source, observe

SOURCE: Final = make_source("pipedrive", kinds={"7": "proposal_sent"})
TIMES: Final = {
    "won_time": "2026-01-12 00:00:00",
    "lost_time": "2026-01-12 01:00:00",
    "stage_change_time": "2026-01-12 02:00:00",
    "add_time": "2026-01-12 03:00:00",
}


def _deal(record: Mapping[str, object]) -> Observation:
    return observe(SOURCE, make_body("deal", record))


@pytest.mark.parametrize(
    ("status", "kind", "started_at"),
    [
        ("won", "deal_won", "2026-01-12T00:00:00+00:00"),
        ("lost", "deal_lost", "2026-01-12T01:00:00+00:00"),
        ("open", "deal_stage_changed", "2026-01-12T02:00:00+00:00"),
    ],
)
def test_a_deal_counts_when_it_was_won_or_lost_or_last_moved(status: str, kind: str, started_at: str) -> None:
    deal = _deal({"status": status, "stage_id": 3} | TIMES)

    assert (deal.kind, deal.facts["kind"]) == ("deal_stage_changed", kind)
    assert (deal.facts["started_at"], deal.facts["stage"]) == (started_at, "3")
    assert deal.facts.get("stage_entered_at") == (None if status == "open" else "2026-01-12T02:00:00+00:00")


def test_every_status_is_expected() -> None:
    assert DEALS.keys() == {"won", "lost"}


def test_a_deal_that_never_moved_counts_when_it_was_added() -> None:
    facts = _deal({"status": "open", "stage_id": 3, "add_time": TIMES["add_time"]}).facts

    assert facts["started_at"] == "2026-01-12T03:00:00+00:00"


@pytest.mark.parametrize(("status", "kind"), [("open", "deal_stage_changed"), ("won", "deal_won"), ("lost", "deal_lost")])
def test_a_stage_can_have_a_kind_of_its_own_whatever_the_deal_has_come_to(status: str, kind: str) -> None:
    facts = _deal({"status": status, "stage_id": 7} | TIMES).facts

    assert (facts["kind"], facts["stage_kind"]) == (kind, "proposal_sent")


@pytest.mark.parametrize(
    ("record", "closed_at"),
    [
        ({"won_time": "2026-01-12 09:00:00", "close_time": "2026-01-12 10:00:00"}, "2026-01-12T09:00:00+00:00"),
        ({"won_time": None, "close_time": "2026-01-12 10:00:00"}, "2026-01-12T10:00:00+00:00"),
        ({"lost_time": "2026-01-12 09:00:00"}, None),
    ],
)
def test_a_deal_is_won_at_the_time_of_its_status_or_else_when_it_was_closed(
    record: dict[str, object], closed_at: str | None
) -> None:
    assert _deal({"status": "won"} | record).facts.get("started_at") == closed_at


@pytest.mark.parametrize(("record", "actor"), [({"owner_id": 1, "user_id": 3}, "1"), ({"user_id": {"id": 3}}, "3")])
def test_a_deal_belongs_to_its_owner_or_else_to_its_user(record: dict[str, object], actor: str) -> None:
    assert _deal(record).facts["actor"] == actor


def test_a_deal_has_an_exact_value_and_its_currency_or_neither() -> None:
    priced, free = _deal({"value": 0, "currency": "EUR"}).facts, _deal({"currency": ""}).facts

    assert (priced["amount"], priced["currency"]) == ("0", "EUR")
    assert free == {"actor": None, "amount": None, "currency": None}


def test_a_won_deal_stays_in_its_stage_which_it_entered_when_it_last_moved() -> None:
    facts = _deal({"status": "won", "stage_id": 3, "won_time": TIMES["won_time"], "add_time": TIMES["add_time"]}).facts

    assert facts["stage_entered_at"] == "2026-01-12T03:00:00+00:00"
    assert facts["stage_kind"] == "deal_stage_changed"


@pytest.mark.parametrize(
    ("record", "is_deleted"),
    [
        ({"status": "deleted"}, True),
        ({"is_deleted": True}, True),
        ({"deleted": True}, True),
        ({"active_flag": False}, True),
        ({"status": "open", "is_deleted": False, "deleted": False, "active_flag": True}, False),
        ({"active": False}, False),
    ],
)
def test_a_change_of_a_record_that_is_deleted_by_then_does_not_bring_it_back(
    record: dict[str, object], is_deleted: bool
) -> None:
    assert observe(SOURCE, make_body("deal", record)).deleted is is_deleted
