"""How many recent activities of each source lack what they need in order to count."""

from datetime import timedelta

import msgspec

from services.scoring.explain.count_gaps import count_gaps
from services.scoring.explain.list_gaps import list_gaps
from services.scoring.record.read_event import ObservedEvent
from shared.observation import ActivityId, SourceName
from shared.requests.activities import GapQuery
from tests.services.scoring.conftest import MONDAY, MONDAY_NOON, Scoring, observed
from tests.services.scoring.domain.builders import ACME

OTHER = SourceName("other")
COMPLETE_CALL = {"actor": (0, 1), "start": (0, 1), "duration": (0, 1)}


def _from(source: SourceName, event: ObservedEvent, *, account: str = "") -> ObservedEvent:
    observation = msgspec.structs.replace(event.observation, account=account)
    return msgspec.structs.replace(event, source=source, observation=observation)


async def _gaps(scoring: Scoring) -> dict[SourceName, dict[str, tuple[int, int]]]:
    """By source and fact, how many activities lack it, of how many that need it."""
    gaps: dict[SourceName, dict[str, tuple[int, int]]] = {}
    for count in await count_gaps(scoring.pool, now=scoring.now):
        gaps.setdefault(count.source, {})[count.fact] = (count.incomplete, count.recent)
    return gaps


async def test_a_source_lacks_only_what_its_own_activities_lack(scoring: Scoring) -> None:
    await scoring.record(
        observed("a1"),
        observed("a2", "email", duration_s=None),
        _from(OTHER, observed("a1", actor=None)),
        _from(OTHER, observed("a2", started_at=None)),
        _from(OTHER, observed("a3", started_at=None, duration_s=None)),
        _from(OTHER, observed("a4", "email", duration_s=None)),
    )

    assert await _gaps(scoring) == {
        ACME: {"actor": (0, 2), "start": (0, 2), "duration": (0, 1)},
        OTHER: {"actor": (1, 4), "start": (2, 4), "duration": (1, 3)},
    }


async def test_an_activity_that_is_completed_by_a_later_webhook_lacks_nothing_more_and_counts_once(scoring: Scoring) -> None:
    later = MONDAY_NOON + timedelta(minutes=1)
    await scoring.record(observed("a1", actor=None, started_at=None, duration_s=None))
    assert (await _gaps(scoring))[ACME] == {"actor": (1, 1), "start": (1, 1), "duration": (1, 1)}

    await scoring.record(observed("a1", at=later))

    assert (await _gaps(scoring))[ACME] == COMPLETE_CALL


async def test_a_user_without_a_rep_is_an_actor_and_a_date_is_a_start(scoring: Scoring) -> None:
    await scoring.record(observed("a1", actor="99", started_at=None, started_on="2026-03-02"))

    assert (await _gaps(scoring))[ACME] == COMPLETE_CALL


async def test_activities_are_recent_on_the_day_on_which_they_are_stored_and_on_six_more(scoring: Scoring) -> None:
    await scoring.record(observed("a1", started_at="2025-11-03T09:00:00Z"))
    await scoring.pool.execute(
        "INSERT INTO activity (source, account, activity_id, kind) VALUES ('acme', '', 'before', 'call')"
    )
    stored_on = await scoring.pool.fetchval("SELECT stored_on FROM activity WHERE activity_id = 'a1'")
    scoring.now += timedelta(days=6)
    await scoring.record(observed("a1", at=scoring.now, duration_s=200), observed("a2", actor=None))

    on_the_last_day = await _gaps(scoring)
    scoring.now += timedelta(days=1)

    assert stored_on == MONDAY
    assert on_the_last_day[ACME]["actor"] == (1, 2)
    assert (await _gaps(scoring))[ACME]["actor"] == (1, 1)
    assert await scoring.pool.fetchval("SELECT min(stored_on) FROM activity") == MONDAY


async def test_a_source_is_not_counted_once_its_activities_are_old_or_deleted(scoring: Scoring) -> None:
    later = MONDAY_NOON + timedelta(minutes=1)
    await scoring.record(observed("a1"), _from(OTHER, observed("a1", actor=None)))

    await scoring.record(_from(OTHER, observed("a1", at=later, deleted=True, actor=None)))

    assert (await _gaps(scoring)).keys() == {ACME}
    scoring.now += timedelta(days=7)
    assert await _gaps(scoring) == {}


async def test_a_deal_counts_once_and_its_stage_is_its_start(scoring: Scoring) -> None:
    await scoring.record(
        observed("d1", "deal_stage_changed", stage="3", duration_s=None),
        observed("d2", "deal_stage_changed", started_at=None, duration_s=None),
        observed("d3", "deal_stage_changed", stage="3", actor=None, duration_s=None),
    )

    assert (await _gaps(scoring))[ACME] == {"actor": (1, 3), "start": (1, 3), "duration": (0, 0)}


async def test_only_undeleted_parts_of_the_same_activity_make_up_for_what_it_lacks(scoring: Scoring) -> None:
    rows = [
        ("acme", "", "bare", None, None, None, None, False),
        ("acme", "", "p1", "bare", "7", MONDAY_NOON, None, True),
        ("other", "", "p2", "bare", "7", MONDAY_NOON, None, False),
        ("acme", "two", "p3", "bare", "7", MONDAY_NOON, None, False),
        ("acme", "", "timed", None, None, None, None, False),
        ("acme", "", "p4", "timed", "7", MONDAY_NOON, None, False),
        ("other", "", "dated", None, None, None, None, False),
        ("other", "", "p5", "dated", "7", None, MONDAY, False),
        ("acme", "", "same", None, None, None, None, False),
        ("acme", "", "p6", "same", None, None, None, False),
    ]
    await scoring.pool.executemany(
        "INSERT INTO activity (source, account, activity_id, part_of, actor, started_at, started_on, deleted, kind, stored_on)"
        " VALUES ($1, $2, $3, $4, $5, $6, $7, $8, 'meeting', $9)",
        [(*row, MONDAY) for row in rows],
    )

    assert await _gaps(scoring) == {
        ACME: {"actor": (2, 3), "start": (2, 3), "duration": (0, 0)},
        OTHER: {"actor": (0, 1), "start": (0, 1), "duration": (0, 0)},
    }


async def test_the_counts_are_those_of_the_single_activities_that_the_doctor_asks_for(scoring: Scoring) -> None:
    await scoring.record(
        observed("whole"),
        observed("bare", actor=None, started_at=None, duration_s=None),
        observed("mail", "email", actor=None, duration_s=None),
        observed("m1", "meeting", started_at=None, booked_at=MONDAY_NOON.isoformat()),
        observed("m2", "meeting", actor=None, booked_at=(MONDAY_NOON - timedelta(days=1)).isoformat()),
        observed("d1", "deal_stage_changed", stage="3"),
        observed("d2", "deal_stage_changed", started_at=None),
        observed("d3", "deal_won", actor=None),
        observed("gone", actor=None, deleted=True),
    )
    names = ("whole", "bare", "mail", "m1", "m2", "d1", "d2", "d3", "gone")
    query = GapQuery(source=ACME, names=tuple(("", ActivityId(name)) for name in names))
    single = [fact for activity in (await list_gaps(scoring.pool, query)).activities for fact in activity.missing]

    counted = {fact: incomplete for fact, (incomplete, _) in (await _gaps(scoring))[ACME].items()}

    assert counted == {fact: single.count(fact) for fact in ("actor", "start", "duration")}
    assert counted == {"actor": 4, "start": 2, "duration": 1}
