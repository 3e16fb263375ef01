"""What the webhooks of a week come to: through the door and the translation of ingest, and the rules of scoring.

The code between them is the product's own; only the streams are lists.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Final

import msgspec
from nats.aio.client import Client
from nats.aio.msg import Msg

from services.ingest.domain.adapters import ADAPTERS
from services.ingest.domain.webhook import RawWebhook, Source
from services.ingest.metrics import IngestMetrics
from services.ingest.receive_webhook import WebhookReceiver
from services.ingest.translate_webhooks import WebhookTranslator
from services.scoring.domain.activities.activity_record import ActivityKey, ActivityRecord, derive, derive_parts
from services.scoring.domain.activities.counting import counts
from services.scoring.domain.activities.fact_states import merge
from services.scoring.domain.activities.statements import FactStates
from services.scoring.domain.playbook.filters import make_filter
from services.scoring.domain.roster.roster import Identity, Roster
from services.scoring.record.read_event import ObservedEvent, read_event
from shared.clock import SteppedClock
from shared.jetstream.publisher import Outgoing, Publisher
from tests.services.ingest.conftest import find_no_source
from tests.services.ingest.senders import BY_NAME, Sender
from tests.services.ingest.weeks.week import BEHAVIOURS, ZONE, Counts, Posted, Week, day_of
from tests.services.scoring.domain.builders import rep, rep_id_of, roster, term

_TITLE_WIDTH: Final = 20
_COLUMN_WIDTH: Final = 8
Counted = Counter[tuple[str, str, date]]
"""How often, by name of the rep, behaviour and day."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Delivery:
    """A webhook that has arrived, and what was translated from it."""

    received_at: datetime
    events: tuple[ObservedEvent, ...]


class _List(Publisher):
    """A stream that is a list."""

    def __init__(self) -> None:
        self.messages: list[Outgoing] = []

    async def store(self, message: Outgoing) -> None:
        self.messages.append(message)

    async def store_all(self, messages: Iterable[Outgoing]) -> None:
        self.messages += messages


def sender_of(week: Week) -> Sender:
    """The sender with the source that this week needs."""
    sender = BY_NAME[week.sender]
    source = sender.source
    source = replace(
        source,
        kinds={**source.kinds, **week.kinds},
        outcomes={**source.outcomes, **week.outcomes},
        fields={**source.fields, **week.fields},
    )
    return replace(sender, source=source)


async def deliver(sender: Sender, posted: object, *, received_at: datetime) -> Delivery:
    """Post a webhook at the door, and translate it.

    Raises:
        AssertionError: something in it could not be read.
    """
    source = sender.source
    sources = {source.name: source}
    webhooks, activities, dead_letters = _List(), _List(), _List()
    clock, metrics = SteppedClock(received_at), IngestMetrics(sources)
    await WebhookReceiver(sources, ADAPTERS, webhooks, clock).receive(source.name, _sign(sender, posted, received_at))
    await WebhookTranslator(
        sources,
        ADAPTERS,
        activities=activities,
        dead_letters=dead_letters,
        clock=clock,
        metrics=metrics,
        contact_secret=b"hashes contacts",
        find_source=find_no_source,
    ).translate([_as_message(stored) for stored in webhooks.messages])
    unreadable = [sample for metric in metrics.unreadable_facts.collect() for sample in metric.samples if sample.value]
    assert (dead_letters.messages, unreadable) == ([], [])
    events = tuple(read_event(_as_message(observed)) for observed in activities.messages)
    return Delivery(received_at=received_at, events=events)


def _sign(sender: Sender, posted: object, now: datetime) -> RawWebhook:
    of_sender = posted if isinstance(posted, Posted) else Posted(body=posted)
    body = of_sender.body if isinstance(of_sender.body, bytes) else msgspec.json.encode(of_sender.body)
    signed = sender.post(body, at=now)
    return replace(signed, headers={**signed.headers, **of_sender.headers}, query={**signed.query, **of_sender.query})


def _as_message(stored: Outgoing) -> Msg:
    return Msg(_client=Client(), subject=stored.subject, data=stored.data, headers=stored.headers)


def roster_of(week: Week, source: Source, *, timezone: str = ZONE) -> Roster:
    """Ana and Ben, with their ids at the sender."""
    return roster(
        *(
            rep(term(timezone=timezone), name=name, shown_name=name, identities=(Identity(source=source.name, user=user),))
            for name, user in week.users.items()
        )
    )


def count(week: Week, deliveries: Iterable[Delivery], *, timezone: str = ZONE) -> Counted:
    """What counts after these deliveries, in this order, for reps in this time zone."""
    everybody = roster_of(week, sender_of(week).source, timezone=timezone)
    names = {rep_id_of(name): name for name in week.users}
    filters = {name: make_filter(thresholds) for name, thresholds in _behaviours(week).items()}
    counted = Counted()
    for record in _records(deliveries, everybody):
        if record.rep_day is not None:
            for behaviour, wanted in filters.items():
                counted[names[record.rep_day.rep_id], behaviour, record.rep_day.day] += counts(record.activity, wanted)
    return +counted


def _behaviours(week: Week) -> Mapping[str, Counts]:
    return {**BEHAVIOURS, **week.behaviours}


def _records(deliveries: Iterable[Delivery], everybody: Roster) -> list[ActivityRecord]:
    states: dict[ActivityKey, FactStates] = {}
    for delivery in deliveries:
        for event in delivery.events:
            states[event.key] = merge(states.get(event.key, {}), event.observation, event.rank)
    wholes = [derive(key, of_key, roster=everybody) for key, of_key in states.items()]
    return [record for whole in wholes for record in (whole, *derive_parts(whole, roster=everybody))]


def table_of(counted: Counted, week: Week, *, like: str) -> str:
    """What was counted, line by line, with the columns of another table and whatever else is needed."""
    days = sorted({*_columns(like), *(day for _, _, day in counted)})
    rows = [(f"{name} {behaviour}", [counted[name, behaviour, day] for day in days]) for name, behaviour in _rows(week)]
    shown = [(title, [str(number or ".") for number in numbers]) for title, numbers in rows if any(numbers)]
    return _text(days, shown)


def aligned(table: str) -> str:
    """A table as `table_of` would write it."""
    days = _columns(table)
    _, *rows = table.strip("\n").splitlines()
    return _text(days, [(" ".join(row.split()[: -len(days)]), row.split()[-len(days) :]) for row in rows])


def _columns(table: str) -> list[date]:
    header = table.strip("\n").partition("\n")[0].split()
    return [day_of(f"{weekday} {number}") for weekday, number in zip(header[::2], header[1::2], strict=True)]


def _rows(week: Week) -> list[tuple[str, str]]:
    return [(name, behaviour) for name in week.users for behaviour in _behaviours(week)]


def _text(days: Sequence[date], rows: Sequence[tuple[str, Sequence[str]]]) -> str:
    header = "", [f"{day:%a %d}" for day in days]
    return "\n".join(_line(title, cells) for title, cells in (header, *rows))


def _line(title: str, cells: Sequence[str]) -> str:
    return title.ljust(_TITLE_WIDTH) + "".join(cell.rjust(_COLUMN_WIDTH) for cell in cells)
