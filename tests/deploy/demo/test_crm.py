"""What the simulated CRM sends."""

import json
from collections import Counter
from datetime import UTC, datetime

from standardwebhooks.webhooks import Webhook

from deploy.demo.crm import Record, records
from deploy.demo.habits import TEAM, WORKED, planned_days
from deploy.demo.play import by_step, instants
from deploy.demo.sender import request_of
from shared.observation import ObservationRefused, read_observation

SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
ALL = records(seed=1, weeks=4)


def test_the_same_seed_sends_the_same() -> None:
    assert records(seed=1, weeks=4) == ALL
    assert records(seed=2, weeks=4) != ALL


def test_there_are_duplicates_deletions_late_records_and_nonsense_among_it() -> None:
    bodies = Counter(json.dumps(record.body) for record in ALL if isinstance(record.body, dict))
    late = [record for record in ALL if isinstance(record.body, dict) and _delay_h(record) > 12]

    assert sum(count > 1 for count in bodies.values()) > 50
    assert any('"deleted": true' in body for body in bodies)
    assert late
    assert {record.signed for record in ALL} == {True, False}
    assert any(isinstance(record.body, bytes) for record in ALL)


def test_everything_else_that_it_sends_is_a_good_observation() -> None:
    refused = 0
    for record in ALL:
        if isinstance(record.body, dict):
            try:
                read_observation(json.dumps(record.body).encode())
            except ObservationRefused:
                refused += 1

    assert refused == 4


def test_a_standard_webhook_is_signed_as_the_reference_library_wants_it() -> None:
    now = datetime.now(UTC)
    signed = next(record for record in ALL if record.source == "acme" and record.signed)
    headers, body = request_of(signed, secret=SECRET, now=now)

    assert Webhook(SECRET).verify(body, headers) is not None


def test_nothing_is_sent_before_it_has_happened() -> None:
    steps = list(instants(weeks=4))

    grouped = by_step(ALL, steps)

    assert sum(len(group) for group in grouped.values()) == len(ALL)
    assert all(record.at <= step for step, group in grouped.items() for record in group)


def test_every_letter_of_the_habits_means_something() -> None:
    for rep in TEAM:
        assert set(rep.days) <= set(WORKED) | {".", " "}
        assert [len(week) for week in rep.days.split()] == [5, 5, 5, 5]
        assert list(planned_days(rep, weeks=4))


def _delay_h(record: Record) -> float:
    assert isinstance(record.body, dict)
    started = record.body.get("facts", {}).get("started_at")
    return (record.at - datetime.fromisoformat(started)).total_seconds() / 3600 if started else 0.0
