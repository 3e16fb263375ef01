"""What may be taken in of who is forgotten: nothing."""

from typing import TypeVar

from services.nudges import store
from shared.events import DayReport, PlaybookAnnounced
from shared.postgres.pool import Connection

About = TypeVar("About", DayReport, PlaybookAnnounced)


async def without_forgotten(connection: Connection, event: About, *, forget_key: bytes) -> About | None:
    """What was said about a rep, without managers who are forgotten; None when the rep is. Needs the rep's lock."""
    people = [event.rep.id, *(one.id for one in event.managers)]
    forgotten = await store.list_forgotten(connection, people, forget_key=forget_key)
    if event.rep.id in forgotten:
        return None
    if not forgotten:
        return event
    return event.model_copy(update={"managers": tuple(one for one in event.managers if one.id not in forgotten)})
