"""Keep that a rep says a single activity of theirs is not right. It changes no score: what the CRM says counts."""

from collections.abc import Mapping
from datetime import datetime

import asyncpg

from services.nudges import store
from services.nudges.domain.disputes import Reason, Recorded, contest_id
from shared.errors import DaymarkError
from shared.requests.scores import ExplainedActivity, Explanation


class NotOnTheDay(DaymarkError):
    """No such activity is on this day of this rep. Open the day again: it shows those that are."""


def id_of(rep_id: str, activity: ExplainedActivity) -> str:
    """Under which the rep's word on an activity is kept."""
    return contest_id(rep_id, source=activity.source, account=activity.account, activity_id=activity.activity_id)


def recorded_in(activity: ExplainedActivity, labels: Mapping[str, str]) -> Recorded:
    """What is shown of an activity. `labels` of behaviours by key."""
    counts_for = tuple(labels.get(key, key) for key in activity.counts_for)
    return Recorded.model_validate({**activity.facts, "kind": activity.kind, "counts_for": counts_for})


async def contest_activity(pool: asyncpg.Pool, explained: Explanation, known_as: str, reason: Reason, *, now: datetime) -> bool:
    """Keep it, with the activity as it is recorded; whether it was not known yet. Said again it changes nothing.

    Raises:
        NotOnTheDay: it is not there any more, or the rep is forgotten.
    """
    rep_id = explained.rep
    activity = next((one for one in explained.activities if id_of(rep_id, one) == known_as), None)
    if activity is None:
        raise NotOnTheDay(f"{rep_id}, {explained.day}")
    where = activity.source, activity.account, activity.activity_id
    recorded = recorded_in(activity, {line.key: line.label for line in explained.lines}).model_dump_json()
    arguments = known_as, rep_id, explained.day, *where, reason.value, recorded, now
    try:
        return await pool.fetchval(store.QUERIES["merge_contest"], *arguments) is not None
    except asyncpg.ForeignKeyViolationError:
        raise NotOnTheDay(f"{rep_id}, {explained.day}") from None


async def withdraw_contest(pool: asyncpg.Pool, known_as: str, rep_id: str) -> None:
    """Take back what is not settled yet. Done again, it changes nothing."""
    await pool.execute(store.QUERIES["delete_contest"], known_as, rep_id)
