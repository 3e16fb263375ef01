"""Salesloft: what its words and events mean."""

from typing import Final

import pytest

from services.ingest.domain.adapter import RetryPolicy
from services.ingest.domain.crm.salesloft import ADAPTER, KINDS, OUTCOMES
from tests.services.ingest.senders import BY_NAME
from tests.services.ingest.senders.sender import observe, translate_json

SOURCE: Final = BY_NAME["salesloft"].source
EXPECTED_OUTCOMES: Final = {
    "scheduled": "open",
    "booked": "scheduled",
    "completed": "completed",
    "Connected": "connected",
    "No Answer": "no_answer",
    "Busy": "busy",
    "Left Voicemail": "left_voicemail",
    "Wrong Number": "wrong_number",
    "sent": "sent",
    "sent_from_gmail": "sent",
    "sent_from_outlook": "sent",
    "sent_from_exchange": "sent",
    "sent_from_external": "sent",
    "delivered": "sent",
    "viewed": "sent",
    "clicked": "sent",
    "replied": "sent",
    "pending": "sending",
    "pending_reply_check": "sending",
    "pending_through_gmail": "sending",
    "pending_through_external": "sending",
    "sending": "sending",
    "delivering": "sending",
    "cancelled": "canceled",
    "failed": "failed",
    "bounced": "bounced",
    "Gatekeeper": "other",
}


@pytest.mark.parametrize(("status", "outcome"), EXPECTED_OUTCOMES.items())
def test_a_status_is_an_outcome(status: str, outcome: str) -> None:
    facts = observe(SOURCE, {"id": 1, "status": status}, headers={"event": "task_updated"}).facts

    assert (facts["outcome"], facts["outcome_raw"]) == (outcome, status)


@pytest.mark.parametrize(("bounced", "outcome"), [(True, "bounced"), (False, "sent"), (None, "sent")])
def test_a_mail_that_came_back_stays_sent_at_salesloft_and_is_bounced_here(bounced: bool | None, outcome: str) -> None:
    body = {"id": 1, "status": "sent", "bounced": bounced}

    assert observe(SOURCE, body, headers={"event": "email_updated"}).facts["outcome"] == outcome


def test_every_outcome_is_expected() -> None:
    assert EXPECTED_OUTCOMES.keys() - {"Gatekeeper"} == OUTCOMES.keys()


def test_a_disposition_counts_before_a_state_and_a_state_before_a_status() -> None:
    record = {"id": 1, "disposition": "Busy", "current_state": "completed", "status": "sent"}
    headers = {"event": "task_updated"}

    disposed, stated = [
        observe(SOURCE, {name: value for name, value in record.items() if name != missing}, headers=headers).facts
        for missing in ("", "disposition")
    ]

    assert (disposed["outcome"], stated["outcome"]) == ("busy", "completed")


STARTS: Final = ("start_time", "completed_at", "sent_at", "due_at", "created_at")


@pytest.mark.parametrize("first", range(len(STARTS)))
def test_an_activity_starts_at_the_first_of_its_times(first: int) -> None:
    start_times = {name: f"2026-01-12T0{hour}:00:00Z" for hour, name in enumerate(STARTS) if hour >= first}

    facts = observe(SOURCE, {"id": 1, **start_times}, headers={"event": "task_updated"}).facts

    assert facts["started_at"] == f"2026-01-12T0{first}:00:00+00:00"


def test_a_task_that_is_due_on_a_date_is_on_that_date() -> None:
    facts = observe(SOURCE, {"id": 1, "due_at": "2026-01-12"}, headers={"event": "task_updated"}).facts

    assert facts == {"started_at": None, "started_on": "2026-01-12"}


@pytest.mark.parametrize("event", ["created", "updated", "completed", "booked", "deleted"])
@pytest.mark.parametrize("kind", ["task", "call", "email", "meeting"])
def test_each_event_has_its_kind_and_an_id_that_no_other_kind_has(kind: str, event: str) -> None:
    observation = observe(SOURCE, {"id": 1}, headers={"event": f"{kind}_{event}"})

    assert (observation.kind, observation.activity_id) == (kind, f"{kind}-1")
    assert observation.deleted is (True if event == "deleted" else None)
    assert f"{kind}_{event}" in KINDS


def test_there_are_no_other_kinds() -> None:
    assert len(KINDS) == 4 * 5
    assert translate_json(SOURCE, {"id": 1}, headers={"event": "person_updated"}) == []


def test_its_retries_are_as_published() -> None:
    assert ADAPTER.retry_policy == RetryPolicy(attempts_max=4, window_s=45)
