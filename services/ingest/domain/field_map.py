"""Reading any JSON by a map: for each fact, the JMESPath expression (https://jmespath.org) that finds it in an item.

An expression sees the fields of the item and, under `_`, its context: `_.item` is the item itself if it is not an object,
`_.body` the whole body, `_.event` the name of the event if the sender keeps it outside the body, and `_.received_at`.
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
from services.ingest.domain.reading import (
    as_items,
    read_clock_duration,
    read_json,
    seconds_between,
    to_decimal_text,
    to_rfc3339,
)
from services.ingest.domain.webhook import BodyUnreadable, Source, VerifiedWebhook
from shared.fact_values import FactValue
from shared.facts import (
    ACTOR,
    AMOUNT,
    DIRECTION,
    DURATION_S,
    FACTS,
    FIRST_SEEN_AT,
    KIND,
    OUTCOME,
    RAW_OUTCOME,
    STARTED_AT,
    AnyFact,
    first_seen_in,
)
from shared.observation import ObservationRefused

_INTERPRETED: Final = frozenset(
    fact.name for fact in (KIND, ACTOR, STARTED_AT, DURATION_S, OUTCOME, RAW_OUTCOME, DIRECTION, AMOUNT, FIRST_SEEN_AT)
)
"""Facts that are worked out from what the map finds."""

_COPIED: Final = tuple(fact for fact in FACTS if fact.name not in _INTERPRETED)
"""Facts that are taken as the map finds them."""

FIELDS: Final = frozenset(
    {
        "items", "account", "activity_id", "kind", "observed_at", "deleted",
        "actor", "started_at", "outcome", "direction",
        "amount", "amount_cents", "amount_micros",
        "duration_s", "duration_ms", "duration_min", "duration_clock", "duration_from", "duration_until",
    }
) | {fact.name for fact in _COPIED}  # fmt: skip
"""What can be mapped. Durations and amounts have a name for each unit that senders use."""

REQUIRED_FIELDS: Final = frozenset({"activity_id", "kind"})
ACTIVITY_KINDS: Final = frozenset(
    {
        "call", "email", "meeting", "demo", "message", "task", "note", "proposal_sent", "proposal_accepted", "lead_handled",
        "contact_created", "deal_created", "deal_stage_changed", "deal_won", "deal_lost",
    }
)  # fmt: skip
"""Our kinds, which need no entry in the `kinds` of a source. An item of any other kind that has no entry is no activity."""

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

_MICROSOFT_TIME: Final = re.compile(r"\A/Date\(([0-9]{1,16})(?:[+-][0-9]{4})?\)/\Z")
_DEAL_KINDS: Final = frozenset({"deal_stage_changed", "deal_won", "deal_lost"})
"""A deal in progress. Its result is stated as a fact, because an update without a stage must not withdraw a win."""

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
) -> Iterable[Document]:
    """The observation that the map finds in the item; nothing if the item is of none of our kinds.

    `kinds` and `outcomes` map the sender's words to ours; the tables of the source take precedence. `call_outcomes` says what
    our outcomes mean for a call.

    Raises:
        ObservationRefused: a value makes no sense.
    """
    values = {name: _search(expression, item) for name, expression in fields.items() if name != "items"}
    sender_kind = str(values.get("kind"))
    kind = {**kinds, **source.kinds}.get(sender_kind, sender_kind)
    if kind not in ACTIVITY_KINDS:
        return []
    is_deleted = values.get("deleted") in (True, "true")  # 1 equals True
    is_dated = bool(values.get("observed_at"))
    received_at = item["_"]["received_at"]
    meanings = call_outcomes if kind == "call" else _NO_MEANINGS
    outcome = _outcome(values, {**outcomes, **source.outcomes}, meanings)
    facts = _facts(values, kind) | outcome | _deal_result(values, kind, source)
    account = values.get("account")
    return [
        {
            "activity_id": _to_text(values.get("activity_id")),
            "account": str(account) if account else source.account,
            "kind": "deal_stage_changed" if kind in _DEAL_KINDS else kind,
            "observed_at": _read_time(values.get("observed_at") or received_at),
            "deleted": is_deleted if "deleted" in fields and (is_deleted or is_dated) else None,
            "facts": {} if is_deleted else facts if is_dated else _as_first_seen(facts, values, received_at),
        }
    ]


def _as_first_seen(facts: dict[str, FactValue], values: Mapping[str, Any], received_at: str) -> dict[str, FactValue]:
    """The facts of a change that the sender does not date, so that a second delivery moves nothing to another day.

    For the same reason such a change does not say that its activity exists: it may be delivered again after a deletion.
    """
    if "started_at" not in facts or values["started_at"] != received_at:
        return facts
    if facts.get("stage") is None:
        return {name: value for name, value in facts.items() if name != "started_at"} | {FIRST_SEEN_AT.name: received_at}
    return facts | {"started_at": None, first_seen_in(str(facts["stage"])): received_at}


def _search(expression: str, content: object) -> Any:
    try:
        return compile_expression(expression).search(content)
    except (JMESPathError, TypeError, ValueError, RecursionError):
        return None  # an expression that does not fit this item finds nothing in it


def _facts(values: Mapping[str, Any], kind: str) -> dict[str, FactValue]:
    facts = {fact.name: _copy(fact, values[fact.name]) for fact in _COPIED if values.get(fact.name) is not None}
    if values.get("actor") is not None:
        facts["actor"] = _to_text(values["actor"])
    if values.get("started_at") is not None and not (kind in _DEAL_KINDS and "stage" in values and values["stage"] is None):
        facts["started_at"] = _read_time(values["started_at"])
    if (duration_s := _duration_s(values)) is not None:
        facts["duration_s"] = duration_s
    for name, units_per_major in _UNITS_PER_MAJOR.items():
        if values.get(name) is not None:
            facts["amount"] = to_decimal_text(values[name], units_per_major=units_per_major)
    if direction := DIRECTIONS.get(str(values.get("direction")).lower()):
        facts["direction"] = direction
    return facts


def _copy(fact: AnyFact, value: Any) -> FactValue:
    """A number stays one. Ids arrive as numbers, too, but are texts."""
    is_text = fact.column is None or fact.column.value_type is str
    return _to_text(value) if is_text else value


def _outcome(values: Mapping[str, Any], outcomes: Mapping[str, str], meanings: Mapping[str, str]) -> dict[str, FactValue]:
    """Our outcome and the sender's word for it. `meanings` says what our outcomes mean for this kind, if that is different."""
    raw = values.get("outcome")
    if raw is None:
        return {}
    outcome = outcomes.get(str(raw), "other")
    return {"outcome": meanings.get(outcome, outcome), "outcome_raw": _to_text(raw)}


