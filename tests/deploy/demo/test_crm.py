"""The webhooks that the simulated CRM sends."""

import json
from collections import Counter
from datetime import UTC, datetime

from standardwebhooks.webhooks import Webhook

from deploy.demo.crm import Record, make_records
from deploy.demo.habits import TEAM, WORKED, planned_days
from deploy.demo.play import group_by_step, list_steps
from deploy.demo.sender import make_request
from shared.observation import ObservationRefused, read_observation

SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
RECORDS = make_records(seed=1, weeks=4)


def test_the_same_seed_gives_the_same_webhooks() -> None:
    assert make_records(seed=1, weeks=4) == RECORDS
    assert make_records(seed=2, weeks=4) != RECORDS


def test_there_are_duplicates_deletions_late_records_and_invalid_ones_among_them() -> None:
    bodies = Counter(json.dumps(record.body) for record in RECORDS if isinstance(record.body, dict))
    late = [record for record in RECORDS if isinstance(record.body, dict) and _delay_h(record) > 12]

    assert sum(count > 1 for count in bodies.values()) > 50
    assert any('"deleted": true' in body for body in bodies)
    assert late
    assert {record.is_signed for record in RECORDS} == {True, False}
    assert any(isinstance(record.body, bytes) for record in RECORDS)


def test_every_other_body_is_a_valid_observation() -> None:
    refused = 0
    for record in RECORDS:
        if isinstance(record.body, dict):
            try:
                read_observation(json.dumps(record.body).encode())
            except ObservationRefused:
                refused += 1

    assert refused == 4


def test_the_reference_library_accepts_the_signature_of_a_standard_webhook() -> None:
    now = datetime.now(UTC)
    record = next(record for record in RECORDS if record.source == "acme" and record.is_signed)
    headers, body = make_request(record, secret=SECRET, now=now)

    assert Webhook(SECRET).verify(body, headers) is not None


def test_nothing_is_sent_before_it_has_happened() -> None:
    steps = list_steps(weeks=4)

    grouped = group_by_step(RECORDS, steps)

    assert sum(len(group) for group in grouped.values()) == len(RECORDS)
    assert all(record.at <= step for step, group in grouped.items() for record in group)


def test_every_rep_has_a_known_habit_for_each_day_of_four_weeks() -> None:
    for rep in TEAM:
        assert set(rep.days) <= set(WORKED) | {".", " "}
        assert [len(week) for week in rep.days.split()] == [5, 5, 5, 5]
        assert list(planned_days(rep, weeks=4))


def _delay_h(record: Record) -> float:
    assert isinstance(record.body, dict)
    started = record.body.get("facts", {}).get("started_at")
    return (record.at - datetime.fromisoformat(str(started))).total_seconds() / 3600 if started else 0.0
