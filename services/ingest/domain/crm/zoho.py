"""Zoho CRM notifications: the ids of changed records and, if the channel was opened with that option, the changed values.

They carry no signature but a token in the body, so the body must be parsed before it can be trusted; the door has limited
its size by then. The token is removed before anything is stored. A channel lives for a week at most.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any, Final

import msgspec

from services.ingest.domain.adapter import Adapter, Authentication, Document, Item, RetryPolicy
from services.ingest.domain.amounts import read_clock_duration, read_currency, read_duration_s, to_decimal_text
from services.ingest.domain.deal_facts import DealState, read_deal
from services.ingest.domain.outcomes import find_outcome
from services.ingest.domain.reading import as_mapping, read_json, require_any_of, seconds_between
from services.ingest.domain.times import read_date, read_start, read_time, to_rfc3339
from services.ingest.domain.webhook import BodyUnreadable, RawWebhook, SignatureMissing, Source, VerifiedWebhook
from shared.fact_values import FactValue
from shared.facts import BOOKED_AT, MEETING_KINDS

KINDS: Final = {
    "Calls": "call",
    "Events": "meeting",
    "Tasks": "task",
    "Notes": "note",
    "Deals": "deal_stage_changed",
}
"""The modules that are activities. All others (leads, contacts) are ignored."""

OUTCOMES: Final = {
    "completed": "completed",
    "connected": "connected",
    "interested": "connected",
    "not interested": "connected",
    "requested more info": "connected",
    "requested call back": "connected",
    "no response/busy": "no_answer",
    "no answer": "no_answer",
    "busy": "busy",
    "invalid number": "wrong_number",
    "missed": "no_answer",
    "scheduled": "scheduled",
    "overdue": "scheduled",
    "cancelled": "canceled",
    "canceled": "canceled",
    "visited": "held",
    "held": "held",
    "planned": "scheduled",
    "not started": "open",
    "in progress": "open",
    "deferred": "open",
    "waiting for input": "open",
    "waiting on someone else": "open",
}
"""In lower case. A call that is `completed` was `connected`."""

DIRECTIONS: Final = {"outbound": "outbound", "inbound": "inbound", "missed": "inbound"}
DEAL_STAGES: Final = {"closed won": "deal_won", "closed lost": "deal_lost", "closed-lost to competition": "deal_lost"}
OUTCOME_FIELDS: Final = (
    "Call_Result",
    "Outgoing_Call_Status",
    "Call_Status",
    "Check_In_Status",
    "Event_Status",
    "Status",
)
"""Where a module keeps the outcome. The first field with a value counts."""


def verify(webhook: RawWebhook, source: Source, *, now: datetime) -> VerifiedWebhook:
    """Check the token in the body, and remove it.

    Raises:
        SignatureMismatch: it is missing, or not one of the source's.
    """
    try:
        content = read_json(webhook.body, source.limits)
    except BodyUnreadable:
        raise SignatureMissing(source.name) from None
    token = content.get("token") if isinstance(content, dict) else None
    require_any_of(token if isinstance(token, str) else "", source.secrets, source)
    body = msgspec.json.encode({name: value for name, value in content.items() if name != "token"})
    return VerifiedWebhook(source=source.name, headers={}, body=body, received_at=now)


def _split(webhook: VerifiedWebhook, source: Source) -> Sequence[object]:
    """One item for each id in the notification."""
    content = read_json(webhook.body, source.limits)
    if not isinstance(content, Mapping) or not isinstance(content.get("ids"), list):
        raise BodyUnreadable("must be an object with ids")
    affected = content.get("affected_values")
    rows = [row for row in affected if isinstance(row, Mapping)] if isinstance(affected, list) else []
    values = {str(row.get("record_id")): as_mapping(row.get("values")) for row in rows}
    common = {name: content.get(name) for name in ("module", "operation", "server_time", "channel_id")}
    return [{**common, "record_id": record_id, "values": values.get(str(record_id), {})} for record_id in content["ids"]]


def _identify(item: Item) -> tuple[object, ...]:
    return tuple(str(item.get(name)) for name in ("channel_id", "module", "operation", "record_id", "server_time"))


def _read(item: Item, source: Source) -> Iterable[Document]:
    module = str(item.get("module"))
    kind = KINDS.get(module) or source.kinds.get(module)
    if kind is None:
        return []
    values, observed_at = item["values"], to_rfc3339(item.get("server_time"))
    is_deleted = item.get("operation") == "delete"
    facts = _deal(values, source, observed_at) if module == "Deals" else _facts(values, source, kind, observed_at)
    if kind in MEETING_KINDS and item.get("operation") == "insert":
        facts.setdefault(BOOKED_AT.name, observed_at)
    return [
        {
            "activity_id": f"{module}-{item['record_id']}" if item.get("record_id") else None,
            "account": source.account,
            "kind": kind,
            "observed_at": observed_at,
            "deleted": is_deleted,
            "facts": {} if is_deleted else _owner(values) | facts,
        }
    ]


def _owner(values: Mapping[str, Any]) -> dict[str, FactValue]:
    owner = values.get("Owner")
    owner_id = as_mapping(owner).get("id") if isinstance(owner, Mapping) else owner
    return {"actor": str(owner_id)} if owner_id else {}


def _facts(values: Mapping[str, Any], source: Source, kind: str, observed_at: str) -> dict[str, FactValue]:
    """Only what the notification contains: a value that is missing has not changed. A task is done when its status says so."""
    facts = read_start(values.get("Call_Start_Time") or values.get("Start_DateTime") or values.get("Closed_Time"))
    if kind in MEETING_KINDS and values.get("Created_Time"):
        facts["booked_at"] = read_time(values["Created_Time"])
    if (duration_s := read_duration_s(values.get("Call_Duration_in_seconds"))) is not None:
        facts["duration_s"] = duration_s
    elif values.get("Call_Duration"):
        facts["duration_s"] = read_clock_duration(str(values["Call_Duration"]))
    elif values.get("End_DateTime"):
        facts["duration_s"] = seconds_between(values.get("Start_DateTime"), values["End_DateTime"])
    if direction := DIRECTIONS.get(str(values.get("Call_Type")).lower()):
        facts["direction"] = direction
    raw = next((str(values[name]) for name in OUTCOME_FIELDS if values.get(name)), None)
    if raw is not None:
        outcomes = {**OUTCOMES, "completed": "connected"} if kind == "call" else OUTCOMES
        facts |= {"outcome": find_outcome(raw, source.outcomes, outcomes), "outcome_raw": raw}
        if kind == "task":
            done_at = values.get("Closed_Time") or observed_at
            facts |= read_start(done_at) if facts["outcome"] == "completed" else {"started_at": None}
    return facts


def _deal(values: Mapping[str, Any], source: Source, observed_at: str) -> dict[str, FactValue]:
    """A deal moved when a notification brings its stage. `Closing_Date` is a date that somebody typed."""
    state = DealState(
        stage=str(values["Stage"]) if values.get("Stage") else None,
        entered_at=observed_at,
        closed_at=observed_at,
        closed_on=values.get("Closing_Date"),
    )
    facts = read_deal(state, source, results_by_stage=DEAL_STAGES)
    if "Closing_Date" in values:
        facts["closed_on"] = read_date(values["Closing_Date"])
    if (amount := to_decimal_text(values.get("Amount"))) is not None:
        facts["amount"] = amount
    if (currency := read_currency(values.get("Currency"))) is not None:
        facts["currency"] = currency
    return facts


ADAPTER: Final = Adapter(
    kind="zoho",
    title="Zoho CRM",
    page="zoho",
    authentication=Authentication(method="token in the body"),
    verify=verify,
    split=_split,
    identify=_identify,
    read=_read,
    retry_policy=RetryPolicy(),
    ways_to_send={
        "actor": "open the channel with return_affected_field_values; without it Zoho sends only ids, and with it only changed"
        " fields, so a record whose owner never changed stays unknown: bring its owner in with `daymark import`",
        "start": "open the channel with return_affected_field_values; without it Zoho sends only ids",
        "duration": "open the channel with return_affected_field_values; without it Zoho sends only ids",
    },
)
"""The account of an activity is the source's."""
