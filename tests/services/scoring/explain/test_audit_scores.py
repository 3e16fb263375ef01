"""The audit finds every stored value that does not follow from the facts."""

from datetime import timedelta

import pytest

from services.scoring.explain.audit_scores import audit_scores
from shared.requests.scores import AuditQuery
from tests.services.scoring.conftest import ANA, BEN, MONDAY, MONDAY_NOON, ROSTER, Scoring, observed


@pytest.mark.parametrize(
    "damage",
    [
        "UPDATE rep_day SET counts = '{\"calls\": 7}' WHERE rep_id = 'ana'",
        "UPDATE rep_day SET goals = '{\"month\": 7}' WHERE rep_id = 'ana'",
        "UPDATE rep_day SET score = 1 WHERE rep_id = 'ana'",
        "UPDATE rep_day SET first_counted_at = NULL WHERE rep_id = 'ana'",
        "UPDATE activity SET outcome = 'busy'",
        "UPDATE activity SET deleted = true",
        "UPDATE activity SET day = '2026-03-01'",
        "DELETE FROM rep_day",
        "DELETE FROM activity",
    ],
)
async def test_the_audit_finds_what_was_changed_by_hand(scoring: Scoring, damage: str) -> None:
    await scoring.record(observed("a1"))
    assert await scoring.differences() == ()

    await scoring.pool.execute(damage)

    assert await scoring.differences() != ()


@pytest.mark.parametrize(
    ("query", "activities", "days"),
    [
        (AuditQuery(), 4, 3),
        (AuditQuery(rep=ANA), 2, 2),
        (AuditQuery(rep=BEN), 1, 1),
        (AuditQuery(first=MONDAY), 2, 2),
        (AuditQuery(last=MONDAY - timedelta(days=1)), 1, 1),
        (AuditQuery(first=MONDAY, last=MONDAY, rep=ANA), 1, 1),
        (AuditQuery(first=MONDAY + timedelta(days=1)), 0, 0),
    ],
)
async def test_an_audit_can_be_narrowed_to_a_rep_and_to_days(
    scoring: Scoring, query: AuditQuery, activities: int, days: int
) -> None:
    friday = (MONDAY_NOON - timedelta(days=3)).isoformat()
    await scoring.record(
        observed("a1"), observed("a2", started_at=friday), observed("b1", actor="8"), observed("c1", actor="99")
    )

    report = await audit_scores(scoring.pool, scoring.cache, query)

    assert (report.activities, report.days, report.differences) == (activities, days, ())


async def test_reps_whose_days_wait_to_be_scored_are_left_out_and_counted(scoring: Scoring) -> None:
    await scoring.record(observed("a1"), observed("b1", actor="8"))
    await scoring.apply_roster(ROSTER.replace("Europe/Madrid", "Asia/Tokyo"))

    report = await audit_scores(scoring.pool, scoring.cache)

    assert (report.waiting, report.activities, report.days, report.differences) == (1, 1, 1, ())


@pytest.mark.parametrize(
    ("damage", "difference"),
    [
        ("DELETE FROM activity WHERE activity_id = 'd1:won'", "acme//d1:won: not stored, though it is a part of one that is"),
        (
            'UPDATE activity SET states = states || \'{"note": ["x", "", ""]}\' WHERE activity_id = \'d1:stage-3\'',
            "acme//d1:stage-3: has other statements than the activity of which it is a part",
        ),
    ],
)
async def test_the_audit_finds_parts_that_are_missing_or_left_behind(scoring: Scoring, damage: str, difference: str) -> None:
    await scoring.record(
        observed("d1", "deal_stage_changed", stage="3"),
        observed("d1", "deal_won", at=MONDAY_NOON + timedelta(hours=1), stage="3"),
        observed("m1", "meeting", booked_at=(MONDAY_NOON - timedelta(days=1)).isoformat()),
    )
    assert await scoring.differences() == ()

    await scoring.pool.execute(damage)

    assert await scoring.differences() == (f"activity {difference}",)
    assert (await audit_scores(scoring.pool, scoring.cache, AuditQuery(rep=BEN))).differences == ()
