"""Zoho CRM notifications: ids of what changed and, where the channel was asked for them, the changed values.

They carry no signature but a token in the body, so the body has to be read before it can be trusted; the door has capped its
size by then. The token is taken out before anything is stored. A channel lives for a week at most.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any, Final

import msgspec

from services.ingest.domain.adapter import Adapter, Document, Item, RetryPolicy
from services.ingest.domain.reading import clock_seconds, decimal_text, instant, is_one_of, mapping, read_json, seconds_between
from services.ingest.domain.webhook import BodyUnreadable, RawWebhook, SignatureMismatch, Source, VerifiedWebhook
from shared.observation import FactValue

_KINDS: Final = {
    "Calls": "call",
    "Events": "meeting",
    "Tasks": "task",
    "Notes": "note",
    "Deals": "deal_stage_changed",
}
"""Modules that are activities, and their kind. Leads, contacts and the like are passed over."""

_OUTCOMES: Final = {
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
}
_DIRECTIONS: Final = {"outbound": "outbound", "inbound": "inbound", "missed": "inbound"}
_DEALS: Final = {"closed won": "deal_won", "closed lost": "deal_lost", "closed-lost to competition": "deal_lost"}
_RESULTS: Final = ("Call_Result", "Outgoing_Call_Status", "Call_Status", "Check_In_Status", "Event_Status", "Status")
"""Where a module keeps how it went; the first that is there counts."""


def verify(webhook: RawWebhook, source: Source, *, now: datetime) -> VerifiedWebhook:
    """Raises `SignatureMismatch` unless the body holds one of the tokens."""
    try:
        content = read_json(webhook.body, source.limits)
    except BodyUnreadable:
        raise SignatureMismatch(source.name) from None
    token = content.get("token") if isinstance(content, dict) else None
    if not isinstance(token, str) or not is_one_of(token, source.secrets):
        raise SignatureMismatch(source.name)
    body = msgspec.json.encode({name: value for name, value in content.items() if name != "token"})
    return VerifiedWebhook(source=source.name, headers={}, body=body, received_at=now)


def _split(webhook: VerifiedWebhook, source: Source) -> Sequence[object]:
    """One item for each id of the post."""
    content = read_json(webhook.body, source.limits)
    if not isinstance(content, Mapping) or not isinstance(content.get("ids"), list):
        raise BodyUnreadable("must be an object with ids")
    given = content.get("affected_values")
    rows = [row for row in given if isinstance(row, Mapping)] if isinstance(given, list) else []
    values = {str(row.get("record_id")): mapping(row.get("values")) for row in rows}
    common = {name: content.get(name) for name in ("module", "operation", "server_time", "channel_id")}
    return [{**common, "record_id": one, "values": values.get(str(one), {})} for one in content["ids"]]


def _identity(item: Item) -> tuple[object, ...]:
    return tuple(str(item.get(name)) for name in ("channel_id", "module", "operation", "record_id", "server_time"))


def _read(item: Item, source: Source) -> Iterable[Document]:
    module = str(item.get("module"))
    kind = _KINDS.get(module) or source.kinds.get(module)
    if kind is None:
        return []
    values, at = item["values"], instant(item.get("server_time"))
    is_gone = item.get("operation") == "delete"
    facts = _deal(values, source, at) if module == "Deals" else _facts(values, source, kind)
    return [
        {
            "activity_id": f"{module}-{item['record_id']}" if item.get("record_id") else None,
            "account": source.account,
            "kind": kind,
            "observed_at": at,
            "deleted": is_gone,
            "facts": {} if is_gone else _owner(values) | facts,
        }
    ]


def _owner(values: Mapping[str, Any]) -> dict[str, FactValue]:
    owner = values.get("Owner")
    found = mapping(owner).get("id") if isinstance(owner, Mapping) else owner
    return {"actor": str(found)} if found else {}


def _facts(values: Mapping[str, Any], source: Source, kind: str) -> dict[str, FactValue]:
    """Only what the notification tells: a value that is not in it has not changed."""
    facts: dict[str, FactValue] = {}
    if started := values.get("Call_Start_Time") or values.get("Start_DateTime") or values.get("Closed_Time"):
        facts["started_at"] = instant(started)
    if (length := values.get("Call_Duration_in_seconds")) is not None:
        facts["duration_s"] = int(length) if isinstance(length, str) and length.isdigit() else length
    elif values.get("Call_Duration"):
        facts["duration_s"] = clock_seconds(str(values["Call_Duration"]))
    elif values.get("End_DateTime"):
        facts["duration_s"] = seconds_between(values.get("Start_DateTime"), values["End_DateTime"])
    if direction := _DIRECTIONS.get(str(values.get("Call_Type")).lower()):
        facts["direction"] = direction
    raw = next((str(values[name]) for name in _RESULTS if values.get(name)), None)
    if raw is not None:
        known = _OUTCOMES.get(raw.lower(), "other")
        if kind == "call" and known == "completed":
            known = "connected"
        facts |= {"outcome": source.outcomes.get(raw, known), "outcome_raw": raw}
    return facts


def _deal(values: Mapping[str, Any], source: Source, at: str) -> dict[str, FactValue]:
    """Dated by the notification that brought its stage: `Closing_Date` is a date in nobody's time zone."""
    facts: dict[str, FactValue] = {}
    if values.get("Stage"):
        stage = str(values["Stage"])
        kind = source.kinds.get(stage, _DEALS.get(stage.lower(), "deal_stage_changed"))
        facts |= {"stage": stage, "kind": kind, "started_at": at}
    if values.get("Amount") is not None:
        facts["amount"] = decimal_text(values["Amount"])
    if values.get("Currency"):
        facts["currency"] = str(values["Currency"])
    return facts


ZOHO: Final = Adapter(
    kind="zoho",
    verify=verify,
    split=_split,
    identity=_identity,
    read=_read,
    retry_policy=RetryPolicy(),
)
"""The account of an activity is the source's."""
