"""Dispute a single activity, or withdraw the dispute. No score changes by that: what the CRM records counts."""

from collections.abc import Mapping
from datetime import datetime

import asyncpg

from services.nudges.domain.feedback.disputes import DisputeId, DisputeReason, RecordedActivity, make_dispute_id
from services.nudges.pages.disputes.disputes import NewDispute, delete_dispute, merge_dispute
from shared.errors import DaymarkError
from shared.events import BehaviourKey, RepId
from shared.requests.scores import ExplainedActivity, Explanation


class NotOnTheDay(DaymarkError):
    """This activity is not on this day of this rep. Open the day again: it shows the activities that are."""


def dispute_id_of(rep_id: RepId, activity: ExplainedActivity) -> DisputeId:
    """The id of the dispute that a rep has, or would have, about an activity."""
    return make_dispute_id(rep_id, source=activity.source, account=activity.account, activity_id=activity.activity_id)


def to_recorded(activity: ExplainedActivity, labels: Mapping[BehaviourKey, str]) -> RecordedActivity:
    """What is shown of an activity. `labels` are those of behaviours, by key."""
    counts_for = tuple(labels.get(key, key) for key in activity.counts_for)
    return RecordedActivity.model_validate({**activity.facts, "kind": activity.kind, "counts_for": counts_for})


async def dispute_activity(
    pool: asyncpg.Pool, explanation: Explanation, dispute_id: DisputeId, reason: DisputeReason, *, now: datetime
) -> bool:
    """Store what the rep says, with the activity as it is recorded now. Returns whether it is new.

    Raises:
        NotOnTheDay: the activity is no longer on this day, or the rep was erased.
    """
    rep_id, day = explanation.rep, explanation.day
    activity = next((each for each in explanation.activities if dispute_id_of(rep_id, each) == dispute_id), None)
    if activity is None:
        raise NotOnTheDay(f"{rep_id}, {day}")
    dispute = NewDispute(
        id=dispute_id,
        rep_id=rep_id,
        day=day,
        source=activity.source,
        account=activity.account,
        activity_id=activity.activity_id,
        reason=reason,
        recorded=to_recorded(activity, {line.key: line.label for line in explanation.lines}),
    )
    try:
        return await merge_dispute(pool, dispute, now=now)
    except asyncpg.ForeignKeyViolationError:
        raise NotOnTheDay(f"{rep_id}, {day}") from None


async def withdraw_dispute(pool: asyncpg.Pool, dispute_id: DisputeId, rep_id: RepId) -> None:
    """Withdraw a dispute that is still open. Doing it again changes nothing."""
    await delete_dispute(pool, dispute_id, rep_id)
