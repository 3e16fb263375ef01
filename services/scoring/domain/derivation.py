"""Everything about an activity that follows from its facts and from the definitions in force."""

from datetime import datetime
from typing import NamedTuple

from services.scoring.domain.counting import Place, counted_by, place
from services.scoring.domain.day import Definitions
from services.scoring.domain.facts import FactStates, read_activity


class Derived(NamedTuple):
    """Whose day the activity belongs to, when it started, and the behaviours it counts for."""

    place: Place | None
    started_at: datetime | None
    counted: tuple[str, ...]


NOTHING_YET = Derived(None, None, ())


def derive(states: FactStates, *, source: str, account: str, definitions: Definitions) -> Derived:
    """What follows from the facts; computed again it comes out the same, which is what an audit checks."""
    activity = read_activity(states)
    where = place(activity, source=source, account=account, roster=definitions.roster)
    if where is None:
        return Derived(None, activity.started_at, ())
    playbook = definitions.playbook_of(definitions.roster.reps[where.rep_id], where.day)
    return Derived(where, activity.started_at, counted_by(activity, playbook))
