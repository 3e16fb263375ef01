"""Check that every activity has the parts that its statements describe, and that they have the same statements."""

from collections.abc import Iterator

import msgspec

from services.scoring.domain.activities.activity_record import ActivityKey, ActivityRecord
from services.scoring.domain.activities.parts import list_parts, part_id


class PartsAudit:
    """What was read so far. Of the statements only a hash is kept, of activities that have parts or are some."""

    def __init__(self) -> None:
        self._wholes: dict[ActivityKey, int] = {}
        self._parts: dict[ActivityKey, tuple[ActivityKey, int]] = {}
        self._expected: set[ActivityKey] = set()

    def add(self, record: ActivityRecord) -> None:
        if record.part_of is not None:
            self._parts[record.key] = record.key_of_whole, _digest(record)
        elif names := list_parts(record.states):
            source, account, activity_id = record.key
            self._wholes[record.key] = _digest(record)
            self._expected |= {(source, account, part_id(activity_id, name)) for name in names}

    def differences(self) -> Iterator[str]:
        """One sentence for each part that is missing or has other statements. A part that its activity lost may stay."""
        for key in sorted(self._expected - self._parts.keys()):
            yield f"activity {'/'.join(key)}: not stored, though it is a part of one that is"
        for key, (key_of_whole, digest) in sorted(self._parts.items()):
            if self._wholes.get(key_of_whole, digest) != digest:
                yield f"activity {'/'.join(key)}: has other statements than the activity of which it is a part"


def _digest(record: ActivityRecord) -> int:
    return hash(msgspec.json.encode(record.states, order="deterministic"))
