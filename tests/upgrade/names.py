"""What has another name in this version than in the recorded one."""

from collections.abc import Mapping
from typing import Any, Final

TABLES: Final = {
    "nudges.contest": "nudges.dispute",
    "nudges.effects_look": "nudges.effects_check",
    "nudges.forgotten": "nudges.erased_person",
    "nudges.led": "nudges.manager_of_rep",
    "nudges.look": "nudges.scheduled_check",
    "nudges.quiet_feed": "nudges.silent_feed",
    "nudges.team_usual": "nudges.team_baseline",
    "scoring.forgotten": "scoring.tombstone",
    "scoring.rep_progress": "scoring.last_opened_day",
    "scoring.rescore": "scoring.pending_rescore",
    "scoring.total_of_forgotten": "scoring.total_of_erased_reps",
}
DISCARDED: Final = {"nudges.rep_calibration", "nudges.team_baseline", "nudges.team_calibration"}
"""Tables whose rows are computed anew, because they are measured on another scale now."""
STATUSES: Final = {"held": "deferred", "held_out": "withheld", "dropped": "suppressed"}
ANNOUNCEMENT_FIELDS: Final = {"told_at": "delivered_at"}
DISPUTE_FIELDS: Final = {"contested_at": "disputed_at", "settled": "resolution", "settled_by": "resolved_by"}
EFFECT_FIELDS: Final = {"held_out": "holdout", "days_held_out": "days_withheld"}
NUDGE_FIELDS: Final = {"chance": "propensity", "revised": "retracted"}


def rename_fields(row: Mapping[str, Any], names: Mapping[str, str]) -> dict[str, Any]:
    """A recorded row under the names of this version."""
    return {names.get(name, name): value for name, value in row.items()}
