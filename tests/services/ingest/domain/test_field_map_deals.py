"""Reading any JSON by a map: what a deal has come to, and changes without a time."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

import pytest

from services.ingest.domain.field_map import FIELDS
from shared.fact_values import FactValue
from shared.facts import FIRST_SEEN_AT
from shared.observation import Observation
from tests.services.ingest.senders import NOW
from tests.services.ingest.senders.sender import make_source, observe

FIELDS_BY_NAME: Final = {
    name: name for name in FIELDS - {"items", "deleted", "duration_clock", "duration_from", "duration_until"}
}
NO_KINDS: Final[Mapping[str, str]] = MappingProxyType({})
RECORD: Final = {"activity_id": "1", "kind": "call", "observed_at": "2026-01-12T09:00:00Z"}
DATES: Final = {
    "started_at": "2026-01-12T09:00:00Z",
    "stage_entered_at": "2026-01-11T09:00:00Z",
    "closed_on": "2026-01-10",
}
UNDATED_FIELDS: Final = {"activity_id": "activity_id", "kind": "kind", "stage": "stage", "started_at": "_.received_at"}


def _observe(
    record: Mapping[str, object], *, fields: Mapping[str, str] = FIELDS_BY_NAME, kinds: Mapping[str, str] = NO_KINDS
) -> Observation:
    return observe(make_source("shared-secret", fields=fields, kinds=kinds), {**RECORD, **record})


@pytest.mark.parametrize(
    ("record", "expected"),
    [
        (
            {"kind": "deal_stage_changed", "stage": "Offer"},
            {"stage": "Offer", "kind": "deal_stage_changed", "stage_kind": "deal_stage_changed"},
        ),
        (
            {"kind": "deal_stage_changed", "stage": "Proposal"},
            {"stage": "Proposal", "kind": "deal_stage_changed", "stage_kind": "proposal_sent"},
        ),
        ({"kind": "deal_stage_changed", "stage": "Signed"}, {"stage": "Signed", "kind": "deal_won"}),
        ({"kind": "deal_stage_changed", "stage": None, "amount": 1}, {"amount": "1"}),
        ({"kind": "deal_lost"}, {"kind": "deal_lost"}),
        ({"kind": "deal_won", "stage": "Offer"}, {"kind": "deal_won", "stage": "Offer"}),
    ],
)
def test_a_deal_states_its_result_only_with_its_stage_or_kind(
    record: dict[str, object], expected: dict[str, FactValue]
) -> None:
    observation = _observe(record, kinds={"Signed": "deal_won", "Proposal": "proposal_sent"})

    assert (observation.kind, observation.facts) == ("deal_stage_changed", expected)


def test_the_start_of_a_deal_counts_only_with_its_stage() -> None:
    without, with_stage = [
        _observe({"kind": "deal_stage_changed", "stage": stage, "started_at": "2026-01-12T09:00:00Z"})
        for stage in (None, "Offer")
    ]

    assert "started_at" not in without.facts
    assert with_stage.facts["started_at"] == "2026-01-12T09:00:00+00:00"


@pytest.mark.parametrize(
    ("record", "expected"),
    [
        (DATES, {"kind": "deal_stage_changed", "stage_kind": "deal_stage_changed", "started_at": "2026-01-11T09:00:00+00:00"}),
        (
            DATES | {"stage_entered_at": None},
            {"kind": "deal_stage_changed", "stage_kind": "deal_stage_changed", "started_at": "2026-01-12T09:00:00+00:00"},
        ),
        (
            DATES | {"kind": "deal_won"},
            {
                "kind": "deal_won",
                "started_at": "2026-01-12T09:00:00+00:00",
                "closed_on": "2026-01-10",
                "stage_entered_at": "2026-01-11T09:00:00+00:00",
                "stage_kind": "deal_stage_changed",
            },
        ),
        (
            DATES | {"kind": "deal_lost", "stage_entered_at": None},
            {"kind": "deal_lost", "started_at": "2026-01-12T09:00:00+00:00", "closed_on": "2026-01-10"},
        ),
    ],
)
def test_a_deal_enters_its_stage_at_one_time_and_is_closed_at_another(
    record: dict[str, object], expected: dict[str, FactValue]
) -> None:
    assert _observe({"kind": "deal_stage_changed", "stage": "Offer"} | record).facts == {"stage": "Offer"} | expected


@pytest.mark.parametrize("record", [{}, {"kind": "deal_won"}])
def test_an_undated_change_says_when_it_was_first_seen(record: dict[str, object]) -> None:
    facts = _observe(record, fields=UNDATED_FIELDS).facts

    assert (facts[FIRST_SEEN_AT.name], "started_at" in facts) == (NOW.isoformat(), False)


def test_an_undated_deal_entered_its_stage_when_it_arrived() -> None:
    facts = _observe({"kind": "deal_stage_changed", "stage": "Offer"}, fields=UNDATED_FIELDS).facts

    assert (facts["started_at"], FIRST_SEEN_AT.name in facts) == (NOW.isoformat(), False)


def test_an_undated_change_may_say_itself_when_it_started() -> None:
    fields = UNDATED_FIELDS | {"started_at": "started_at"}

    assert _observe({"started_at": "2026-01-12T09:00:00Z"}, fields=fields).facts == {"started_at": "2026-01-12T09:00:00+00:00"}


@pytest.mark.parametrize(
    ("deleted", "observed_at", "expected"), [(True, None, True), (False, None, None), (False, 1768208400, False)]
)
def test_an_undated_change_does_not_say_that_its_activity_exists(
    deleted: bool, observed_at: int | None, expected: bool | None
) -> None:
    observation = _observe({"gone": deleted, "observed_at": observed_at}, fields=FIELDS_BY_NAME | {"deleted": "gone"})

    assert observation.deleted is expected
