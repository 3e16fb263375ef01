"""How disputed activities are described and identified."""

from decimal import Decimal

import pytest

from services.nudges.domain.feedback.disputes import (
    REASON_LABELS,
    RESOLUTION_LABELS,
    DisputeReason,
    RecordedActivity,
    Resolution,
    describe_facts,
    describe_kind,
    make_dispute_id,
)
from shared.events import PersonId, RepId
from shared.observation import ActivityId, SourceName


@pytest.mark.parametrize(
    ("activity", "description"),
    [
        (RecordedActivity(kind="call"), ""),
        (RecordedActivity(kind="call", duration_s=0.0), "0 s"),
        (RecordedActivity(kind="call", duration_s=59.6), "1 min"),
        (RecordedActivity(kind="call", duration_s=109.059), "1 min 49 s"),
        (RecordedActivity(kind="call", direction="outbound", outcome="no_answer"), "outbound, no answer"),
        (RecordedActivity(kind="won", amount=Decimal("20000.00"), currency="EUR", stage="offer"), "20000.00 EUR, stage offer"),
        (RecordedActivity(kind="won", amount=Decimal(5), deal_id="173712"), "5, deal 173712"),
    ],
)
def test_known_facts_are_described_and_unknown_ones_left_out(activity: RecordedActivity, description: str) -> None:
    assert describe_facts(activity) == description


def test_a_kind_is_described_as_a_title() -> None:
    assert describe_kind("proposal_sent") == "Proposal sent"


def test_facts_that_pages_do_not_show_are_not_stored() -> None:
    activity = RecordedActivity.model_validate({"kind": "call", "contact_key": "hush", "owner": "hush"})

    assert "hush" not in activity.model_dump_json()


def test_no_two_activities_share_a_dispute() -> None:
    ids = {
        make_dispute_id(RepId(PersonId(rep)), source=SourceName(source), account=account, activity_id=ActivityId(activity))
        for rep, source, account, activity in (
            ("a", "b", "c", "d"),
            ("ab", "", "c", "d"),
            ("a", "bc", "", "d"),
            ("a", "b", "", "cd"),
        )
    }

    assert len(ids) == 4


def test_the_id_of_a_dispute_never_changes() -> None:
    """It is part of addresses that people may have open, and the key of stored disputes."""
    dispute_id = make_dispute_id(RepId(PersonId("ana")), source=SourceName("acme"), account="", activity_id=ActivityId("c/1"))

    assert dispute_id == "edf2e24f275633bf4014acf6aa1cf3dd"


def test_every_reason_and_every_resolution_has_a_label() -> None:
    assert set(REASON_LABELS) == set(DisputeReason)
    assert set(RESOLUTION_LABELS) == set(Resolution)
