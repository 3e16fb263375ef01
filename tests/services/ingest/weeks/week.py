"""Two working weeks of two reps as one sender reports them, and what a manager should see of them.

Ana and Ben work in Berlin, from Monday 16 to Friday 27 November 2026. Every line of a week is one webhook: when it is sent, on
the clock in Berlin, what has happened, and the body. The table below it has one column per day and one row per rep and
behaviour; a point is none, and what has no row or no column did not happen at all.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from types import MappingProxyType
from typing import Final
from zoneinfo import ZoneInfo

from shared.facts import Threshold

ZONE: Final = "Europe/Berlin"
_YEAR: Final = 2026
_MONTH: Final = 11

REACHED: Final = frozenset({"connected"})
ATTEMPTED: Final = frozenset({"connected", "no_answer", "busy", "left_voicemail", "left_message", "wrong_number"})

Counts = Mapping[str, Threshold]
"""Thresholds by their key in a playbook file."""

BEHAVIOURS: Final[Mapping[str, Counts]] = MappingProxyType(
    {
        "calls": {"kinds": frozenset({"call"}), "outcomes": ATTEMPTED},
        "conversations": {"kinds": frozenset({"call"}), "outcomes": REACHED},
        "meetings booked": {"kinds": frozenset({"meeting_booked"})},
        "meetings held": {"kinds": frozenset({"meeting"}), "outcomes": frozenset({"held"})},
        "mails": {"kinds": frozenset({"email"}), "outcomes": frozenset({"sent"})},
        "tasks": {"kinds": frozenset({"task"}), "outcomes": frozenset({"completed"})},
        "notes": {"kinds": frozenset({"note"})},
        "stage moves": {"kinds": frozenset({"deal_stage_changed"})},
        "proposals": {"kinds": frozenset({"proposal_sent"})},
        "wins": {"kinds": frozenset({"deal_won"})},
        "losses": {"kinds": frozenset({"deal_lost"})},
    }
)
"""The playbook that counts each row of a table."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Posted:
    """A body, and what the sender puts beside it: headers in lower case, and parameters of the URL."""

    body: object
    headers: Mapping[str, str] = field(default_factory=dict)
    query: Mapping[str, str] = field(default_factory=dict)


Write = Callable[[datetime], object]
"""Makes the body that is sent at a time in UTC: JSON, bytes, or either with headers."""

Line = tuple[str, str, Write]
"""When it is sent, what has happened, and the body."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Week:
    """`users` are the ids of the reps at the sender. `kinds`, `outcomes` and `fields` complete the source, and `behaviours` the
    playbook.

    `table` is what counts in the end, and `tables` what counted in the evening of an earlier day. `not_sent` has what the
    sender does not report, in the sentences of its page in `docs/`.
    """

    sender: str
    users: Mapping[str, str]
    kinds: Mapping[str, str] = field(default_factory=dict)
    outcomes: Mapping[str, str] = field(default_factory=dict)
    fields: Mapping[str, str] = field(default_factory=dict)
    behaviours: Mapping[str, Counts] = field(default_factory=dict)
    lines: Sequence[Line] = field(repr=False)
    table: str
    tables: Mapping[str, str] = field(default_factory=dict)
    not_sent: Sequence[str] = ()


def at(when: str) -> datetime:
    """The time in UTC of `Mon 16 09:30`."""
    weekday, number, clock = when.split()
    hour, minute = clock.split(":")
    local = datetime(_YEAR, _MONTH, int(number), int(hour), int(minute), tzinfo=ZoneInfo(ZONE))
    assert f"{local:%a}" == weekday, when
    return local.astimezone(UTC)


def day_of(column: str) -> date:
    """The day of a column, such as `Mon 16`."""
    return at(f"{column} 12:00").date()


def iso(moment: datetime) -> str:
    """As most senders write times."""
    return f"{moment:%Y-%m-%dT%H:%M:%S.000Z}"


def unix_ms(moment: datetime) -> int:
    return round(moment.timestamp() * 1_000)
