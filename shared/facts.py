"""The fact catalogue: everything that is known about each property of an activity, stated once.

A `Fact` says how a value that a CRM sends is checked, in which column scoring stores it, and by which filter a playbook can ask
for it. Derived from this table are the checks of observations, the columns of scoring's `activity` table, the `counts` section
of playbook files, the query that counts, and the phrases about filters that people read. To add a filter, add one entry here, a
migration that adds the column, a row in docs/definitions.md, and tests.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Final, Generic, TypeVar

from shared.fact_values import (
    DIRECTIONS,
    FactValue,
    JsonScalar,
    check_amount,
    check_any,
    check_currency,
    check_date,
    check_direction,
    check_duration_s,
    check_text,
    check_time,
)
from shared.languages.formats import with_decimal_sign
from shared.languages.grammar import either
from shared.languages.messages import gettext, marked
from shared.languages.value_names import direction_name, fact_name, kind_name, outcome_name

NAME_LENGTH_MAX: Final = 64
"""Longest name of a fact."""

Value = TypeVar("Value", str, float, Decimal, datetime, date)
ColumnValue = str | float | Decimal | datetime | date | None
"""A stored fact. None: it is not known."""

Threshold = frozenset[str] | float | Decimal
"""What a playbook asks of a fact: the texts that count, or the smallest number that counts."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Column(Generic[Value]):
    """How a fact is stored: the SQL type of its column, and the type of a value in Python and how to read it from JSON."""

    sql_type: str
    value_type: type[Value]
    read: Callable[[JsonScalar], Value]


@dataclass(frozen=True, kw_only=True, slots=True)
class OneOf:
    """A filter that holds when the fact is one of several texts. `key` is its name in playbooks.

    `phrase` says what counts, with `{texts}` for the texts, each as `name_of` calls it. A playbook may ask only for `choices`;
    for any text when there are none.
    """

    key: str
    phrase: str = "{texts}"
    name_of: Callable[[str], str] = str
    choices: frozenset[str] = frozenset()

    def holds(self, value: ColumnValue, threshold: Threshold) -> bool:
        return isinstance(threshold, frozenset) and value in threshold

    def describe(self, threshold: Threshold) -> str:
        """What counts: `in stage offer or won`."""
        return gettext(self.phrase).format(texts=self.requirement(threshold))

    def requirement(self, threshold: Threshold) -> str:
        """What the fact has to be: `offer or won`."""
        assert isinstance(threshold, frozenset)
        return either([self.name_of(text) for text in sorted(threshold)])

    def value_text(self, value: ColumnValue) -> str:
        """A value as people call it: `no answer`."""
        return self.name_of(str(value))


