"""What activities lack."""

from datetime import timedelta

from services.scoring.explain.list_gaps import list_gaps
from shared.observation import ActivityId
from shared.requests.activities import GapQuery
from tests.services.scoring.conftest import MONDAY_NOON, Scoring, observed
from tests.services.scoring.domain.builders import ACME


async def _missing(scoring: Scoring, *names: str) -> dict[str, tuple[str, ...]]:
    query = GapQuery(source=ACME, names=tuple(("", ActivityId(name)) for name in names))
    return {activity.activity_id: activity.missing for activity in (await list_gaps(scoring.pool, query)).activities}


async def test_each_activity_says_what_it_lacks_whatever_webhook_could_have_stated_it(scoring: Scoring) -> None:
    await scoring.record(
        observed("whole"),
        observed("bare", actor=None, started_at=None, duration_s=None),
        observed("mail", "email", duration_s=None),
        observed("later", actor=None),
        observed("dated", started_at=None, started_on="2026-03-02"),
    )
    await scoring.record(observed("later", at=MONDAY_NOON + timedelta(hours=1), actor="8"))

    missing = await _missing(scoring, "whole", "bare", "mail", "later", "dated", "unknown")

    assert missing == {"bare": ("actor", "start", "duration")}


async def test_a_deal_begins_with_its_first_stage(scoring: Scoring) -> None:
    await scoring.record(observed("d1", "deal_stage_changed", stage="3"), observed("d2", "deal_stage_changed", started_at=None))

    assert await _missing(scoring, "d1", "d2") == {"d2": ("start",)}


async def test_a_deleted_activity_lacks_nothing(scoring: Scoring) -> None:
    await scoring.record(observed("a1", deleted=True, actor=None))

    assert await _missing(scoring, "a1") == {}
