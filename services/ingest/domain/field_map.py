"""Reading any JSON by a map: for each fact the JMESPath expression (https://jmespath.org) that finds it in an item.

An expression sees the item's own fields and, under `_`, what stands around it: `_.item` is the item itself where it is no
object, `_.body` the whole body, `_.event` the event's name where the sender keeps it outside the body, and `_.received_at`.
"""

import hashlib
import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import timedelta
from functools import lru_cache
from itertools import count
from math import isfinite
from types import MappingProxyType
from typing import Any, Final

import jmespath
import msgspec
from jmespath.exceptions import JMESPathError

from services.ingest.domain.adapter import Document, Item
from services.ingest.domain.reading import as_items, clock_seconds, decimal_text, instant, read_json, seconds_between
from services.ingest.domain.webhook import BodyUnreadable, Source, VerifiedWebhook
from shared.fact_values import FactValue
from shared.facts import FIRST_SEEN_AT, first_seen_in
from shared.observation import ObservationRefused

FIELDS: Final = frozenset(
    {
        "items", "account", "activity_id", "kind", "observed_at", "deleted",
        "actor", "started_at", "outcome", "direction", "stage", "deal_id", "currency", "contact_key",
        "amount", "amount_cents", "amount_micros",
        "duration_s", "duration_ms", "duration_min", "duration_clock", "duration_from", "duration_until",
    }
)  # fmt: skip
"""What can be mapped. Durations and amounts have a name for each unit that senders use."""

REQUIRED: Final = frozenset({"activity_id", "kind"})
KINDS: Final = frozenset(
    {
        "call", "email", "meeting", "demo", "message", "task", "note", "proposal_sent", "proposal_accepted", "lead_handled",
        "contact_created", "deal_created", "deal_stage_changed", "deal_won", "deal_lost",
    }
)  # fmt: skip
"""Words for a kind that need no entry in the source's `kinds`. Any other that has none is no activity."""

_DIRECTIONS: Final = {
    "in": "inbound",
    "inbound": "inbound",
    "incoming": "inbound",
    "out": "outbound",
    "outbound": "outbound",
    "outgoing": "outbound",
}
_MICROSOFT_TIME: Final = re.compile(r"\A/Date\(([0-9]{1,16})(?:[+-][0-9]{4})?\)/\Z")
_OF_CALLS: Final = {"held": "connected", "completed": "connected", "no_show": "no_answer"}
"""Words that a sender has for all its activities, and what they mean for a call."""

_DEALS: Final = frozenset({"deal_stage_changed", "deal_won", "deal_lost"})
"""A deal on its way. What it has come to is a fact, for an update that says nothing of the stage must not take a win back."""

_APART: Final = timedelta(microseconds=1)
_PLAIN: Final = ("stage", "deal_id", "currency", "contact_key")


class ExpressionRefused(ValueError):
    """The text is no JMESPath expression."""


@lru_cache(maxsize=1_024)
def compiled(expression: str) -> jmespath.parser.ParsedResult:
    """The expression, ready to search with.

    Raises:
        ExpressionRefused: it is none.
    """
    try:
        return jmespath.compile(expression)
    except JMESPathError as refused:
        raise ExpressionRefused(str(refused).partition("\n")[0]) from None


def split_by_map(webhook: VerifiedWebhook, source: Source, fields: Mapping[str, str]) -> Sequence[object]:
    """The items that `fields["items"]` finds, each with its surroundings under `_`; without it, the body's own.

    Items of one body are received a microsecond apart, so that the later of two that carry no time of their own is the newer.

    Raises:
        BodyUnreadable: the body is no JSON, or has no items.
    """
    body = read_json(webhook.body, source.limits)
    found = _search(fields["items"], body) if fields.get("items") else body
    if found is None:
        raise BodyUnreadable("the body has no items where the configuration looks for them")
    around = {
        "body": body,
        "digest": hashlib.blake2b(webhook.body, digest_size=16).digest(),
        "event": webhook.headers.get("event"),
    }
    received = (webhook.received_at + number * _APART for number in count())
    return [
        {**(one if isinstance(one, dict) else {}), "_": {**around, "item": one, "received_at": at.isoformat()}}
        for one, at in zip(as_items(found), received, strict=False)
    ]


def identity_by_map(item: Item) -> tuple[object, ...]:
    """What it says, in which body: senders of any JSON promise no number of their own."""
    return item["_"]["digest"], item["_"]["event"], msgspec.json.encode(item["_"]["item"])