@dataclass(frozen=True, kw_only=True, slots=True)
class AtLeast:
    """A filter that holds when the fact is a number of at least the threshold. `key` is its name in playbooks.

    `phrase` says what counts, with `{number}` for the number. A playbook may not ask for less than `minimum`.
    """

    key: str
    phrase: str
    unit: str = ""
    minimum: int | None = None

    def holds(self, value: ColumnValue, threshold: Threshold) -> bool:
        if isinstance(threshold, frozenset) or not isinstance(value, float | Decimal):
            return False
        return value >= threshold

    def describe(self, threshold: Threshold) -> str:
        """What counts: `of at least 120 s`."""
        return gettext(self.phrase).format(number=with_decimal_sign(_number(threshold)) + self.unit)

    def requirement(self, threshold: Threshold) -> str:
        """What the fact has to be: `120 s or more`."""
        return gettext("{number} or more").format(number=with_decimal_sign(_number(threshold)) + self.unit)

    def value_text(self, value: ColumnValue) -> str:
        """A value with its unit: `5.0 s`."""
        return with_decimal_sign(str(value)) + self.unit


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class Fact(Generic[Value]):
    """One property of an activity. `check` brings a JSON value into normal form, or raises `FactRefused`.

    `label` names the fact in sentences. With `keeps_earliest` the earliest value counts instead of the newest, and there may be
    one such fact per stage, named `<name>:<stage>`. Only a fact with a column can have a filter.
    """

    name: str
    check: Callable[[object], FactValue]
    column: Column[Value] | None = None
    filter: OneOf | AtLeast | None = None
    label: str = ""
    keeps_earliest: bool = False

    def __post_init__(self) -> None:
        assert self.filter is None or self.column is not None, f"{self.name} has a filter and needs a column"

    def describe(self, threshold: Threshold) -> str:
        """What its filter lets count, as a phrase: `of at least 120 s`."""
        assert self.filter is not None
        return self.filter.describe(threshold)

    def holds(self, value: ColumnValue, threshold: Threshold) -> bool:
        """Whether its filter lets an activity with this value count."""
        assert self.filter is not None
        return self.filter.holds(value, threshold)

    def explain_failure(self, value: ColumnValue, threshold: Threshold) -> str | None:
        """Why its filter does not hold, as a phrase: `duration 5.0 s is not 60 s or more`. None if it holds."""
        assert self.filter is not None
        if self.filter.holds(value, threshold):
            return None
        label, requirement = fact_name(self.label or self.name), self.filter.requirement(threshold)
        if value is None:
            return gettext("{fact} is unknown but must be {requirement}").format(fact=label, requirement=requirement)
        sentence = gettext("{fact} {value} is not {requirement}")
        return sentence.format(fact=label, value=self.filter.value_text(value), requirement=requirement)


def _number(threshold: Threshold) -> str:
    assert not isinstance(threshold, frozenset)
    return f"{threshold:f}" if isinstance(threshold, Decimal) else f"{threshold:g}"


def _read_time(value: JsonScalar) -> datetime:
    return datetime.fromisoformat(str(value))


def _read_date(value: JsonScalar) -> date:
    return date.fromisoformat(str(value))


TEXT: Final = Column(sql_type="text", value_type=str, read=str)
NUMBER: Final = Column(sql_type="double precision", value_type=float, read=float)
DECIMAL: Final = Column(sql_type="numeric", value_type=Decimal, read=Decimal)
TIME: Final = Column(sql_type="timestamptz", value_type=datetime, read=_read_time)
DATE: Final = Column(sql_type="date", value_type=date, read=_read_date)

KIND: Final = Fact(
    name="kind",
    check=check_any,
    column=TEXT,
    filter=OneOf(key="kinds", name_of=kind_name),
)
"""What sort of activity it is. Every observation names one; a fact of this name refines it."""

DEAL_IN_PROGRESS: Final = "deal_stage_changed"
DEAL_WON: Final = "deal_won"
DEAL_LOST: Final = "deal_lost"
DEAL_KINDS: Final = frozenset({DEAL_IN_PROGRESS, DEAL_WON, DEAL_LOST})
"""Kinds of observations that are about a deal."""
MEETING_KINDS: Final = frozenset({"meeting", "demo"})
"""Kinds of activities that are booked before they are held."""

ACTOR: Final = Fact(name="actor", check=check_text, column=TEXT)
"""The CRM's id of the user who did it."""

STARTED_AT: Final = Fact(name="started_at", check=check_time, column=TIME)
STARTED_ON: Final = Fact(name="started_on", check=check_date, column=DATE)
"""The date on the rep's own calendar, from a sender that gives no time."""

BOOKED_AT: Final[Fact[datetime]] = Fact(name="booked_at", check=check_time, keeps_earliest=True)
"""When a meeting was booked: an activity of its own if it was before the meeting."""

DURATION_S: Final = Fact(
    name="duration_s",
    check=check_duration_s,
    column=NUMBER,
    filter=AtLeast(key="min_duration_s", phrase=marked("of at least {number}"), unit=" s", minimum=0),
    label="duration",
)
OUTCOME: Final = Fact(name="outcome", check=check_text, column=TEXT, filter=OneOf(key="outcomes", name_of=outcome_name))
DIRECTION: Final = Fact(
    name="direction",
    check=check_direction,
    column=TEXT,
    filter=OneOf(key="directions", name_of=direction_name, choices=DIRECTIONS),
)
AMOUNT: Final = Fact(
    name="amount",
    check=check_amount,
    column=DECIMAL,
    filter=AtLeast(key="min_amount", phrase=marked("worth at least {number}")),
)
CURRENCY: Final[Fact[str]] = Fact(name="currency", check=check_currency)
STAGE_ENTERED_AT: Final[Fact[datetime]] = Fact(name="stage_entered_at", check=check_time)
"""When a deal entered its stage, if that is not when it started: a deal that is won was so later."""

