"""A tried webhook as text: what its map finds, and what becomes of it."""

import json
from collections.abc import Iterator
from typing import Final

from deploy.local.try_mapping import MappedField, TriedItem, TriedWebhook
from shared.facts import ACTOR, BOOKED_AT, DEAL_KINDS, FIRST_SEEN_AT, STAGE, STARTED_AT, STARTED_ON
from shared.observation import Observation

_NAME_WIDTH: Final = 16
_EXPRESSION_WIDTH: Final = 24
_STARTS: Final = (STARTED_AT.name, STARTED_ON.name, FIRST_SEEN_AT.name, BOOKED_AT.name)


def describe_webhook(webhook: TriedWebhook) -> Iterator[str]:
    """Line by line. Values are written as JSON, so no control character reaches the terminal."""
    yield f"webhook received {webhook.received_at:%Y-%m-%d %H:%M:%S} UTC"
    if webhook.problem:
        yield f"  cannot be read: {webhook.problem}"
    elif not webhook.items:
        yield "  holds no items"
    for number, item in enumerate(webhook.items, start=1):
        yield f"  item {number}"
        yield from (f"    {line}" for line in _describe_item(item))


def _describe_item(item: TriedItem) -> Iterator[str]:
    if item.fields:
        yield "the map finds"
        yield from (f"  {_describe_field(field)}" for field in item.fields)
    for observation in item.observations:
        yield f"becomes {observation.kind} {json.dumps(observation.activity_id, ensure_ascii=False)}"
        yield from (f"  {line}" for line in _describe_observation(observation))
    for fact in item.left_out:
        yield f"left out: {fact.name} {fact.problem}"
    for refused in item.refused:
        yield f"refused: {refused.problem}"
    if not (item.observations or item.refused):
        yield "becomes nothing: it is no activity, or of a kind that is not mapped"


def _describe_field(field: MappedField) -> str:
    value = "nothing" if field.value is None else _as_json(field.value)
    return f"{field.name:<{_NAME_WIDTH}} {field.expression:<{_EXPRESSION_WIDTH}} {value}"


def _describe_observation(observation: Observation) -> Iterator[str]:
    if observation.account:
        yield f"{'account':<{_NAME_WIDTH}} {_as_json(observation.account)}"
    yield f"{'as of':<{_NAME_WIDTH}} {observation.observed_at:%Y-%m-%d %H:%M:%S} UTC"
    if observation.deleted is not None:
        yield f"{'deleted':<{_NAME_WIDTH}} {_as_json(observation.deleted)}"
    for name, value in sorted(observation.facts.items()):
        yield f"{name:<{_NAME_WIDTH}} {_as_json(value)}"
    if observation.deleted is not True:
        yield from _describe_what_is_missing(observation)


def _describe_what_is_missing(observation: Observation) -> Iterator[str]:
    """Without these it can count only if another webhook about the same activity states them."""
    facts = observation.facts
    is_dated_by_stage = observation.kind in DEAL_KINDS and any(
        name.startswith(("stage_entered", "first_seen")) for name in facts
    )
    if facts.get(ACTOR.name) is None:
        yield "no actor: it counts for nobody, unless another webhook names one"
    if not is_dated_by_stage and not any(facts.get(name) is not None for name in _STARTS):
        yield "no start: it counts on no day, unless another webhook states one"
    if observation.kind in DEAL_KINDS and facts.get(STAGE.name) is None:
        yield "no stage: where the deal stands is not known, unless another webhook states it"


def _as_json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, default=str)
