"""An observation: what somebody saw of one activity, and the rules by which it makes sense or not.

This is the one place that says what a well-formed observation is. The door's adapters, `daymark import` and scoring all
read it through `read_observation`, so that a bad one is refused in the same words wherever it comes from.
"""

import hashlib
import math
import re
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Annotated, Final, NewType, TypeVar

import msgspec

from shared.errors import DaymarkError

SourceName = NewType("SourceName", str)
ActivityId = NewType("ActivityId", str)
FactValue = str | int | float | bool | None

EARLIEST: Final = datetime(1990, 1, 1, tzinfo=UTC)
LATEST: Final = datetime(2200, 1, 1, tzinfo=UTC)
HEARD_AT: Final = "heard_at"
"""A fact of which the earliest counts and not the newest: when somebody first heard of the activity, where its sender does not
tell when it started. `heard_at:<stage>` is when it was first heard to be in that stage."""

TEXT_LENGTH_MAX: Final = 1_024
NAME_LENGTH_MAX: Final = 64
FACTS_MAX: Final = 64
DURATION_S_MAX: Final = 31 * 86_400
NO_JSON: Final = (msgspec.DecodeError, RecursionError, UnicodeDecodeError)
"""What decoding raises where there is no JSON, or not of the type that is asked for."""

_SLUG: Final = re.compile(r"\A[a-z][a-z0-9_]{0,63}\Z")
_ESCAPE: Final = b"\\"  # without which there is no NUL in JSON
_CURRENCY: Final = re.compile(r"\A[A-Z]{3}\Z")
_AMOUNT: Final = re.compile(r"\A-?[0-9]{1,15}(\.[0-9]{1,6})?\Z")
_DIRECTIONS: Final = frozenset({"inbound", "outbound"})


class ObservationRefused(DaymarkError):
    """The observation makes no sense. Correct it at its sender and send it again; it was set aside, not lost."""

    def __init__(self, where: str, problem: str) -> None:
        super().__init__(f"{where}: {problem}")
        self.where = where
        self.problem = problem


