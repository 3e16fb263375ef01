"""What can be asked about what a source sent. Of an activity only its kind, its time and the id of a CRM user are told."""

from datetime import datetime
from typing import Final

from pydantic import AwareDatetime, Field

from shared.observation import SourceName
from shared.requests.endpoint import Endpoint, Schema


class SourceQuery(Schema):
    """A source, how many of its last webhooks are read, and when the 24 hours begin in which they are counted by hour."""

    name: SourceName
    since: AwareDatetime
    webhooks_max: int = Field(default=2_000, ge=1, le=2_000)


class KindHours(Schema):
    """How many observations of a kind arrived in each of the 24 hours."""

    kind: str
    counts: tuple[int, ...]


class FactCount(Schema):
    """How many observations carry a fact."""

    name: str
    observations: int


class PhraseCount(Schema):
    """A word or an id of the sender, and in how many items it stands."""

    text: str
    items: int


class RecentActivity(Schema):
    """An activity that arrived lately. `user` is that of the CRM; empty if the webhook names none."""

    kind: str
    account: str
    user: str
    received_at: datetime


class SourceReport(Schema):
    """What the last webhooks of a source say, as they are read today; of the last seven days, and no more than were asked for.
    `hours` `is_complete` unless the 24 hours have more. `unreadable_facts` are left out since their values make no sense.
    `recent` is the newest first."""

    name: SourceName
    newest_at: datetime | None
    webhooks: int
    is_complete: bool
    activities: int
    observations: int
    hours: tuple[KindHours, ...]
    facts: tuple[FactCount, ...]
    unreadable_facts: tuple[FactCount, ...]
    unknown_outcomes: tuple[PhraseCount, ...]
    unknown_kinds: tuple[PhraseCount, ...]
    clock_ahead_s: float
    recent: tuple[RecentActivity, ...]


SOURCE_REPORT: Final = Endpoint(subject="source.report.v1", query=SourceQuery, reply=SourceReport)
