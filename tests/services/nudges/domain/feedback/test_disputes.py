"""How disputed activities are described and identified."""

from datetime import date, timedelta
from decimal import Decimal

import pytest

from services.nudges.domain.feedback.disputes import (
    REASON_LABELS,
    RESOLUTION_LABELS,
    AnsweredDispute,
    DisputedRecord,
    DisputeId,
    DisputeReason,
    RecordedActivity,
    Resolution,
    describe_facts,
    describe_kind,
    dispute_answer_candidate,
    dispute_of_occasion,
    make_dispute_id,
    new_disputes_candidate,
)
from shared.events import PersonId, RepId
from shared.observation import ActivityId, SourceName
from tests.services.nudges.builders.days import MONDAY, TUESDAY, at


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


def _records(*of_reps: str) -> list[DisputedRecord]:
    return [DisputedRecord(rep_id=_rep(name), day=MONDAY, reason=DisputeReason.TWICE) for name in of_reps]


def _rep(name: str) -> RepId:
    return RepId(PersonId(name))


NAMES = {_rep(name): name for name in ("Ana", "Ben", "Cleo", "Dan", "Eva", "Ana R.", "Ana Ruiz (ana-2)")}


@pytest.mark.parametrize(
    ("of_reps", "text"),
    [
        (
            ("Ana",),
            "Ana disputes a record from yesterday: it's recorded twice. Please correct it in the CRM, or say that it's right.",
        ),
        (("Ana", "Ana"), "Ana disputes two records. Please correct them in the CRM, or say that they're right."),
        (("Ben", "Ana"), "Ana and Ben dispute two records. Please correct them in the CRM, or say that they're right."),
        (
            ("Ana R.", "Ana Ruiz (ana-2)"),
            "Ana R. and Ana Ruiz (ana-2) dispute two records. Please correct them in the CRM, or say that they're right.",
        ),
        (
            ("Ana", "Ben", "Cleo", "Dan", "Eva", "Ana R.", "Ana R."),
            (
                "Ana, Ana R. (two records), Ben, Cleo, Dan and one other dispute seven records. "
                "Please correct them in the CRM, or say that they're right."
            ),
        ),
    ],
    ids=["one", "two of one rep", "two reps", "of one name", "many"],
)
def test_a_manager_reads_who_disputes_how_much(of_reps: tuple[str, ...], text: str) -> None:
    candidate = new_disputes_candidate(_records(*of_reps), NAMES, hour=at(TUESDAY, "10:00"), today=TUESDAY)

    assert candidate.wordings == (text,)
    assert [mention.id for mention in candidate.about] == list(dict.fromkeys(of_reps))
    assert candidate.is_urgent


@pytest.mark.parametrize(
    ("kind", "day", "record"),
    [
        ("meeting_booked", MONDAY, "yesterday (meeting booked)"),
        ("call", MONDAY - timedelta(days=10), "Friday 20 February (call)"),
    ],
)
def test_an_answer_names_the_record_by_its_day_and_kind(kind: str, day: date, record: str) -> None:
    answered = AnsweredDispute(
        id=DisputeId("d1"),
        day=day,
        kind=kind,
        reason=DisputeReason.KIND,
        resolution=Resolution.PUT_RIGHT,
        manager_id="mara",
        resolved_at=at(TUESDAY, "10:00"),
    )

    candidate = dispute_answer_candidate(answered, rep_name="van der Berg, Eva", manager_name="Mara Lind", today=TUESDAY)

    assert candidate.wordings == (f"Eva, Mara Lind says your record from {record} is now corrected in the CRM.",)
    assert (
        candidate.reason
        == "You said: it was a different kind of activity. Your score changes once the CRM sends the correction."
    )
    assert dispute_of_occasion(candidate.occasion) == "d1"
