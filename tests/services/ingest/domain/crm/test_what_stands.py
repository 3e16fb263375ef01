"""Which of several webhooks about one activity is right, and what of a webhook can be read."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Final

import pytest

from services.ingest.domain.webhook import Source
from services.scoring.domain.activities.activity import Activity, read_activity
from services.scoring.domain.activities.fact_states import merge
from services.scoring.domain.activities.statements import FactStates
from services.scoring.record.read_event import ObservedEvent
from shared.event_types import ACTIVITY_OBSERVED
from shared.observation import Observation, observation_id
from tests.services.ingest.senders import BY_NAME, NOW
from tests.services.ingest.senders.sender import make_source, observe, translate_json
from tests.services.ingest.weeks import aircall, odoo, salesforce
from tests.services.ingest.weeks.counted import deliver
from tests.services.ingest.weeks.week import Write, at, iso

LATER: Final = timedelta(milliseconds=50)


def _merged(*events: ObservedEvent) -> Activity:
    states: FactStates = {}
    for event in events:
        states = merge(states, event.observation, event.rank)
    return read_activity(states)


def _salesforce(second: bool) -> Write:
    return salesforce.call("00T1", "Mon 16 09:00", "Connected" if second else "No Answer")


def _odoo(second: bool) -> Write:
    return odoo.deal(41, odoo.QUALIFIED if second else odoo.NEW)


def _aircall(second: bool) -> Write:
    return aircall.ended(1, ringing_s=5 if second else 0)


@pytest.mark.parametrize("order", [1, -1])
@pytest.mark.parametrize(
    ("name", "make", "fact", "expected"),
    [
        ("salesforce", _salesforce, "outcome", "connected"),
        ("odoo", _odoo, "stage", str(odoo.QUALIFIED)),
        ("aircall", _aircall, "outcome", "connected"),
    ],
)
async def test_of_two_states_of_the_same_second_the_one_that_arrives_later_stands(
    name: str, make: Callable[[bool], Write], fact: str, expected: str, order: int
) -> None:
    second = at("Mon 16 09:05")
    webhooks = [
        await deliver(BY_NAME[name], make(is_second)(second), received_at=second + is_second * LATER)
        for is_second in (False, True)
    ]
    events = [event for webhook in webhooks for event in webhook.events]

    assert getattr(_merged(*events[::order]), fact) == expected


def _read(source: Source, content: object, *, read_again: bool) -> list[ObservedEvent]:
    """The events of a webhook that was received at `NOW`, and perhaps read again the next day."""
    read_at = NOW + timedelta(days=1) if read_again else None
    return [
        ObservedEvent(
            event_id=observation_id(source.name, observation),
            source=source.name,
            observation=observation,
            received_at=NOW,
            read_at=read_at,
            headers={"ce-type": ACTIVITY_OBSERVED},
        )
        for observation in translate_json(source, content)
        if isinstance(observation, Observation)
    ]


def test_calls_of_an_outcome_that_the_mapping_lacked_count_once_they_are_read_again() -> None:
    before = BY_NAME["zapier"].source
    after = replace(before, outcomes={**before.outcomes, "Gatekeeper": "no_answer"})
    bodies = [
        {"id": f"c{number}", "type": "call", "rep": "ana", "at": iso(NOW), "changed": iso(NOW), "outcome": "Gatekeeper"}
        for number in range(20)
    ]

    outcomes = []
    for body in bodies:
        first, again = _read(before, body, read_again=False), _read(after, body, read_again=True)
        outcomes.append({_merged(*first, *again).outcome, _merged(*again, *first).outcome})

    assert outcomes == [{"no_answer"}] * 20


async def test_a_correction_stands_against_a_webhook_that_claims_to_be_of_next_year() -> None:
    zapier = BY_NAME["zapier"]
    call = {"id": "c1", "type": "call", "rep": "ana", "at": iso(NOW)}
    ahead = await deliver(
        zapier, call | {"changed": iso(NOW.replace(year=NOW.year + 1)), "outcome": "connected"}, received_at=NOW
    )
    correction_at = NOW + timedelta(hours=1)
    correction = await deliver(
        zapier, call | {"changed": iso(correction_at), "outcome": "no answer"}, received_at=correction_at
    )

    assert _merged(*ahead.events, *correction.events).outcome == "no_answer"


@pytest.mark.parametrize(
    ("facts", "expected"),
    [
        ({"amount": "$1,500.00"}, {"amount": "1500.00"}),
        ({"amount": "1.234,50"}, {"amount": "1234.50"}),
        ({"amount": "99.1234567"}, {"amount": "99.12"}),
        ({"amount": "", "currency": "", "seconds": ""}, {}),
        ({"currency": "eur"}, {"currency": "EUR"}),
        ({"seconds": "182 sec"}, {"duration_s": 182}),
        ({"amount": "a lot", "seconds": "a while", "currency": "euros"}, {}),
        ({"outcome": "connected"}, {"outcome": "connected", "outcome_raw": "connected"}),
        ({"outcome": "x" * 2_000}, {"outcome": "other", "outcome_raw": "x" * 1_024}),
    ],
)
def test_an_activity_counts_whatever_of_its_further_facts_cannot_be_read(
    facts: dict[str, object], expected: dict[str, object]
) -> None:
    body = {"id": "c1", "type": "call", "rep": "ana", "at": iso(NOW), "changed": iso(NOW), **facts}

    observation, *_ = translate_json(BY_NAME["zapier"].source, body)

    assert isinstance(observation, Observation)
    stated = {name: value for name, value in observation.facts.items() if value is not None}
    assert stated == {"actor": "ana", "started_at": "2026-01-15T09:00:00+00:00", **expected}


def test_a_meeting_that_ends_before_it_begins_has_no_duration_and_is_reported() -> None:
    body = {
        "event": "invitee.created",
        "created_at": "2026-01-12T09:00:00Z",
        "payload": {
            "uri": "I1",
            "scheduled_event": {"start_time": "2026-01-13T10:00:00Z", "end_time": "2026-01-13T09:00:00Z"},
        },
    }

    meeting, unreadable = translate_json(BY_NAME["calendly"].source, body)

    assert isinstance(meeting, Observation)
    assert (meeting.facts["started_at"], "duration_s" in meeting.facts) == ("2026-01-13T10:00:00+00:00", False)
    assert getattr(unreadable, "name", None) == "duration_s"


def test_a_missed_call_of_aircall_is_a_call_that_nobody_answered() -> None:
    body = aircall.ended(1, direction="inbound", missed="agents_did_not_answer")(at("Mon 16 09:00"))

    assert observe(BY_NAME["aircall"].source, body).facts["outcome"] == "no_answer"


def test_an_outcome_in_our_own_terms_needs_no_table() -> None:
    source = make_source("shared-secret", fields={"activity_id": "id", "kind": "kind", "outcome": "outcome"})

    assert observe(source, {"id": 1, "kind": "call", "outcome": "connected"}).facts["outcome"] == "connected"
