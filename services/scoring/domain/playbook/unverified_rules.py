"""Which activities a playbook marks as unverified: bursts, overlapping durations, and the same contact again and again.

Each rule states a limit; only activities beyond the limit are marked. With `kinds` a rule looks at activities of these kinds
only; None means every kind.
"""

from dataclasses import dataclass

Kinds = frozenset[str] | None


@dataclass(frozen=True, kw_only=True, slots=True)
class Bursts:
    """Marks an activity that begins within `within_s` seconds of at least `more_than` earlier ones."""

    more_than: int
    within_s: int
    kinds: Kinds = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Overlaps:
    """Marks an activity that begins more than `more_than_s` seconds before an earlier one has ended."""

    more_than_s: int
    kinds: Kinds = None


@dataclass(frozen=True, kw_only=True, slots=True)
class SameContact:
    """Marks an activity with a contact with whom the rep had at least `more_than` earlier ones on the day."""

    more_than: int
    kinds: Kinds = None


@dataclass(frozen=True, kw_only=True, slots=True)
class UnverifiedRules:
    """The rules of a playbook. `counts` says whether marked activities count nevertheless."""

    counts: bool
    bursts: Bursts | None = None
    overlaps: Overlaps | None = None
    same_contact: SameContact | None = None
