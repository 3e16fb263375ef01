"""An activity as a bag of facts, and how observations of it are merged.

Merging is commutative, associative and idempotent: per fact the newest statement wins, and of two as old as each other the
one with the larger event id. Of when something was first heard of, the earliest does. So order, duplicates and replays cannot
matter.
"""

from datetime import datetime
from decimal import Decimal
from typing import Final

import msgspec

from shared.observation import HEARD_AT, FactValue, Observation, heard_at_in, is_earliest, utc_text

KIND: Final = "_kind"
KIND_REFINED: Final = "kind"
DELETED: Final = "_deleted"

Statement = tuple[FactValue, str, str]
"""What was said (None: withdrawn), when it became true (ISO 8601 in UTC, microseconds), and the id of the event."""

FactStates = dict[str, Statement]
"""The newest statement of every fact, by name. Kind and deletion are facts like any other, under names of their own."""


class Activity(msgspec.Struct, frozen=True, kw_only=True):
    """The facts that a playbook can ask for, as values. Everything is None until somebody has said it."""

    kind: str
    deleted: bool
    actor: str | None
    started_at: datetime | None
    duration_s: float | None
    outcome: str | None
    direction: str | None
    amount: Decimal | None
    currency: str | None
    stage: str | None
    deal_id: str | None
    contact_key: str | None


def merge(states: FactStates, observation: Observation, event_id: str) -> FactStates:
    """The states after one more observation; the same object when it says nothing new."""
    at = utc_text(observation.observed_at, comparable=True)
    said: FactStates = {name: (value, at, event_id) for name, value in observation.facts.items()}
    said[KIND] = (observation.kind, at, event_id)
    if observation.deleted is not None:
        said[DELETED] = (observation.deleted, at, event_id)
    if not states:
        return said
    for name in said.keys() & states.keys():
        if not _goes_before(name, said[name], states[name]):
            del said[name]
    return states | said if said else states


def _goes_before(name: str, statement: Statement, known: Statement) -> bool:
    if is_earliest(name) and statement[0] != known[0]:
        return known[0] is None or (statement[0] is not None and str(statement[0]) < str(known[0]))
    return known[1:] < statement[1:]


def read_activity(states: FactStates) -> Activity:
    """The activity that the states describe.

    A fact named `kind` goes before the kind that every observation carries. When it started, where nobody told, is when it was
    first heard to be in its stage, or first heard of at all.
    """

    said = {name: str(statement[0]) for name, statement in states.items() if statement[0] is not None}
    text = said.get
    started_at = text("started_at") or text(heard_at_in(text("stage") or "")) or text(HEARD_AT)
    duration_s, amount = text("duration_s"), text("amount")
    deleted = states.get(DELETED)
    return Activity(
        kind=text(KIND_REFINED) or text(KIND) or "",
        deleted=deleted is not None and deleted[0] is True,
        actor=text("actor"),
        started_at=datetime.fromisoformat(started_at) if started_at else None,
        duration_s=float(duration_s) if duration_s else None,
        outcome=text("outcome"),
        direction=text("direction"),
        amount=Decimal(amount) if amount else None,
        currency=text("currency"),
        stage=text("stage"),
        deal_id=text("deal_id"),
        contact_key=text("contact_key"),
    )
