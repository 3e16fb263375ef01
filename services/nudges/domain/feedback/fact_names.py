"""What people read for the kind of an activity, for how it ended, and for who began it.

Our words for facts are closed lists, so each has a text that can be translated. A word that is in none of them, because a
former version stored it, is read as it is.
"""

from services.nudges.domain.phrases import capitalized
from shared.languages.messages import gettext, pgettext


def kind_name(kind: str) -> str:
    """`Proposal sent`."""
    names = {
        "call": gettext("Call"),
        "email": gettext("Email"),
        "meeting": gettext("Meeting"),
        "meeting_booked": gettext("Meeting booked"),
        "demo": gettext("Demo"),
        "message": gettext("Message"),
        "task": gettext("Task"),
        "note": gettext("Note"),
        "proposal_sent": gettext("Proposal sent"),
        "proposal_accepted": gettext("Proposal accepted"),
        "lead_handled": gettext("Lead handled"),
        "contact_created": gettext("Contact created"),
        "deal_created": gettext("Deal created"),
        "deal_stage_changed": gettext("Deal stage changed"),
        "deal_won": gettext("Deal won"),
        "deal_lost": gettext("Deal lost"),
    }
    return names.get(kind, capitalized(_plain(kind)))


def outcome_name(outcome: str) -> str:
    """`left voicemail`."""
    names = {
        "abandoned": pgettext("outcome", "abandoned"),
        "bounced": pgettext("outcome", "bounced"),
        "busy": pgettext("outcome", "busy"),
        "canceled": pgettext("outcome", "canceled"),
        "completed": pgettext("outcome", "completed"),
        "connected": pgettext("outcome", "connected"),
        "failed": pgettext("outcome", "failed"),
        "held": pgettext("outcome", "held"),
        "left_message": pgettext("outcome", "left message"),
        "left_voicemail": pgettext("outcome", "left voicemail"),
        "no_answer": pgettext("outcome", "no answer"),
        "no_show": pgettext("outcome", "no show"),
        "open": pgettext("outcome", "open"),
        "other": pgettext("outcome", "other"),
        "rescheduled": pgettext("outcome", "rescheduled"),
        "scheduled": pgettext("outcome", "scheduled"),
        "sending": pgettext("outcome", "sending"),
        "sent": pgettext("outcome", "sent"),
        "wrong_number": pgettext("outcome", "wrong number"),
    }
    return names.get(outcome, _plain(outcome))


def direction_name(direction: str) -> str:
    """`inbound`."""
    names = {"inbound": pgettext("direction", "inbound"), "outbound": pgettext("direction", "outbound")}
    return names.get(direction, _plain(direction))


def _plain(fact: str) -> str:
    return fact.replace("_", " ")
