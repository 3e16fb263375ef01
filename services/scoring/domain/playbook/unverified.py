"""Activities that a playbook marks as unverified: bursts, durations that cannot overlap, the same contact again and again.

A mark is a question, never a verdict: it is shown with its reason, and the playbook says whether such an activity counts.
The first of a burst and the first calls to a contact stay unmarked; only what goes beyond the stated measure is.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol, TypeVar

Kinds = frozenset[str] | None
"""None: every kind."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Bursts:
    """Begun when at least `more_than` others had within the `within_s` seconds before."""

    more_than: int
    within_s: int
    kinds: Kinds = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Overlaps:
    """Begun more than `more_than_s` seconds before an earlier one had ended."""

    more_than_s: int
    kinds: Kinds = None


@dataclass(frozen=True, kw_only=True, slots=True)
class SameContact:
    """With a contact who was dealt with at least `more_than` times before on the day."""

    more_than: int
    kinds: Kinds = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Unverified:
    """Which rules a playbook sets. `counts`: whether what they mark counts all the same."""

    counts: bool
    bursts: Bursts | None = None
    overlaps: Overlaps | None = None
    same_contact: SameContact | None = None


class Doubtable(Protocol):
    """The facts that the rules look at."""

    @property
    def kind(self) -> str: ...
    @property
    def started_at(self) -> datetime | None: ...
    @property
    def duration_s(self) -> float | None: ...
    @property
    def contact_key(self) -> str | None: ...


Key = TypeVar("Key", bound=tuple[str, ...])
_Started = tuple[datetime, Key, Doubtable]


def doubts(activities: Iterable[tuple[Key, Doubtable]], rules: Unverified | None) -> dict[Key, tuple[str, ...]]:
    """The marked ones of a rep's day, each with the reasons, as phrases for people."""
    if rules is None:
        return {}
    in_order = sorted(
        ((one.started_at, key, one) for key, one in activities if one.started_at is not None), key=lambda started: started[:2]
    )
    found: dict[Key, tuple[str, ...]] = {}
    for key, reason in (*_bursts(in_order, rules), *_overlaps(in_order, rules), *_same_contact(in_order, rules)):
        found[key] = (*found.get(key, ()), reason)
    return found


def _bursts(in_order: Sequence[_Started[Key]], rules: Unverified) -> Iterable[tuple[Key, str]]:
    rule = rules.bursts
    if rule is None:
        return
    seen = [(at, key) for at, key, one in in_order if _is_of(one, rule.kinds)]
    for (before, _), (at, key) in zip(seen, seen[rule.more_than :], strict=False):
        if at - before <= timedelta(seconds=rule.within_s):
            others = "an earlier one" if rule.more_than == 1 else f"{rule.more_than} earlier ones"
            yield key, f"begun within {rule.within_s} s of {others}"


def _overlaps(in_order: Sequence[_Started[Key]], rules: Unverified) -> Iterable[tuple[Key, str]]:
    rule = rules.overlaps
    if rule is None:
        return
    busy_until: datetime | None = None
    for at, key, one in in_order:
        if not one.duration_s or not _is_of(one, rule.kinds):
            continue
        if busy_until is not None and busy_until - at > timedelta(seconds=rule.more_than_s):
            yield key, "begun before an earlier one had ended"
        ends_at = at + timedelta(microseconds=round(one.duration_s * 1_000_000))
        busy_until = ends_at if busy_until is None else max(busy_until, ends_at)


def _same_contact(in_order: Sequence[_Started[Key]], rules: Unverified) -> Iterable[tuple[Key, str]]:
    rule = rules.same_contact
    if rule is None:
        return
    times: Counter[str] = Counter()
    for _, key, one in in_order:
        if one.contact_key is None or not _is_of(one, rule.kinds):
            continue
        times[one.contact_key] += 1
        if times[one.contact_key] > rule.more_than:
            yield key, f"number {times[one.contact_key]} with the same contact on the day"


def _is_of(one: Doubtable, kinds: Kinds) -> bool:
    return kinds is None or one.kind in kinds
