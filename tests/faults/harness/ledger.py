"""The checker: what was attempted and acknowledged, against what was recorded."""

from collections.abc import Set
from dataclasses import dataclass, field


@dataclass(kw_only=True)
class Ledger:
    """What the sender knows: the ids of its webhooks with the time of their first attempt and of their acknowledgement, in
    seconds of this machine's monotonic clock."""

    attempted_s: dict[str, float] = field(default_factory=dict)
    acknowledged_s: dict[str, float] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True, slots=True)
class Verdict:
    """`lost` was acknowledged and not recorded, `invented` was recorded and never attempted, and `doubled` is by how much the
    rep's days count more activities than there are."""

    attempted: int
    acknowledged: int
    recorded: int
    lost: frozenset[str]
    invented: frozenset[str]
    doubled: int

    @property
    def is_clean(self) -> bool:
        return not self.lost and not self.invented and not self.doubled


def judge(ledger: Ledger, recorded: Set[str], *, counted: int) -> Verdict:
    """`recorded` are the ids in the table of activities, and `counted` is how many activities the rep's days count."""
    return Verdict(
        attempted=len(ledger.attempted_s),
        acknowledged=len(ledger.acknowledged_s),
        recorded=len(recorded),
        lost=frozenset(ledger.acknowledged_s.keys() - recorded),
        invented=frozenset(recorded - ledger.attempted_s.keys()),
        doubled=max(0, counted - len(recorded)),
    )
