"""Everything about an activity that follows from its facts and from the roster in force."""

from datetime import datetime
from decimal import Decimal
from typing import NamedTuple

from services.scoring.domain.activities.counting import Place, place
from services.scoring.domain.activities.fact_states import Activity, FactStates, read_activity
from services.scoring.domain.roster.roster import Roster


class Derived(NamedTuple):
    """Whose day the activity belongs to, and the facts that a playbook can ask for, as they stand in columns."""

    place: Place | None
    kind: str
    deleted: bool
    actor: str | None
    started_at: datetime | None
    duration_s: float | None
    outcome: str | None
    direction: str | None
    amount: Decimal | None
    stage: str | None
    contact_key: str | None


NOTHING_YET = Derived(None, "", False, None, None, None, None, None, None, None, None)


def derive(states: FactStates, *, source: str, account: str, roster: Roster) -> Derived:
    """What follows from the facts; computed again it comes out the same, which is what an audit checks."""
    activity = read_activity(states)
    return derived_of(activity, place(activity, source=source, account=account, roster=roster))


def derived_of(activity: Activity, where: Place | None) -> Derived:
    """The activity at a place."""
    return Derived(
        where,
        activity.kind,
        activity.deleted,
        activity.actor,
        activity.started_at,
        activity.duration_s,
        activity.outcome,
        activity.direction,
        activity.amount,
        activity.stage,
        activity.contact_key,
    )
