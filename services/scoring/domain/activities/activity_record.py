"""An activity as it is stored: what was stated about it, and everything that follows from that and from the roster."""

import msgspec

from services.scoring.domain.activities.activity import Activity
from services.scoring.domain.activities.assignment import RepDay, assign
from services.scoring.domain.activities.parts import WHOLE, list_parts, part_id, part_name, read_part
from services.scoring.domain.activities.statements import FactStates
from services.scoring.domain.roster.roster import Roster
from shared.observation import ActivityId, SourceName

ActivityKey = tuple[SourceName, str, ActivityId]
"""Source, account and activity id."""


class ActivityRecord(msgspec.Struct, frozen=True, kw_only=True):
    """`rep_day` is None while the activity belongs to no rep's day. `part_of` is the id of the activity of which it is a part;
    it has the same statements."""

    key: ActivityKey
    part_of: ActivityId | None = None
    states: FactStates
    activity: Activity
    rep_day: RepDay | None

    @property
    def key_of_whole(self) -> ActivityKey:
        """The key of the activity that this is a part of, or its own."""
        if self.part_of is None:
            return self.key
        source, account, _ = self.key
        return source, account, self.part_of


def derive(key: ActivityKey, states: FactStates, *, roster: Roster, part_of: ActivityId | None = None) -> ActivityRecord:
    """The record that follows from the statements and the roster. Deriving it again must give the same, which an audit
    checks."""
    source, account, activity_id = key
    part = part_name(activity_id, of=part_of) if part_of is not None else WHOLE
    activity = read_part(states, part, lambda user: roster.find_rep(source=source, account=account, user=user))
    rep_day = assign(activity, source=source, account=account, roster=roster)
    return ActivityRecord(key=key, part_of=part_of, states=states, activity=activity, rep_day=rep_day)


def derive_again(record: ActivityRecord, states: FactStates, *, roster: Roster) -> ActivityRecord:
    """The record with other statements, or under another roster."""
    return derive(record.key, states, roster=roster, part_of=record.part_of)


def derive_parts(whole: ActivityRecord, *, roster: Roster) -> list[ActivityRecord]:
    """The records of the parts of an activity."""
    names = list_parts(whole.states)
    if not names:
        return []
    source, account, activity_id = whole.key
    ids = [part_id(activity_id, name) for name in names]
    return [derive((source, account, part), whole.states, roster=roster, part_of=activity_id) for part in ids]