STAGE_KIND: Final[Fact[str]] = Fact(name="stage_kind", check=check_text)
"""The kind of activity that entering the stage is, if the deal itself is won or lost by now."""

CLOSED_AT: Final[Fact[datetime]] = Fact(name="closed_at", check=check_time)
CLOSED_ON: Final[Fact[str]] = Fact(name="closed_on", check=check_date)
"""The date of closing that somebody typed: a forecast as long as it is later than the win or the loss itself."""

STAGE: Final = Fact(
    name="stage",
    check=check_text,
    column=TEXT,
    filter=OneOf(key="stages", phrase=marked("in stage {texts}")),
)
DEAL_ID: Final[Fact[str]] = Fact(name="deal_id", check=check_text)
CONTACT_KEY: Final = Fact(name="contact_key", check=check_text, column=TEXT)
"""Stands for the contact; a keyed hash from translation on."""

URL: Final[Fact[str]] = Fact(name="url", check=check_text)
"""The address of the record in the CRM."""

RAW_OUTCOME: Final[Fact[str]] = Fact(name="outcome_raw", check=check_any)
"""The CRM's own word for the outcome."""

FIRST_SEEN_AT: Final[Fact[datetime]] = Fact(name="heard_at", check=check_time, keeps_earliest=True)
"""When an activity arrived whose sender does not say when it started; per stage, when it arrived in that stage."""

AnyFact = Fact[str] | Fact[float] | Fact[Decimal] | Fact[datetime] | Fact[date]

FACTS: Final[tuple[AnyFact, ...]] = (
    KIND,
    ACTOR,
    STARTED_AT,
    STARTED_ON,
    BOOKED_AT,
    DURATION_S,
    OUTCOME,
    DIRECTION,
    AMOUNT,
    CURRENCY,
    STAGE,
    STAGE_ENTERED_AT,
    STAGE_KIND,
    CLOSED_AT,
    CLOSED_ON,
    DEAL_ID,
    CONTACT_KEY,
    URL,
    RAW_OUTCOME,
    FIRST_SEEN_AT,
)
"""Every fact whose meaning is known. Columns, and the phrases of a filter, stand in this order. A sender may add others, which
are kept as they are."""

STORED_FACTS: Final = tuple(fact for fact in FACTS if fact.column is not None)
"""Those with a column in scoring's `activity` table."""

FILTERED_FACTS: Final = tuple(fact for fact in FACTS if fact.filter is not None)
"""Those that a playbook can filter by."""

FACTS_BY_NAME: Final = {fact.name: fact for fact in FACTS}
FACTS_BY_FILTER: Final = {fact.filter.key: fact for fact in FACTS if fact.filter is not None}
"""By the key that a playbook uses in `counts`."""

_EARLIEST: Final = frozenset(fact.name for fact in FACTS if fact.keeps_earliest)


def first_seen_in(stage: str) -> str:
    """The name of the fact that says when an activity arrived in this stage for the first time."""
    return f"{FIRST_SEEN_AT.name}:{stage}"[:NAME_LENGTH_MAX]


def keeps_earliest(name: str) -> bool:
    """Whether the earliest value of the fact counts, and not the newest."""
    return name.partition(":")[0] in _EARLIEST


def find_fact(name: str) -> AnyFact | None:
    """The entry for the fact of an observation; None if its meaning is not known."""
    return FACTS_BY_NAME.get(name) or (FACTS_BY_NAME[name.partition(":")[0]] if keeps_earliest(name) else None)
