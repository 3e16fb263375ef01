"""An activity as it is stored: what was stated about it, and everything that follows from that and from the roster."""

import msgspec

from services.scoring.domain.activities.activity import Activity, read_activity
from services.scoring.domain.activities.assignment import RepDay, assign
from services.scoring.domain.activities.fact_states import FactStates
from services.scoring.domain.roster.roster import Roster
from shared.observation import ActivityId, SourceName

ActivityKey = tuple[SourceName, str, ActivityId]
"""Source, account and activity id."""


class ActivityRecord(msgspec.Struct, frozen=True, kw_only=True):
    """`rep_day` is None while the activity belongs to no rep's day."""

    key: ActivityKey
    states: FactStates
    activity: Activity
    rep_day: RepDay | None


def derive(key: ActivityKey, states: FactStates, *, roster: Roster) -> ActivityRecord:
    """The record that follows from the statements and the roster. Deriving it again must give the same, which an audit
    checks."""
    source, account, _ = key
    activity = read_activity(states)
    rep_day = assign(activity, source=source, account=account, roster=roster)
    return ActivityRecord(key=key, states=states, activity=activity, rep_day=rep_day)
