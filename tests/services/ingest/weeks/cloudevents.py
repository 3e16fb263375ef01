"""CloudEvents: the observations of the week of Standard Webhooks, each in an event."""

from datetime import datetime
from typing import Final

from tests.services.ingest.weeks.standard import ANA, BEN, LINES, TABLE
from tests.services.ingest.weeks.week import Week, Write, iso


def in_event(observe: Write) -> Write:
    def write(moment: datetime) -> object:
        return [
            {"specversion": "1.0", "id": iso(moment), "source": "/crm", "type": "activity.changed", "data": observe(moment)}
        ]

    return write


WEEK: Final = Week(
    sender="cloudevents",
    users={"Ana": ANA, "Ben": BEN},
    lines=[(when, happened, in_event(observe)) for when, happened, observe in LINES],
    table=TABLE,
)
