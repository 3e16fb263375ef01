"""An activity whose contact is forgotten."""

from services.scoring.domain.activities.activity_record import derive
from services.scoring.domain.day import Definitions
from services.scoring.domain.erased import alias_of, without_contact
from services.scoring.store import ActivityRow


def rewritten_without_contact(row: ActivityRow, contact_key: str, definitions: Definitions) -> ActivityRow:
    """The activity as one with somebody of whom nothing is known."""
    key, (source, account, _) = definitions.forgotten.key, row.key
    alias = alias_of(key, contact_key, row.derived.place or "/".join(row.key))
    states = without_contact(row.states, alias, key=key)
    return ActivityRow(
        key=row.key, states=states, derived=derive(states, source=source, account=account, roster=definitions.roster)
    )
