"""Reading any JSON by a map: for each fact, the JMESPath expression (https://jmespath.org) that finds it in an item.

An expression sees the fields of the item and, under `_`, its context: `_.item` is the item itself if it is not an object,
`_.body` the whole body, `_.event` the name of the event if the sender keeps it outside the body, and `_.received_at`.
"""

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from datetime import timedelta
from functools import lru_cache
from itertools import count
from types import MappingProxyType
from typing import Any, Final

import jmespath
import msgspec
from jmespath.exceptions import JMESPathError

from services.ingest.domain.adapter import Document, Item
from services.ingest.domain.amounts import read_clock_duration, read_currency, read_duration_s, to_decimal_text
from services.ingest.domain.deal_facts import RESULTS, DealState, read_deal
from services.ingest.domain.outcomes import find_outcome
from services.ingest.domain.reading import as_items, read_json, seconds_between
from services.ingest.domain.times import read_start, read_time, to_rfc3339
from services.ingest.domain.webhook import BodyUnreadable, Source, VerifiedWebhook
from shared.fact_values import ACTIVITY_KINDS, FactValue
from shared.facts import (
    ACTOR,
    AMOUNT,
    BOOKED_AT,
    CLOSED_AT,
    CLOSED_ON,
    CURRENCY,
    DEAL_IN_PROGRESS,
    DEAL_KINDS,
    DIRECTION,
    DURATION_S,
    FACTS,
    FIRST_SEEN_AT,
    KIND,
    OUTCOME,
    RAW_OUTCOME,
    STAGE,
    STAGE_ENTERED_AT,
    STAGE_KIND,
    STARTED_AT,
    STARTED_ON,
    AnyFact,
)

_INTERPRETED: Final = frozenset(
    fact.name
    for fact in (
        KIND,
        ACTOR,
        STARTED_AT,
        STARTED_ON,
        BOOKED_AT,
        DURATION_S,
        OUTCOME,
        RAW_OUTCOME,
        DIRECTION,
        AMOUNT,
        CURRENCY,
        STAGE,
        STAGE_ENTERED_AT,
        STAGE_KIND,
        CLOSED_AT,
        CLOSED_ON,
        FIRST_SEEN_AT,
    )
)
"""Facts that are worked out from what the map finds."""

_COPIED: Final = tuple(fact for fact in FACTS if fact.name not in _INTERPRETED)
"""Facts that are taken as the map finds them."""

FIELDS: Final = frozenset(
    {
        "items", "account", "activity_id", "kind", "observed_at", "deleted",
        "actor", "started_at", "outcome", "direction",
        "amount", "amount_cents", "amount_micros", "currency", "stage",
        "duration_s", "duration_ms", "duration_min", "duration_clock", "duration_from", "duration_until",
        "booked_at", "closed_on", "stage_entered_at",
    }
) | {fact.name for fact in _COPIED}  # fmt: skip
"""What can be mapped. Durations and amounts have a name for each unit that senders use."""

REQUIRED_FIELDS: Final = frozenset({"activity_id", "kind"})
DIRECTIONS: Final = {
    "in": "inbound",
    "inbound": "inbound",
    "incoming": "inbound",
    "out": "outbound",
    "outbound": "outbound",
    "outgoing": "outbound",
}
CALL_OUTCOMES: Final = {"held": "connected", "completed": "connected", "no_show": "no_answer"}
"""What our outcomes mean for a call, from a sender that has the same words for all kinds of activity."""

_NO_MEANINGS: Final[Mapping[str, str]] = MappingProxyType({})
_MICROSECOND: Final = timedelta(microseconds=1)
_UNITS_PER_MAJOR: Final = {"amount": 1, "amount_cents": 100, "amount_micros": 1_000_000}
_UNIT_S: Final = {"duration_s": 1, "duration_ms": 0.001, "duration_min": 60}


class ExpressionRefused(ValueError):
    """The text is not a JMESPath expression."""


