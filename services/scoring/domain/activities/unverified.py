"""Marks activities as unverified by the rules of a playbook.

A mark is a question, not a verdict: it is shown with its reason, and the playbook says whether such an activity counts.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime, timedelta
from operator import itemgetter
from typing import TypeVar

from services.scoring.domain.activities.activity import Activity
from services.scoring.domain.playbook.unverified_rules import Bursts, Kinds, Overlaps, SameContact, UnverifiedRules
from shared.languages.messages import gettext, ngettext

Key = TypeVar("Key", bound=tuple[str, ...])
_Started = tuple[datetime, Key, Activity]
_Mark = tuple[Key, str]
"""The key of an activity and the reason, as a phrase."""


def mark_unverified(activities: Iterable[tuple[Key, Activity]], rules: UnverifiedRules | None) -> dict[Key, tuple[str, ...]]:
    """The unverified ones among a rep's activities of one day, with the reasons. Of two that begin at the same time, the one
    with the smaller key is the earlier."""
    if rules is None:
        return {}
    in_order = sorted(
        ((activity.started_at, key, activity) for key, activity in activities if activity.started_at is not None),
        key=itemgetter(0, 1),
    )
    marks: list[_Mark[Key]] = []
    if rules.bursts is not None:
        marks += _find_bursts(in_order, rules.bursts)
    if rules.overlaps is not None:
        marks += _find_overlaps(in_order, rules.overlaps)
    if rules.same_contact is not None:
        marks += _find_same_contact(in_order, rules.same_contact)
    reasons: dict[Key, tuple[str, ...]] = {}
    for key, reason in marks:
        reasons[key] = (*reasons.get(key, ()), reason)
    return reasons


def _find_bursts(in_order: Sequence[_Started[Key]], rule: Bursts) -> Iterator[_Mark[Key]]:
    starts = [(at, key) for at, key, activity in in_order if _is_of_kind(activity, rule.kinds)]
    for (earlier_at, _), (at, key) in zip(starts, starts[rule.more_than :], strict=False):
        if at - earlier_at <= timedelta(seconds=rule.within_s):
            text = ngettext(
                "began within {seconds} s of an earlier one", "began within {seconds} s of {count} earlier ones", rule.more_than
            )
            yield key, text.format(seconds=rule.within_s, count=rule.more_than)


def _find_overlaps(in_order: Sequence[_Started[Key]], rule: Overlaps) -> Iterator[_Mark[Key]]:
    busy_until: datetime | None = None
    for at, key, activity in in_order:
        if not activity.duration_s or not _is_of_kind(activity, rule.kinds):
            continue
        if busy_until is not None and busy_until - at > timedelta(seconds=rule.more_than_s):
            yield key, gettext("began before an earlier one had ended")
        ends_at = at + timedelta(microseconds=round(activity.duration_s * 1_000_000))
        busy_until = ends_at if busy_until is None else max(busy_until, ends_at)


def _find_same_contact(in_order: Sequence[_Started[Key]], rule: SameContact) -> Iterator[_Mark[Key]]:
    activities_with: Counter[str] = Counter()
    for _, key, activity in in_order:
        if activity.contact_key is None or not _is_of_kind(activity, rule.kinds):
            continue
        activities_with[activity.contact_key] += 1
        if activities_with[activity.contact_key] > rule.more_than:
            text = gettext("number {number} with the same contact on the day")
            yield key, text.format(number=activities_with[activity.contact_key])


def _is_of_kind(activity: Activity, kinds: Kinds) -> bool:
    return kinds is None or activity.kind in kinds
