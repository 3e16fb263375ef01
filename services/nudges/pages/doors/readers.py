"""Who may read a nudge: its recipient, and whoever manages its recipient today."""

from services.nudges.domain.candidate import NEW_DISPUTES_RULE
from services.nudges.domain.roster.access import Action, RosterToday, may
from services.nudges.rules.catalogue import MANAGER_RULES
from shared.events import PersonId


def may_read(reader_id: PersonId, recipient_id: PersonId, rule: str, today: RosterToday) -> bool:
    """Whether a person to whom a nudge was once open may read and answer it today. What was written to somebody as a manager is
    open to them while they manage."""
    if recipient_id != reader_id:
        return may(reader_id, Action.MANAGE, recipient_id, today)
    is_managers = rule in MANAGER_RULES or rule == NEW_DISPUTES_RULE
    return may(reader_id, Action.OPEN_INBOX if is_managers else Action.OPEN_OWN_PAGE, reader_id, today)
