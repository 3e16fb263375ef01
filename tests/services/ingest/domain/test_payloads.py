"""What the bodies of every sender are translated into, one by one, and the activity that several of them come to in any order.

After an intended change, `python -m tests.services.ingest.domain.test_payloads` rewrites the expected observations; read the
diff.
"""

import json
import re
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from itertools import permutations
from typing import Any, Final

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.ingest.domain.webhook import RefusedItem, VerifiedWebhook
from services.scoring.domain.activities.parts import WHOLE, part_id
from shared.observation import ActivityId
from tests.services.ingest.merged_activities import Activity, merge_activities, merge_activity
from tests.services.ingest.senders import BY_NAME, NOW, PAYLOADS, SENDERS, Sender
from tests.services.ingest.senders.sender import translate

BODIES: Final = [(sender.name, name) for sender in SENDERS for name in sender.payload_names()]
STORIES: Final = [(sender.name, story) for sender in SENDERS for story in sender.stories()]

Delivery = tuple[bytes, datetime]
"""A body and when it arrives."""


def _translated(sender: Sender, name: str) -> list[Any]:
    return [
        {"refused": translated.problem} if isinstance(translated, RefusedItem) else msgspec.to_builtins(translated)
        for translated in sender.translate(sender.payload(name))
    ]


@pytest.mark.parametrize(("sender", "name"), BODIES)
def test_a_body_is_translated_into_the_expected_observations(sender: str, name: str) -> None:
    expected = json.loads((PAYLOADS / sender / "expected.json").read_text())

    assert _translated(BY_NAME[sender], name) == expected[name]


def _minute_by_minute(bodies: Sequence[bytes]) -> list[Delivery]:
    """Each body once, a minute after the previous one."""
    return [(body, NOW + timedelta(minutes=index)) for index, body in enumerate(bodies)]


def _activities(sender: Sender, deliveries: Sequence[Delivery]) -> dict[ActivityId, Activity]:
    """What scoring has recorded after these deliveries."""
    return merge_activities(
        sender.source.name, [translated for body, at in deliveries for translated in sender.translate(body, at=at)]
    )


def _activity(sender: Sender, *bodies: bytes, part: str = WHOLE) -> Activity:
    """The activity that the first body is about, or a part of it."""
    activities = _activities(sender, _minute_by_minute(bodies))
    return activities[part_id(min(activities), part)]


def _utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("name", "actor", "started_at", "duration_s"),
    [
        ("hubspot", "882761034", "2026-01-12T08:57", 182),
        ("salesforce", "005000000000007AAA", "2026-01-12T09:00", 182),
        ("pipedrive", "12415231", "2026-01-12T09:03", 300),
        ("close", "user_1", "2026-01-12T08:57", 182),
        ("zoho", "554023000000235011", "2026-01-12T08:57", 182),
        ("espocrm", "u7", "2026-01-12T08:57", 182),
        ("outreach", "2", "2026-01-12T08:57:10", 172),
        ("aircall", "736640", "2026-01-12T09:00", 15),
        ("zapier", "ana@example.com", "2026-01-12T09:00", 182),
    ],
)
def test_the_webhooks_about_a_call_come_to_one_correct_activity(
    name: str, actor: str, started_at: str, duration_s: float
) -> None:
    call = _activity(BY_NAME[name], *BY_NAME[name].stories()["call"])

    assert (call.kind, call.outcome, call.actor, call.is_deleted) == ("call", "connected", actor, False)
    assert (call.started_at, call.duration_s) == (_utc(started_at), duration_s)


@pytest.mark.parametrize(
    ("name", "outcome", "duration_s"),
    [
        ("hubspot", "held", None),
        ("salesforce", None, 2700),
        ("pipedrive", "held", 2700),
        ("close", "held", 2700),
        ("zoho", "held", 2700),
    ],
)
def test_the_webhooks_about_a_meeting_come_to_one_correct_activity(
    name: str, outcome: str | None, duration_s: float | None
) -> None:
    meeting = _activity(BY_NAME[name], *BY_NAME[name].stories()["meeting"])

    assert (meeting.kind, meeting.outcome, meeting.duration_s) == ("meeting", outcome, duration_s)
    assert meeting.started_at == _utc("2026-01-13T10:00")


