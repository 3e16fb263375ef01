"""To which rep, and to which of the rep's days, an activity belongs."""

from datetime import date
from typing import NamedTuple

from services.scoring.domain.activities.activity import Activity
from services.scoring.domain.roster.calendar import rep_day_of
from services.scoring.domain.roster.roster import Roster
from shared.events import RepId
from shared.observation import SourceName


class RepDay(NamedTuple):
    """One day of one rep, on the rep's own calendar."""

    rep_id: RepId
    day: date


def assign(activity: Activity, *, source: SourceName, account: str, roster: Roster) -> RepDay | None:
    """The rep who did the activity and the rep's day on which it started.

    None while it is deleted, while its user or its start is unknown, and while no rep has the user as an identity.
    """
    user, started_at, started_on = activity.actor, activity.started_at, activity.started_on
    if activity.is_deleted or user is None:
        return None
    rep = roster.find_rep(source=source, account=account, user=user)
    if rep is None:
        return None
    if started_at is not None:
        return RepDay(rep.id, rep_day_of(rep, started_at))
    return RepDay(rep.id, started_on) if started_on is not None else None
