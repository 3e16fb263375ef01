"""Readings: what a webhook stated, as it was understood then. Reading webhooks again drops what earlier readings stated.

Which webhooks were read again is stored beside the statements. So an earlier reading that arrives late changes nothing, and
order and duplicates matter no more than they do for merging.
"""

import re
from collections.abc import Callable
from datetime import datetime
from typing import Final, NamedTuple

from services.scoring.domain.activities.statements import REPROCESSED, FactStates, without_statements

_RANK_OF_WEBHOOK: Final = re.compile(r"r([0-9a-f]{14})(?:/([0-9a-f]{14}))?\.")
_BETWEEN: Final = ";"


class Reprocessing(NamedTuple):
    """The webhooks of a source that were received from `since` to `until`, both included, were read again at `read_at`. All are
    times as in ranks."""

    since: str
    until: str
    read_at: str


def rank_of(event_id: str, *, received_at: datetime | None, read_at: datetime | None) -> str:
    """The rank of an event among those of the same time: first by when its webhook was received, then by when that was read
    again, and then by id. An event that was not received as a webhook is below those that were."""
    if received_at is None:
        return event_id
    read_again = f"/{time_in_ranks(read_at)}" if read_at is not None else ""
    return f"r{time_in_ranks(received_at)}{read_again}.{event_id}"


def with_id(rank: str, change: Callable[[str], str]) -> str:
    """The rank with the id of its event changed, and with the same times."""
    webhook = _RANK_OF_WEBHOOK.match(rank)
    start_of_id = webhook.end() if webhook is not None else 0
    return rank[:start_of_id] + change(rank[start_of_id:])


def time_in_ranks(instant: datetime) -> str:
    """Microseconds since 1970, as text that sorts as the times do."""
    return f"{round(instant.timestamp() * 1_000_000):014x}"


def with_reprocessing(states: FactStates, reprocessing: Reprocessing) -> FactStates:
    """The states without what earlier readings of these webhooks stated; the same object if that is done already."""
    known = _reprocessings(states)
    if any(_covers(other, reprocessing) for other in known):
        return states
    remaining = without_statements(states, lambda rank: _is_earlier_reading(rank, reprocessing))
    all_of_them = sorted([reprocessing, *(other for other in known if not _covers(reprocessing, other))])
    return remaining | {REPROCESSED: (_BETWEEN.join("/".join(each) for each in all_of_them), "", "")}


def is_outdated(states: FactStates, rank: str) -> bool:
    """Whether an event with this rank comes from a reading of a webhook that was read again since."""
    return REPROCESSED in states and any(_is_earlier_reading(rank, reprocessing) for reprocessing in _reprocessings(states))


def _reprocessings(states: FactStates) -> list[Reprocessing]:
    if REPROCESSED not in states:
        return []
    return [Reprocessing(*each.split("/")) for each in str(states[REPROCESSED][0]).split(_BETWEEN)]


def _covers(reprocessing: Reprocessing, other: Reprocessing) -> bool:
    """Whether everything that the other one replaces is replaced by the first."""
    is_as_wide = reprocessing.since <= other.since and other.until <= reprocessing.until
    return is_as_wide and other.read_at <= reprocessing.read_at


def _is_earlier_reading(rank: str, reprocessing: Reprocessing) -> bool:
    webhook = _RANK_OF_WEBHOOK.match(rank)
    if webhook is None:
        return False
    received_at, read_at = webhook[1], webhook[2] or ""
    return reprocessing.since <= received_at <= reprocessing.until and read_at < reprocessing.read_at