class Observation(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What was true of one activity as of `observed_at`.

    `facts` holds plain JSON values: times as RFC 3339 text in UTC, amounts as exact decimal text, durations in seconds,
    null for a fact that is withdrawn. `deleted` is true or false where the observation says so and None where it is silent.
    """

    activity_id: Annotated[str, msgspec.Meta(min_length=1, max_length=TEXT_LENGTH_MAX)]
    kind: str
    observed_at: Annotated[datetime, msgspec.Meta(tz=True)]
    account: Annotated[str, msgspec.Meta(max_length=TEXT_LENGTH_MAX)] = ""
    deleted: bool | None = None
    facts: Annotated[dict[str, FactValue], msgspec.Meta(max_length=FACTS_MAX)] = {}


_Said = TypeVar("_Said", bound=Observation)
_decoder: Final = msgspec.json.Decoder(dict[str, object])
_typed_decoder: Final = msgspec.json.Decoder(Observation)


def read_observation(body: bytes) -> Observation:
    """Read one observation from JSON.

    Raises:
        ObservationRefused: the text is not one JSON object, or something in it makes no sense.
    """
    said = read_at_once(body, _typed_decoder)
    if said is not None:
        return said
    try:
        document = _decoder.decode(body)
    except NO_JSON as refused:
        raise ObservationRefused("body", f"not a JSON object ({type(refused).__name__})") from None
    return observation_from(document)


def read_at_once(body: bytes, decoder: msgspec.json.Decoder[_Said]) -> _Said | None:
    """As `observation_from` of what the body holds, with types checked while it is decoded. None where only a closer look can
    tell what is wrong, if anything is: there is an escape, a null in the place of a text, or a key that is not known.

    Raises:
        ObservationRefused: names the fact and the problem.
    """
    if body.find(_ESCAPE) >= 0:
        return None
    try:
        said = decoder.decode(body)
    except NO_JSON:
        return None
    if not _SLUG.match(said.kind) or not _is_in_range(said.observed_at):
        return None
    facts = said.facts
    for key, value in facts.items():
        facts[key] = checked_fact(key, value)
    return said


def observation_from(document: Mapping[str, object]) -> Observation:
    """Check a decoded JSON object and give it back in normal form.

    Raises:
        ObservationRefused: names the key and the problem, never the value.
    """
    deleted = document.get("deleted")
    if deleted is not None and not isinstance(deleted, bool):
        raise ObservationRefused("deleted", "must be true or false")
    facts = document.get("facts")
    if facts is None:
        facts = {}
    if not isinstance(facts, dict):
        raise ObservationRefused("facts", "must be an object")
    if len(facts) > FACTS_MAX:
        raise ObservationRefused("facts", f"more than {FACTS_MAX} of them")
    kind = _text("kind", document.get("kind"))
    if not _SLUG.match(kind):
        raise ObservationRefused("kind", "must be a slug such as call or proposal_sent")
    account = document.get("account")
    return Observation(
        activity_id=_text("activity_id", document.get("activity_id")),
        kind=kind,
        observed_at=_instant("observed_at", document.get("observed_at")),
        account="" if account in (None, "") else _text("account", account),
        deleted=deleted,
        facts={key: checked_fact(key, value) for key, value in facts.items()},
    )


def observation_id(source: str, observation: Observation) -> str:
    """The identity of an observation: derived from what it says, so that a replay says it under the same id."""
    said = msgspec.json.encode(
        [
            source,
            observation.account,
            observation.activity_id,
            observation.kind,
            observation.observed_at.astimezone(UTC),
            observation.deleted,
            sorted(observation.facts.items()),
        ]
    )
    return hashlib.sha256(said).hexdigest()[:32]


def utc_text(instant: datetime, *, comparable: bool = False) -> str:
    """As `instant.astimezone(UTC).isoformat()`, by msgspec, which takes a quarter of the time. `comparable` has microseconds
    also where there are none, so that times compare as their texts do."""
    written: str = msgspec.to_builtins(instant.astimezone(UTC))
    return written[:-1] + (".000000+00:00" if comparable and not instant.microsecond else "+00:00")


def heard_at_in(stage: str) -> str:
    """The name of the fact that says when an activity was first heard to be in this stage."""
    return f"{HEARD_AT}:{stage}"[:NAME_LENGTH_MAX]


def is_earliest(fact: str) -> bool:
    """Whether of several statements of the fact the one with the earliest time counts."""
    return fact.partition(":")[0] == HEARD_AT


def checked_fact(key: str, value: object) -> FactValue:
    """One fact in normal form.

    Raises:
        ObservationRefused: names the fact and the problem.
    """
    check = _CHECKS.get(key)
    if check is None:
        if not key or len(key) > NAME_LENGTH_MAX or "\x00" in key:
            raise ObservationRefused("facts", "a name is empty, too long or holds a NUL")
        check = _started_at if is_earliest(key) else _plain
    if value is None:
        return None
    try:
        return check(key, value)
    except ObservationRefused as refused:
        where = f"facts.{key}" if _SLUG.match(key) else "facts"  # who writes no name there may have written anything
        raise ObservationRefused(where, refused.problem) from None


def _started_at(where: str, value: object) -> str:
    return utc_text(_instant(where, value))


def _currency(where: str, value: object) -> str:
    if not isinstance(value, str) or not _CURRENCY.match(value):
        raise ObservationRefused(where, "must be a three-letter code such as EUR")
    return value


def _direction(where: str, value: object) -> str:
    if not isinstance(value, str) or value not in _DIRECTIONS:
        raise ObservationRefused(where, "must be inbound or outbound")
    return value


def _plain(where: str, value: object) -> FactValue:
    if isinstance(value, str):
        return _text(where, value) if value else value
    if isinstance(value, bool):
        return value
    if isinstance(value, int | float) and math.isfinite(value) and abs(value) <= 2**53:
        return value
    raise ObservationRefused(where, "must be text, a finite number of at most 2^53, true, false or null")


def _text(where: str, value: object) -> str:
    if not isinstance(value, str) or not value:
        raise ObservationRefused(where, "must be text and not empty")
    if len(value) > TEXT_LENGTH_MAX:
        raise ObservationRefused(where, f"longer than {TEXT_LENGTH_MAX} characters")
    if "\x00" in value:
        raise ObservationRefused(where, "holds a NUL character")
    return value


def _instant(where: str, value: object) -> datetime:
    if not isinstance(value, str):
        raise ObservationRefused(where, "must be a time as text, such as 2026-01-12T09:00:00+01:00")
    try:
        instant = msgspec.convert(value, datetime)
    except msgspec.ValidationError:
        raise ObservationRefused(where, "not a time in RFC 3339, such as 2026-01-12T09:00:00+01:00") from None
    if instant.tzinfo is None:
        raise ObservationRefused(where, "has no offset from UTC; write one, such as +01:00 or Z")
    if not _is_in_range(instant):
        raise ObservationRefused(where, f"lies outside the years {EARLIEST.year} to {LATEST.year - 1}")
    return instant


def _is_in_range(instant: datetime) -> bool:
    try:
        return EARLIEST <= instant < LATEST
    except OverflowError:
        return False


def _duration_s(where: str, value: object) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value <= DURATION_S_MAX:
        raise ObservationRefused(where, f"must be a number of seconds from 0 to {DURATION_S_MAX}")
    return value


def _amount(where: str, value: object) -> str:
    if not isinstance(value, str) or not _AMOUNT.match(value):
        raise ObservationRefused(where, 'must be an exact decimal as text, such as "20000.00"')
    return value


_CHECKS: Final[Mapping[str, Callable[[str, object], FactValue]]] = {
    "actor": _text,
    "started_at": _started_at,
    "duration_s": _duration_s,
    "outcome": _text,
    "direction": _direction,
    "amount": _amount,
    "currency": _currency,
    "stage": _text,
    "deal_id": _text,
    "contact_key": _text,
}
