"""What a new reading of webhooks would change, as scoring computes it."""

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Final

from nats.aio.client import Client

from services.ingest.reprocess.new_reading import ActivityName, NewReading
from shared.events import BehaviourKey, RepId
from shared.jetstream.publisher import Outgoing
from shared.jetstream.stored_messages import OnProgress
from shared.requests.activities import READING_PREVIEW, EventToPreview, ReadingPreviewQuery
from shared.requests.client import ask

_ACTIVITIES_MAX: Final = 200
_BYTES_MAX: Final = 256 * 1024
"""A request has to fit into one message, and to leave scoring time for live events."""


RepDay = tuple[RepId, date]


@dataclass(frozen=True, kw_only=True, slots=True)
class Plan:
    """How many activities there are by effect, by how much the counts of days would change, and the events that do it."""

    effects: Counter[str] = field(default_factory=Counter)
    days: dict[RepDay, Counter[BehaviourKey]] = field(default_factory=dict)
    events: list[Outgoing] = field(default_factory=list)

    def changed_days(self) -> dict[RepDay, dict[BehaviourKey, int]]:
        """Days whose counts change, in order, each with the differences."""
        differences = {
            rep_day: {behaviour: difference for behaviour, difference in counts.items() if difference}
            for rep_day, counts in sorted(self.days.items())
        }
        return {rep_day: counts for rep_day, counts in differences.items() if counts}


async def make_plan(connection: Client, reading: NewReading, *, on_progress: OnProgress) -> Plan:
    """Ask scoring about every activity of the reading.

    Raises:
        NoResponder: scoring does not answer.
    """
    plan, done = Plan(), 0
    by_day: list[tuple[RepDay | None, list[Outgoing]]] = []
    for chunk in _chunks(reading.events):
        events = [event for events in chunk.values() for event in events]
        query = ReadingPreviewQuery(
            events=tuple(EventToPreview(id=event.headers["ce-id"], data=event.data.decode()) for event in events)
        )
        for activity in (await ask(connection, READING_PREVIEW, query)).activities:
            plan.effects[activity.effect] += 1
            for day in activity.days:
                plan.days.setdefault((day.rep, day.day), Counter()).update(day.counts)
            if activity.effect != "unchanged":
                first_day = min(((day.rep, day.day) for day in activity.days), default=None)
                by_day.append((first_day, chunk[ActivityName(activity.account, activity.activity_id)]))
        done += len(chunk)
        on_progress("comparing activities", done, len(reading.events))
    for _, events in sorted(by_day, key=_by_day):
        plan.events.extend(events)
    return plan


def _by_day(item: tuple[RepDay | None, list[Outgoing]]) -> tuple[str, date]:
    """Events about the same day stand together, so that scoring counts the day once for many of them."""
    rep_day, _ = item
    return rep_day if rep_day is not None else ("", date.min)


def _chunks(events: Mapping[ActivityName, list[Outgoing]]) -> Iterator[dict[ActivityName, list[Outgoing]]]:
    chunk: dict[ActivityName, list[Outgoing]] = {}
    size = 0
    for name, of_activity in events.items():
        more = sum(len(event.data) for event in of_activity)
        if chunk and (len(chunk) == _ACTIVITIES_MAX or size + more > _BYTES_MAX):
            yield chunk
            chunk, size = {}, 0
        chunk[name] = of_activity
        size += more
    if chunk:
        yield chunk
