"""What facts and their values are called in sentences, in the language of whoever reads them. Without a translation a value is
called what it is in files, with blanks for underscores."""

from typing import Final

from shared.languages.messages import pgettext, pmarked

_KIND: Final = "kind of activity"
_OUTCOME: Final = "outcome of an activity"
_DIRECTION: Final = "direction of an activity"
_FACT: Final = "fact"
NAMES: Final = (
    pmarked("kind of activity", "call"),
    pmarked("kind of activity", "email"),
    pmarked("kind of activity", "meeting"),
    pmarked("kind of activity", "meeting booked"),
    pmarked("kind of activity", "demo"),
    pmarked("kind of activity", "message"),
    pmarked("kind of activity", "task"),
    pmarked("kind of activity", "note"),
    pmarked("kind of activity", "proposal sent"),
    pmarked("kind of activity", "proposal accepted"),
    pmarked("kind of activity", "lead handled"),
    pmarked("kind of activity", "contact created"),
    pmarked("kind of activity", "deal created"),
    pmarked("kind of activity", "deal stage changed"),
    pmarked("kind of activity", "deal won"),
    pmarked("kind of activity", "deal lost"),
    pmarked("outcome of an activity", "abandoned"),
    pmarked("outcome of an activity", "bounced"),
    pmarked("outcome of an activity", "busy"),
    pmarked("outcome of an activity", "canceled"),
    pmarked("outcome of an activity", "completed"),
    pmarked("outcome of an activity", "connected"),
    pmarked("outcome of an activity", "failed"),
    pmarked("outcome of an activity", "held"),
    pmarked("outcome of an activity", "left message"),
    pmarked("outcome of an activity", "left voicemail"),
    pmarked("outcome of an activity", "no answer"),
    pmarked("outcome of an activity", "no show"),
    pmarked("outcome of an activity", "open"),
    pmarked("outcome of an activity", "other"),
    pmarked("outcome of an activity", "rescheduled"),
    pmarked("outcome of an activity", "scheduled"),
    pmarked("outcome of an activity", "sending"),
    pmarked("outcome of an activity", "sent"),
    pmarked("outcome of an activity", "wrong number"),
    pmarked("direction of an activity", "inbound"),
    pmarked("direction of an activity", "outbound"),
    pmarked("fact", "kind"),
    pmarked("fact", "duration"),
    pmarked("fact", "outcome"),
    pmarked("fact", "direction"),
    pmarked("fact", "amount"),
    pmarked("fact", "stage"),
)
"""Those of our own catalogue. A sender may have others."""


def kind_name(kind: str) -> str:
    """`meeting booked` for `meeting_booked`."""
    return pgettext(_KIND, kind.replace("_", " "))


def outcome_name(outcome: str) -> str:
    """`no answer` for `no_answer`."""
    return pgettext(_OUTCOME, outcome.replace("_", " "))


def direction_name(direction: str) -> str:
    """`inbound` or `outbound`."""
    return pgettext(_DIRECTION, direction)


def fact_name(fact: str) -> str:
    """`duration`, `outcome`."""
    return pgettext(_FACT, fact)
