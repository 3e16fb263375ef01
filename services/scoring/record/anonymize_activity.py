"""Remove an erased contact from an activity."""

from services.scoring.domain.activities.activity_record import ActivityRecord, derive_again
from services.scoring.domain.definitions import Definitions
from services.scoring.domain.erased import contact_alias, without_contact


def anonymize_activity(record: ActivityRecord, contact_key: str, definitions: Definitions) -> ActivityRecord:
    """The activity with an alias in place of the contact, and without facts that may name the contact."""
    key = definitions.erased.key
    alias = contact_alias(key, contact_key, record.rep_day or "/".join(record.key))
    return derive_again(record, without_contact(record.states, alias, key=key), roster=definitions.roster)