@lru_cache(maxsize=1_024)
def compile_expression(expression: str) -> jmespath.parser.ParsedResult:
    """The expression, ready for searching.

    Raises:
        ExpressionRefused: it is not a JMESPath expression.
    """
    try:
        return jmespath.compile(expression)
    except JMESPathError as refused:
        raise ExpressionRefused(str(refused).partition("\n")[0]) from None


def split_by_map(webhook: VerifiedWebhook, source: Source, fields: Mapping[str, str]) -> Sequence[object]:
    """The items that `fields["items"]` finds, each with its context under `_`; without that field, the items of the body.

    Items of one body are received a microsecond apart, so that the later of two items without a time counts as the newer.

    Raises:
        BodyUnreadable: the body is not JSON, or has no items.
    """
    body = read_json(webhook.body, source.limits)
    items = _search(fields["items"], body) if fields.get("items") else body
    if items is None:
        raise BodyUnreadable("the body has no items where the configuration looks for them")
    context = {
        "body": body,
        "digest": hashlib.blake2b(webhook.body, digest_size=16).digest(),
        "event": webhook.headers.get("event"),
    }
    received = (webhook.received_at + index * _MICROSECOND for index in count())
    return [
        {
            **(item if isinstance(item, dict) else {}),
            "_": {**context, "item": item, "received_at": received_at.isoformat()},
        }
        for item, received_at in zip(as_items(items), received, strict=False)
    ]


def identify_by_map(item: Item) -> tuple[object, ...]:
    """The content of the item and of its body: senders of any JSON do not promise an id of the event."""
    return item["_"]["digest"], item["_"]["event"], msgspec.json.encode(item["_"]["item"])


def read_by_map(
    item: Item,
    source: Source,
    *,
    fields: Mapping[str, str],
    kinds: Mapping[str, str] = MappingProxyType({}),
    outcomes: Mapping[str, str] = MappingProxyType({}),
    call_outcomes: Mapping[str, str] = CALL_OUTCOMES,
    results_by_stage: Mapping[str, str] = MappingProxyType({}),
) -> Iterable[Document]:
    """The observation that the map finds in the item; nothing if the item is of none of our kinds.

    `kinds` and `outcomes` map the sender's words to ours; the tables of the source take precedence. `call_outcomes` says what
    our outcomes mean for a call, and `results_by_stage` which of the sender's own stages are won or lost, in lower case.

    Raises:
        ObservationRefused: a value makes no sense.
    """
    values = search_fields(item, fields)
    sender_kind = str(values.get("kind"))
    kind = {**kinds, **source.kinds}.get(sender_kind, sender_kind)
    if kind not in ACTIVITY_KINDS:
        return []
    is_deleted = values.get("deleted") in (True, "true")  # 1 equals True
    is_dated = bool(values.get("observed_at"))
    received_at = item["_"]["received_at"]
    meanings = call_outcomes if kind == "call" else _NO_MEANINGS
    outcome = _outcome(values, (source.outcomes, outcomes), meanings)
    facts = _facts(values) | outcome | _start(values, kind, source, results_by_stage)
    account = values.get("account")
    return [
        {
            "activity_id": _to_text(values.get("activity_id")),
            "account": str(account) if account else source.account,
            "kind": DEAL_IN_PROGRESS if kind in DEAL_KINDS else kind,
            "observed_at": to_rfc3339(values.get("observed_at") or received_at),
            "deleted": is_deleted if "deleted" in fields and (is_deleted or is_dated) else None,
            "facts": {} if is_deleted else facts if is_dated else _as_first_seen(facts, values, received_at),
        }
    ]


def search_fields(item: Item, fields: Mapping[str, str]) -> dict[str, Any]:
    """What the expression of each field finds in an item, as the sender wrote it; None if it finds nothing."""
    return {name: _search(expression, item) for name, expression in fields.items() if name != "items"}


