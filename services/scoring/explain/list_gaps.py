"""What activities lack, so that they count for nobody, on no day, or by no duration."""

from collections.abc import Iterator, Sequence
from typing import Literal

import asyncpg

from services.scoring.domain.activities.activity import Activity
from services.scoring.domain.activities.activity_record import ActivityKey, ActivityRecord
from services.scoring.record.activities import list_activities_with_parts
from shared.requests.activities import ActivityGaps, GapList, GapQuery


async def list_gaps(pool: asyncpg.Pool, query: GapQuery) -> GapList:
    """Look at the activities, each with all that is known of it by now. A deal has a start as soon as it entered a stage."""
    keys: list[ActivityKey] = [(query.source, account, activity_id) for account, activity_id in query.names]
    async with pool.acquire() as connection:
        records = await list_activities_with_parts(connection, keys)
    by_whole: dict[ActivityKey, list[ActivityRecord]] = {}
    for record in records:
        by_whole.setdefault(record.key_of_whole, []).append(record)
    gaps = []
    for (_, account, activity_id), of_whole in by_whole.items():
        if missing := tuple(_missing([record.activity for record in of_whole if not record.activity.is_deleted])):
            gaps.append(ActivityGaps(account=account, activity_id=activity_id, missing=missing))
    return GapList(activities=tuple(gaps))


def _missing(activities: Sequence[Activity]) -> Iterator[Literal["actor", "start", "duration"]]:
    if not activities:
        return
    if all(activity.actor is None for activity in activities):
        yield "actor"
    if all(activity.started_at is None and activity.started_on is None for activity in activities):
        yield "start"
    if any(activity.kind == "call" and activity.duration_s is None for activity in activities):
        yield "duration"