def read_by_map(
    item: Item,
    source: Source,
    *,
    fields: Mapping[str, str],
    kinds: Mapping[str, str] = MappingProxyType({}),
    outcomes: Mapping[str, str] = MappingProxyType({}),
) -> Iterable[Document]:
    """What the item says by the map; nothing where its kind is none of ours.

    Raises:
        ObservationRefused: a value is there and makes no sense.
    """
    found = {name: _search(expression, item) for name, expression in fields.items() if name != "items"}
    word = found.get("kind")
    kind = {**kinds, **source.kinds}.get(str(word), str(word))
    if kind not in KINDS:
        return []
    is_gone = found.get("deleted") in (True, "true", 1)
    is_dated = bool(found.get("observed_at"))
    received_at = item["_"]["received_at"]
    facts = _facts(found, kind, {**outcomes, **source.outcomes}) | _deal(found, kind, source)
    account = found.get("account")
    return [
        {
            "activity_id": _text(found.get("activity_id")),
            "account": str(account) if account else source.account,
            "kind": "deal_stage_changed" if kind in _DEALS else kind,
            "observed_at": _instant(found.get("observed_at") or received_at),
            "deleted": is_gone if "deleted" in fields and (is_gone or is_dated) else None,
            "facts": {} if is_gone else facts if is_dated else _as_first_heard(facts, found, received_at),
        }
    ]


def _as_first_heard(facts: dict[str, FactValue], found: Mapping[str, Any], received_at: str) -> dict[str, FactValue]:
    """The facts of a change that its sender does not date, so that a second delivery of it moves nothing to another day.

    For the same reason such a change says of no activity that it is there: it may come again when that has been deleted.
    """
    if "started_at" not in facts or found["started_at"] != received_at:
        return facts
    if facts.get("stage") is None:
        return {name: value for name, value in facts.items() if name != "started_at"} | {FIRST_SEEN_AT.name: received_at}
    return facts | {"started_at": None, first_seen_in(str(facts["stage"])): received_at}


def _search(expression: str, where: object) -> Any:
    try:
        return compiled(expression).search(where)
    except (JMESPathError, TypeError, ValueError, RecursionError):
        return None  # an expression that does not fit this item finds nothing in it


def _facts(found: Mapping[str, Any], kind: str, outcomes: Mapping[str, str]) -> dict[str, FactValue]:
    facts: dict[str, FactValue] = {name: _text(found[name]) for name in _PLAIN if found.get(name) is not None}
    if found.get("actor") is not None:
        facts["actor"] = _text(found["actor"])
    if found.get("started_at") is not None and not (kind in _DEALS and "stage" in found and found["stage"] is None):
        facts["started_at"] = _instant(found["started_at"])
    if (length := _duration_s(found)) is not None:
        facts["duration_s"] = length
    for name, parts in (("amount", 1), ("amount_cents", 100), ("amount_micros", 1_000_000)):
        if found.get(name) is not None:
            facts["amount"] = decimal_text(found[name], parts=parts)
    if direction := _DIRECTIONS.get(str(found.get("direction")).lower()):
        facts["direction"] = direction
    if (raw := found.get("outcome")) is not None:
        outcome = outcomes.get(str(raw), "other")
        facts |= {"outcome": _OF_CALLS.get(outcome, outcome) if kind == "call" else outcome, "outcome_raw": _text(raw)}
    return facts


def _deal(found: Mapping[str, Any], kind: str, source: Source) -> dict[str, FactValue]:
    """What a deal has come to, where the item says so: by a kind of its own, or by its stage, and then also when."""
    if kind not in _DEALS or (found.get("stage") is None and kind == "deal_stage_changed"):
        return {}
    return {"kind": source.kinds.get(str(found.get("stage")), kind)}


def _duration_s(found: Mapping[str, Any]) -> FactValue:
    for name, per_s in (("duration_s", 1), ("duration_ms", 0.001), ("duration_min", 60)):
        value = found.get(name)
        if value is not None:
            number = _number(value)
            return number * per_s if isinstance(number, int | float) else number
    if found.get("duration_clock"):
        return clock_seconds(str(found["duration_clock"]))
    if found.get("duration_from") and found.get("duration_until"):
        return seconds_between(found["duration_from"], found["duration_until"])
    return None


def _number(value: object) -> FactValue:
    if isinstance(value, int | float) and not isinstance(value, bool):
        return value
    try:
        return float(str(value))
    except ValueError:
        return str(value)


def _text(value: object) -> str | None:
    """Plain values as text; an object or a list is none, and is refused by name."""
    if value is None or isinstance(value, dict | list):
        return None
    return str(value)


def _instant(value: object) -> str:
    """As everywhere, and Microsoft's `/Date(ms)/`, of which an offset is only for show."""
    if isinstance(value, dict | list):
        raise ObservationRefused("time", "must be text or a number")
    microsoft = _MICROSOFT_TIME.match(str(value))
    if microsoft:
        return instant(microsoft[1])
    return instant(int(value) if isinstance(value, float) and isfinite(value) else value)