@pytest.mark.parametrize(
    ("name", "won_at"),
    [
        ("hubspot", "2026-01-12T09:08:20"),
        ("salesforce", "2026-01-12T15:00"),
        ("pipedrive", "2026-01-12T15:00"),
        ("close", "2026-01-12T15:00"),
        ("zoho", "2026-01-12T15:00"),
        ("espocrm", "2026-01-15T09:01"),  # its arrival, because EspoCRM does not say when
        ("outreach", "2026-01-12T15:00"),
        ("dataverse", "2026-01-12T15:00"),
    ],
)
def test_a_won_deal_stays_on_the_day_on_which_it_was_won_with_its_newest_amount(name: str, won_at: str) -> None:
    story = BY_NAME[name].stories()["deal"]

    deal, won = _activity(BY_NAME[name], *story), _activity(BY_NAME[name], *story, part="won")

    assert (deal.kind, deal.amount, deal.started_at) == ("deal_stage_changed", Decimal(1250), None)
    assert (won.kind, won.amount, won.started_at, won.is_deleted) == ("deal_won", Decimal(1250), _utc(won_at), False)
    assert deal.currency == won.currency == (None if name == "dataverse" else "EUR")


@pytest.mark.parametrize(
    ("name", "stage", "entered_at"),
    [
        ("hubspot", "appointmentscheduled", "2026-01-12T09:00"),
        ("salesforce", "Proposal/Price Quote", "2026-01-10T09:00"),
        ("pipedrive", "2", "2026-01-05T13:18:55"),
        ("close", "Offer", "2026-01-05T09:00"),
        ("zoho", "Qualification", "2026-01-05T10:20"),
        ("espocrm", "Negotiation", "2026-01-05T08:00"),
        ("outreach", "11", "2026-01-05T08:00"),
        ("dataverse", "0", "2026-01-05T08:00"),
        ("monday", "Negotiation", "2026-01-12T09:01:40.250"),
        ("twenty", "PROPOSAL", "2026-01-05T08:00"),
    ],
)
def test_a_stage_that_a_deal_has_left_stays_on_the_day_on_which_it_was_entered(name: str, stage: str, entered_at: str) -> None:
    entered = _activity(BY_NAME[name], *BY_NAME[name].stories()["deal"], part=f"stage-{stage}")

    assert (entered.kind, entered.stage, entered.started_at) == ("deal_stage_changed", stage, _utc(entered_at))
    assert not entered.is_deleted


@pytest.mark.parametrize(
    ("name", "booked_at"),
    [("hubspot", "2026-01-12T09:00"), ("pipedrive", "2026-01-12T08:40"), ("calendly", "2026-01-12T09:00")],
)
def test_the_booking_of_a_meeting_is_an_activity_of_its_own(name: str, booked_at: str) -> None:
    booking = _activity(BY_NAME[name], *BY_NAME[name].stories()["meeting"], part="booked")

    assert (booking.kind, booking.started_at, booking.is_deleted) == ("meeting_booked", _utc(booked_at), False)


def _repeat(deliveries: Sequence[Delivery], repetitions: int) -> list[Delivery]:
    """The deliveries, and all of them again on each of the next days."""
    return [(body, at + timedelta(days=days)) for days in range(repetitions) for body, at in deliveries]


@pytest.mark.parametrize(("name", "story"), STORIES)
def test_webhooks_may_arrive_in_any_order_and_any_number_of_times(name: str, story: str) -> None:
    sender, deliveries = BY_NAME[name], _minute_by_minute(BY_NAME[name].stories()[story])

    expected = _activities(sender, deliveries)
    for order in permutations(deliveries):
        for repetitions in (1, 2, 10):
            repeated = _repeat(order, repetitions)
            assert _activities(sender, repeated) == expected
            assert _activities(sender, repeated[::-1]) == expected


