"""The content of stored webhooks, as it is read today."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from services.ingest.domain.adapters import ADAPTERS
from services.ingest.domain.field_map import search_fields
from services.ingest.domain.webhook import BodyUnreadable, Source, VerifiedWebhook
from services.ingest.read_webhooks import ReadItem, clock_ahead_s, read_items, unknown_outcome
from shared.observation import ActivityId, Observation, UnreadableFact

ActivityNames = dict[tuple[str, ActivityId], Observation]
"""The newest observation of each activity, by its account and id."""


@dataclass(kw_only=True)
class Content:
    """What webhooks of a source hold. `facts` counts the observations that carry each fact."""

    activities: ActivityNames = field(default_factory=dict)
    observations: int = 0
    facts: Counter[str] = field(default_factory=Counter)
    unknown_outcomes: Counter[str] = field(default_factory=Counter)
    unknown_kinds: Counter[str] = field(default_factory=Counter)
    unreadable: Counter[str] = field(default_factory=Counter)
    clock_ahead_s: float = 0.0

    def add_webhook(self, webhook: VerifiedWebhook, source: Source) -> list[Observation]:
        """Read another webhook. Returns what it says of activities; nothing if it cannot be read."""
        try:
            items = list(read_items(webhook, source, ADAPTERS[source.kind]))
        except BodyUnreadable:
            return []  # it is among the dead letters
        for item in items:
            self._add_item(item, webhook, source)
        return [observation for item in items for observation in item.observations]

    def _add_item(self, item: ReadItem, webhook: VerifiedWebhook, source: Source) -> None:
        if not item.translated and "kind" in source.fields and isinstance(item.item, Mapping):
            self.unknown_kinds[str(search_fields(item.item, {"kind": source.fields["kind"]})["kind"])] += 1
        self.unreadable.update(fact.name for fact in item.translated if isinstance(fact, UnreadableFact))
        for observation in item.observations:
            self.observations += 1
            self.facts.update(name for name, value in observation.facts.items() if value is not None)
            self.activities[observation.account, observation.activity_id] = observation
            if (outcome := unknown_outcome(observation, source)) is not None:
                self.unknown_outcomes[outcome] += 1
            self.clock_ahead_s = max(self.clock_ahead_s, clock_ahead_s(observation, webhook.received_at))


def read_content(webhooks: Iterable[VerifiedWebhook], source: Source) -> Content:
    """Everything that these webhooks hold, the oldest first."""
    content = Content()
    for webhook in webhooks:
        content.add_webhook(webhook, source)
    return content
