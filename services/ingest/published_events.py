"""What ingest publishes on its streams, declared for the AsyncAPI document.

The messages themselves go through the coalescing publishers, which share durable writes.
"""

from collections.abc import Iterator
from dataclasses import MISSING, field, make_dataclass
from datetime import datetime
from typing import Any, Final

import msgspec

from shared.event_types import ACTIVITY_OBSERVED, WEBHOOK_RECEIVED
from shared.observation import Observation
from shared.service.broker import ServiceBroker


def _observation_fields() -> Iterator[tuple[str, Any, Any]]:
    """Name, type and default of each field of an observation."""
    for info in msgspec.structs.fields(Observation):
        if info.required:
            yield info.name, info.type, MISSING
        elif info.default is not msgspec.NODEFAULT:
            yield info.name, info.type, field(default=info.default)
        else:
            yield info.name, info.type, field(default_factory=info.default_factory)


ActivityObserved: Final = make_dataclass(
    "ActivityObserved",
    [
        ("source", str),
        *_observation_fields(),
        ("received_at", datetime | None, field(default=None)),
        ("read_at", datetime | None, field(default=None)),
        ("reprocessed_since", datetime | None, field(default=None)),
        ("reprocessed_until", datetime | None, field(default=None)),
    ],
    namespace={"__doc__": Observation.__doc__},
    kw_only=True,
)
"""The `data` of `activity.observed.v1`: the source, the fields of an observation, and when its webhook was received. If that
was read again: when, and which webhooks were read again with it, by when they were received."""


def declare_publishers(broker: ServiceBroker) -> None:
    """Declare both events, each on one subject per source."""
    webhooks, activities = (f"{event}.{{source}}" for event in (WEBHOOK_RECEIVED, ACTIVITY_OBSERVED))
    broker.publisher(
        webhooks,
        title=webhooks,
        schema=bytes,
        description="The body of a verified webhook, byte for byte, except for a secret that it contained.",
    )
    broker.publisher(activities, title=activities, schema=ActivityObserved, description="Facts about one activity.")
