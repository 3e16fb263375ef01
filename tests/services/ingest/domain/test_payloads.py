"""What every sender's bodies say: golden files piece by piece, and the activity that the pieces end as, in any order.

After a change that is meant, `python -m tests.services.ingest.domain.test_payloads` writes the golden file anew; read its diff.
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

from services.ingest.domain.webhook import Refused, VerifiedWebhook
from services.scoring.domain.activities.fact_states import Activity, FactStates, merge, read_activity
from shared.observation import Observation, observation_id
from tests.services.ingest.senders import BY_NAME, NOW, PAYLOADS, SENDERS, Sender

GOLDEN: Final = PAYLOADS / "golden.json"
NAMES: Final = sorted(f"{path.parent.name}/{path.stem}" for path in PAYLOADS.glob("*/*"))
STORIES: Final = [(sender.name, story) for sender in SENDERS for story in sender.stories()]


Delivery = tuple[bytes, datetime]
"""A body, and when it comes."""


def _said(sender: Sender, body: bytes, at: datetime = NOW) -> list[Observation | Refused]:
    return sender.adapter.translate(sender.verified(body, at=at), sender.source)


def _written(name: str) -> list[Any]:
    sender, _, payload = name.partition("/")
    said = _said(BY_NAME[sender], BY_NAME[sender].payload(payload))
    return [msgspec.to_builtins(one) if isinstance(one, Observation) else {"refused": one.problem} for one in said]


@pytest.mark.parametrize("name", NAMES)
def test_a_body_says_what_its_golden_file_shows(name: str) -> None:
    assert _written(name) == json.loads(GOLDEN.read_text())[name]


def _one_by_one(pieces: Sequence[bytes]) -> list[Delivery]:
    """Each piece once, a minute after the one before."""
    return [(piece, NOW + timedelta(minutes=number)) for number, piece in enumerate(pieces)]


def _states(sender: Sender, deliveries: Sequence[Delivery]) -> dict[str, FactStates]:
    """What scoring keeps of each activity, when the deliveries are recorded in this order."""
    states: dict[str, FactStates] = {}
    for body, at in deliveries:
        for one in _said(sender, body, at):
            if isinstance(one, Observation):
                known = states.setdefault(one.activity_id, {})
                states[one.activity_id] = merge(known, one, observation_id(sender.name, one))
    return states


def _activities(sender: Sender, deliveries: Sequence[Delivery]) -> dict[str, Activity]:
    return {activity_id: read_activity(states) for activity_id, states in _states(sender, deliveries).items()}


def _activity(sender: Sender, *bodies: bytes) -> Activity:
    """What scoring makes of the pieces; the first piece says which activity."""
    found = _activities(sender, _one_by_one(bodies))
    return found[min(found)]


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
def test_a_real_call_ends_as_one_right_activity(name: str, actor: str, started_at: str, duration_s: float) -> None:
    call = _activity(BY_NAME[name], *BY_NAME[name].stories()["call"])

    assert (call.kind, call.outcome, call.actor, call.deleted) == ("call", "connected", actor, False)
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
def test_a_real_meeting_ends_as_one_right_activity(name: str, outcome: str | None, duration_s: float | None) -> None:
    meeting = _activity(BY_NAME[name], *BY_NAME[name].stories()["meeting"])

    assert (meeting.kind, meeting.outcome, meeting.duration_s) == ("meeting", outcome, duration_s)
    assert meeting.started_at == _utc("2026-01-13T10:00")


@pytest.mark.parametrize("name", ["hubspot", "salesforce", "pipedrive", "close", "zoho", "espocrm", "outreach", "dataverse"])
def test_a_real_won_deal_stays_on_the_day_it_was_won_and_keeps_its_newest_amount(name: str) -> None:
    deal = _activity(BY_NAME[name], *BY_NAME[name].stories()["deal"])

    won_at = {
        "hubspot": "2026-01-12T09:08:20",  # its close date
        "espocrm": "2026-01-15T09:01",  # when it came: nobody says when
    }
    assert (deal.kind, deal.amount) == ("deal_won", Decimal(1250))
    assert deal.currency == (None if name == "dataverse" else "EUR")
    assert deal.started_at == _utc(won_at.get(name, "2026-01-12T15:00"))


def _again_and_again(deliveries: Sequence[Delivery], times: int) -> list[Delivery]:
    """Each so many times: as it came first, and then days later."""
    return [(body, at + timedelta(days=late)) for late in range(times) for body, at in deliveries]


@pytest.mark.parametrize(("name", "story"), STORIES)
def test_the_pieces_may_come_in_any_order_and_any_number_of_times(name: str, story: str) -> None:
    sender, pieces = BY_NAME[name], _one_by_one(BY_NAME[name].stories()[story])

    expected = _activities(sender, pieces)
    for order in permutations(pieces):
        for times in (1, 2, 10):
            deliveries = _again_and_again(order, times)
            assert _activities(sender, deliveries) == expected
            assert _activities(sender, deliveries[::-1]) == expected


@given(st.data())
def test_up_to_six_pieces_of_a_kind_shuffled_and_repeated_give_one_result(data: st.DataObject) -> None:
    sender = data.draw(st.sampled_from(SENDERS), label="sender")
    pieces = [piece for story in sender.stories().values() for piece in story]
    chosen = _one_by_one(data.draw(st.lists(st.sampled_from(pieces), min_size=1, max_size=6, unique=True), label="pieces"))
    repeated = _again_and_again(chosen, data.draw(st.sampled_from([1, 2, 10]), label="times"))

    shuffled = data.draw(st.permutations(repeated), label="order")

    assert _activities(sender, shuffled) == _activities(sender, chosen)


def test_what_a_sender_does_not_date_counts_when_it_was_first_heard_of_and_stays_deleted() -> None:
    sender = BY_NAME["attio"]
    made = sender.payload("note-1")
    gone, late = made.replace(b"note.created", b"note.deleted"), NOW + timedelta(days=3)

    again = _activities(sender, [(made, late), (made, NOW)])
    deleted = _activities(sender, [(made, NOW), (gone, NOW + timedelta(hours=1)), (made, late)])

    assert [(one.kind, one.started_at, one.deleted) for one in again.values()] == [("note", NOW, False)]
    assert [one.deleted for one in deleted.values()] == [True]


def test_an_activity_that_is_done_and_then_not_is_scheduled_again() -> None:
    sender = BY_NAME["pipedrive"]

    call = _activity(sender, *sender.stories()["call"], sender.payload("call-undone"))

    assert (call.outcome, call.duration_s) == ("scheduled", None)


def test_a_task_that_is_opened_again_has_not_been_done() -> None:
    sender = BY_NAME["salesforce"]

    call = _activity(sender, *sender.stories()["call"], sender.payload("call-reopened"))

    assert (call.kind, call.started_at, call.outcome) == ("call", None, None)


def test_an_amount_that_is_emptied_is_taken_back() -> None:
    sender = BY_NAME["salesforce"]

    deal = _activity(sender, *sender.stories()["deal"], sender.payload("deal-emptied"))

    assert (deal.kind, deal.amount, deal.currency) == ("deal_won", None, "EUR")


def test_of_two_changes_without_a_time_in_one_body_the_later_counts() -> None:
    sender = BY_NAME["zapier"]
    source = replace(sender.source, fields={"activity_id": "id", "kind": "kind", "stage": "stage"})
    webhook = VerifiedWebhook(
        source=source.name,
        headers={},
        body=b'[{"id": 1, "kind": "deal_stage_changed", "stage": "A"}, {"id": 1, "kind": "deal_stage_changed", "stage": "B"}]',
        received_at=NOW,
    )

    states: FactStates = {}
    for one in sender.adapter.translate(webhook, source):
        assert isinstance(one, Observation)
        states = merge(states, one, observation_id(sender.name, one))

    assert read_activity(states).stage == "B"


@pytest.mark.parametrize("name", ["hubspot", "pipedrive", "zoho"])
def test_a_deletion_takes_the_call_back(name: str) -> None:
    sender = BY_NAME[name]

    assert _activity(sender, *sender.stories()["call"], sender.payload("deletion")).deleted


def _at_attempt(number: int, body: bytes) -> bytes:
    return re.sub(rb'"(attempt|attemptNumber|retry)": \d', rb'"\1": %d' % number, body)


@pytest.mark.parametrize("sender", SENDERS, ids=lambda sender: sender.name)
def test_an_item_has_the_same_identity_in_every_delivery_and_no_other_has_it(sender: Sender) -> None:
    bodies = [piece for story in sender.stories().values() for piece in story]

    first, again = [
        [
            repr(sender.adapter.identity(item))
            for body in bodies
            for item in sender.adapter.items(sender.verified(_at_attempt(attempt, body)), sender.source)
            if isinstance(item, dict)
        ]
        for attempt in (1, 2)
    ]

    assert first == again
    assert len(set(first)) == len(first)


if __name__ == "__main__":
    GOLDEN.write_text(json.dumps({name: _written(name) for name in NAMES}, indent=1) + "\n")