def _start(values: Mapping[str, Any], kind: str, source: Source, results_by_stage: Mapping[str, str]) -> dict[str, FactValue]:
    """When it was done. Of a deal, where it stands: its own kind may say that it is won or lost, or else its stage does."""
    if kind not in DEAL_KINDS:
        return read_start(values.get("started_at")) | _booking(values)
    stage = _to_text(values.get("stage"))
    state = DealState(
        stage=stage,
        result=kind if kind in RESULTS else None,
        entered_at=values.get("stage_entered_at") or (None if kind in RESULTS else values.get("started_at")),
        closed_at=values.get("started_at"),
        closed_on=values.get("closed_on"),
    )
    return read_deal(state, source, results_by_stage=results_by_stage)


def _booking(values: Mapping[str, Any]) -> dict[str, FactValue]:
    booked_at = read_time(values.get("booked_at"))
    return {BOOKED_AT.name: booked_at} if booked_at is not None else {}


def _as_first_seen(facts: dict[str, FactValue], values: Mapping[str, Any], received_at: str) -> dict[str, FactValue]:
    """The facts of a change that the sender does not date, so that a second delivery moves nothing to another day. A deal
    counts from its first time in a stage anyway."""
    if "started_at" not in facts or "stage" in facts or values["started_at"] != received_at:
        return facts
    return {name: value for name, value in facts.items() if name != "started_at"} | {FIRST_SEEN_AT.name: received_at}


def _search(expression: str, content: object) -> Any:
    try:
        return compile_expression(expression).search(content)
    except (JMESPathError, TypeError, ValueError, RecursionError):
        return None  # an expression that does not fit this item finds nothing in it


def _facts(values: Mapping[str, Any]) -> dict[str, FactValue]:
    facts = {fact.name: _copy(fact, values[fact.name]) for fact in _COPIED if values.get(fact.name) is not None}
    if values.get("actor") is not None:
        facts["actor"] = _to_text(values["actor"])
    if (duration_s := _duration_s(values)) is not None:
        facts["duration_s"] = duration_s
    for name, units_per_major in _UNITS_PER_MAJOR.items():
        if (amount := to_decimal_text(values.get(name), units_per_major=units_per_major)) is not None:
            facts["amount"] = amount
    if (currency := read_currency(values.get("currency"))) is not None:
        facts["currency"] = currency
    if direction := DIRECTIONS.get(str(values.get("direction")).lower()):
        facts["direction"] = direction
    return facts


def _copy(fact: AnyFact, value: Any) -> FactValue:
    """A number stays one. Ids arrive as numbers, too, but are texts."""
    is_text = fact.column is None or fact.column.value_type is str
    return _to_text(value) if is_text else value


def _outcome(
    values: Mapping[str, Any], tables: Sequence[Mapping[str, str]], meanings: Mapping[str, str]
) -> dict[str, FactValue]:
    """Our outcome and the sender's word for it. `meanings` says what our outcomes mean for this kind, if that is different."""
    raw = values.get("outcome")
    if raw is None:
        return {}
    outcome = find_outcome(str(raw), *tables)
    return {"outcome": meanings.get(outcome, outcome), "outcome_raw": _to_text(raw)}


def _duration_s(values: Mapping[str, Any]) -> FactValue:
    for name, unit_s in _UNIT_S.items():
        duration_s = read_duration_s(values.get(name), unit_s=unit_s)
        if duration_s is not None:
            return duration_s
    if values.get("duration_clock"):
        return read_clock_duration(str(values["duration_clock"]))
    if values.get("duration_from") and values.get("duration_until"):
        return seconds_between(values["duration_from"], values["duration_until"])
    return None


def _to_text(value: object) -> str | None:
    """A plain value as text; None for an object or an array, so that the check of the fact refuses it by name."""
    if value is None or isinstance(value, dict | list):
        return None
    return str(value)
