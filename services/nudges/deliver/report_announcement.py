"""What a rep was told of a definition, and that they have read it, on its way back to scoring."""

from datetime import datetime
from typing import Final

from services.nudges import store
from shared.events import ANNOUNCEMENT_DELIVERED, PLAYBOOK_ACKNOWLEDGED, AnnouncementDelivered, PlaybookAcknowledged
from shared.postgres.pool import Connection
from shared.trace import continue_trace

_TYPES: Final[dict[type[AnnouncementDelivered | PlaybookAcknowledged], str]] = {
    AnnouncementDelivered: ANNOUNCEMENT_DELIVERED,
    PlaybookAcknowledged: PLAYBOOK_ACKNOWLEDGED,
}


async def report_telling(
    connection: Connection, body: AnnouncementDelivered | PlaybookAcknowledged, *, traceparent: str | None, now: datetime
) -> None:
    """Put it into the outbox. There is one of each for a rep and a version."""
    event_type = _TYPES[type(body)]
    await store.enqueue_event(
        connection,
        event_id=f"{body.rep_id}:{body.version}:{event_type}",
        event_type=event_type,
        subject=body.rep_id,
        body=body,
        traceparent=continue_trace(traceparent),
        at=now,
    )
