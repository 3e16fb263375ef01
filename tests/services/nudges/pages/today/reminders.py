"""A reminder to Mara to recognise Ana."""

from shared.events import NudgeKind
from tests.services.nudges.builders.days import MONDAY, at
from tests.services.nudges.builders.nudges import make_nudge
from tests.services.nudges.builders.people import ANA, MARA

ASKED = "Ana has earned a thank-you."
REMINDER = make_nudge(
    "reminder",
    person=MARA,
    kind=NudgeKind.RECOGNITION,
    rule="recognition_due",
    occasion=f"{ANA.id}:{MONDAY}",
    text=ASKED,
    reason="Nine days without.",
    send_at=at(MONDAY, "09:00"),
)