@given(st.data())
def test_up_to_six_webhooks_shuffled_and_repeated_give_one_result(data: st.DataObject) -> None:
    sender = data.draw(st.sampled_from(SENDERS), label="sender")
    bodies = [body for story in sender.stories().values() for body in story]
    chosen = _minute_by_minute(
        data.draw(st.lists(st.sampled_from(bodies), min_size=1, max_size=6, unique=True), label="bodies")
    )
    repeated = _repeat(chosen, data.draw(st.sampled_from([1, 2, 10]), label="repetitions"))

    shuffled = data.draw(st.permutations(repeated), label="order")

    assert _activities(sender, shuffled) == _activities(sender, chosen)


def test_an_undated_activity_counts_when_it_was_first_seen_and_stays_deleted() -> None:
    sender = BY_NAME["attio"]
    created = sender.payload("note-1")
    deleted, later = created.replace(b"note.created", b"note.deleted"), NOW + timedelta(days=3)

    twice = _activities(sender, [(created, later), (created, NOW)])
    gone = _activities(sender, [(created, NOW), (deleted, NOW + timedelta(hours=1)), (created, later)])

    assert [(note.kind, note.started_at, note.is_deleted) for note in twice.values()] == [("note", NOW, False)]
    assert [note.is_deleted for note in gone.values()] == [True]


def test_an_activity_that_is_marked_done_and_then_not_is_scheduled_again() -> None:
    sender = BY_NAME["pipedrive"]

    call = _activity(sender, *sender.stories()["call"], sender.payload("call-undone"))

    assert (call.outcome, call.duration_s) == ("scheduled", None)


def test_a_task_that_is_reopened_has_not_been_done() -> None:
    sender = BY_NAME["salesforce"]

    call = _activity(sender, *sender.stories()["call"], sender.payload("call-reopened"))

    assert (call.kind, call.started_at, call.outcome) == ("call", None, None)


def test_an_amount_that_is_emptied_is_withdrawn() -> None:
    sender = BY_NAME["salesforce"]

    deal = _activity(sender, *sender.stories()["deal"], sender.payload("deal-emptied"))

    assert (deal.amount, deal.currency) == (None, "EUR")


def test_of_two_undated_changes_in_one_body_the_later_counts() -> None:
    source = replace(BY_NAME["zapier"].source, fields={"activity_id": "id", "kind": "kind", "stage": "stage"})
    webhook = VerifiedWebhook(
        source=source.name,
        headers={},
        body=b'[{"id": 1, "kind": "deal_stage_changed", "stage": "A"}, {"id": 1, "kind": "deal_stage_changed", "stage": "B"}]',
        received_at=NOW,
    )

    deal = merge_activity(source.name, translate(webhook, source))

    assert deal.stage == "B"


@pytest.mark.parametrize("name", ["hubspot", "pipedrive", "zoho"])
def test_a_deletion_takes_the_call_back(name: str) -> None:
    sender = BY_NAME[name]

    assert _activity(sender, *sender.stories()["call"], sender.payload("deletion")).is_deleted


def _at_attempt(number: int, body: bytes) -> bytes:
    return re.sub(rb'"(attempt|attemptNumber|retry)": \d', rb'"\1": %d' % number, body)


@pytest.mark.parametrize("sender", SENDERS, ids=lambda sender: sender.name)
def test_an_item_has_the_same_identity_in_every_delivery_and_shares_it_with_no_other(sender: Sender) -> None:
    bodies = [body for story in sender.stories().values() for body in story]

    first, second = [
        [
            repr(sender.adapter.identify(item))
            for body in bodies
            for item in sender.adapter.items(sender.verified(_at_attempt(attempt, body)), sender.source)
            if isinstance(item, dict)
        ]
        for attempt in (1, 2)
    ]

    assert first == second
    assert len(set(first)) == len(first)


if __name__ == "__main__":
    for written in SENDERS:
        expected_observations = {name: _translated(written, name) for name in written.payload_names()}
        (PAYLOADS / written.name / "expected.json").write_text(json.dumps(expected_observations, indent=1) + "\n")
