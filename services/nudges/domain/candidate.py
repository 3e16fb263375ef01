"""A nudge that somebody proposes, before policy has decided on it."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

from shared.events import Mention, NudgeId, NudgeKind, Person, PersonId, PossibleAbsence, Rep

ANNOUNCEMENT_RULE: Final = "playbook"
"""Under this name the announcement of a playbook version is stored and counted; it is no rule, since nobody may miss it."""
CORRECTION_RULE: Final = "correction"
"""Under this name the correction of a hint that proved wrong is stored and counted."""
THANKS_RULE: Final = "thanks"
"""Under this name what a manager says to a rep is stored and counted."""

DROP_RULE: Final = "drop"
SILENCE_RULE: Final = "gone_silent"
RECOGNITION_RULE: Final = "recognition_due"
BRIEF_RULE: Final = "weekly_brief"
FIRST_DAY_RULE: Final = "first_day"
ROSTER_RULE: Final = "roster_check"
DISPUTES_RULE: Final = "disputes"
DISPUTE_ANSWER_RULE: Final = "dispute_answer"
NEW_DISPUTES_RULE: Final = "new_disputes"
SENT_RULE: Final = "sent_to_team"
HAND_RULE: Final = "could_use_a_hand"
DAY_PLAN_RULE: Final = "day_plan"
"""Rules that something else looks up by name, such as their earlier nudges."""

_NUDGE_IDS: Final = uuid.UUID("6f3c2f0e-6e0e-4a57-9d1b-3a4b5c6d7e8f")


@dataclass(frozen=True, kw_only=True, slots=True)
class Candidate:
    """What might be said to a person, and why.

    `wordings` are ways to say the same thing, always in the same order. `reason` states the facts behind it. At most one nudge
    exists per rule, person and `occasion`. `is_shortfall` means that it holds against the person what a playbook asks for and
    was not done: on the day itself, or on the days from `since` on. Afterwards the rule stays silent towards the person for
    `cooldown_days`. `is_everyday` marks praise that is not repeated when the day has brought other praise. `is_opt_in` marks
    what the person asked to get every day. What `is_urgent` does not wait for another day and does not use up the daily cap.
    What `contradicts_praise` is not sent about days for which the person was praised,
    and the other way round. `about` lists the reps whom a message to a manager is about, and `absences` the days on which one
    of them may have been away: the message offers to enter it. It offers to write to the reps in `thanks`. `sender` is
    the person whose words it carries, if anybody's. `in_rooms` is the same in the language of the installation, if that is
    another one: chat rooms are read by many.
    """

    rule: str
    kind: NudgeKind
    occasion: str
    wordings: Sequence[str]
    reason: str
    is_shortfall: bool = False
    since: date | None = None
    cooldown_days: int = 0
    is_everyday: bool = False
    is_opt_in: bool = False
    is_urgent: bool = False
    contradicts_praise: bool = False
    about: Sequence[Mention] = ()
    absences: Sequence[PossibleAbsence] = ()
    thanks: Sequence[Rep] = ()
    sender: Person | None = None
    in_rooms: "Candidate | None" = None

    def nudge_id(self, person_id: PersonId) -> NudgeId:
        """The same wherever and whenever the nudge is made."""
        return NudgeId(str(uuid.uuid5(_NUDGE_IDS, self.identity(person_id))))

    def identity(self, person_id: PersonId) -> str:
        """Rule, person and occasion as one text."""
        return f"{self.rule}:{person_id}:{self.occasion}"