def _deal_result(values: Mapping[str, Any], kind: str, source: Source) -> dict[str, FactValue]:
    """Whether a deal is won, lost or in progress, if the item says so: by its own kind, or by its stage."""
    if kind not in _DEAL_KINDS or (values.get("stage") is None and kind == "deal_stage_changed"):
        return {}
    return {"kind": source.kinds.get(str(values.get("stage")), kind)}


def _duration_s(values: Mapping[str, Any]) -> FactValue:
    for name, unit_s in _UNIT_S.items():
        value = values.get(name)
        if value is not None:
            number = _to_number(value)
            return number * unit_s if isinstance(number, int | float) else number
    if values.get("duration_clock"):
        return read_clock_duration(str(values["duration_clock"]))
    if values.get("duration_from") and values.get("duration_until"):
        return seconds_between(values["duration_from"], values["duration_until"])
    return None


def _to_number(value: object) -> FactValue:
    if isinstance(value, int | float) and not isinstance(value, bool):
        return value
    try:
        return float(str(value))
    except ValueError:
        return str(value)


def _to_text(value: object) -> str | None:
    """A plain value as text; None for an object or an array, so that the check of the fact refuses it by name."""
    if value is None or isinstance(value, dict | list):
        return None
    return str(value)


def _read_time(value: object) -> str:
    """A time as everywhere, or Microsoft's `/Date(ms)/`, whose offset does not change the time."""
    if isinstance(value, dict | list):
        raise ObservationRefused("time", "must be text or a number")
    microsoft_time = _MICROSOFT_TIME.match(str(value))
    if microsoft_time:
        return to_rfc3339(microsoft_time[1])
    return to_rfc3339(int(value) if isinstance(value, float) and isfinite(value) else value)
