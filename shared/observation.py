"""An observation: what one webhook, or one line of an import, says of one activity.

This is the only definition of a well-formed observation. The adapters of ingest, `daymark import` and scoring all read
observations here, so a bad one is refused with the same words wherever it comes from.
"""

import hashlib
import re
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Annotated, Final, NewType, TypeVar

import msgspec

from shared.errors import DaymarkError
from shared.fact_values import TEXT_LENGTH_MAX, FactRefused, FactValue, check_any, check_text, is_in_range, read_time
from shared.facts import FACTS_BY_NAME, NAME_LENGTH_MAX, RAW_OUTCOME, find_fact

SourceName = NewType("SourceName", str)
ActivityId = NewType("ActivityId", str)

FACTS_MAX: Final = 64
NO_JSON: Final = (msgspec.DecodeError, RecursionError, UnicodeDecodeError)
"""What decoding raises where there is no JSON, or JSON of another type than the one asked for."""

_SLUG: Final = re.compile(r"\A[a-z][a-z0-9_]{0,63}\Z")
_ESCAPE: Final = b"\\"
_CHECKS: Final = {name: fact.check for name, fact in FACTS_BY_NAME.items()}

Checked = TypeVar("Checked")


class ObservationRefused(DaymarkError):
    """The observation makes no sense. Correct it at its sender and send it again; it is kept as a dead letter."""

    def __init__(self, key: str, problem: str) -> None:
        super().__init__(f"{key}: {problem}")
        self.key = key
        self.problem = problem


class Observation(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What was true of one activity as of `observed_at`.

    `facts` holds JSON values in the normal form that `shared.facts` defines. `deleted` is true or false when the observation
    says so, and None when it says nothing about it.
    """

    activity_id: Annotated[ActivityId, msgspec.Meta(min_length=1, max_length=TEXT_LENGTH_MAX)]
    kind: str
    observed_at: Annotated[datetime, msgspec.Meta(tz=True)]
    account: Annotated[str, msgspec.Meta(max_length=TEXT_LENGTH_MAX)] = ""
    deleted: bool | None = None
    facts: Annotated[dict[str, FactValue], msgspec.Meta(max_length=FACTS_MAX)] = {}


class ObservationData(Observation, frozen=True, kw_only=True):
    """The data of an `activity.observed.v1`. Its webhook was received at `received_at`; if that was read again, it was at
    `read_at`, together with all webhooks of the source that were received from `reprocessed_since` to `reprocessed_until`."""

    source: Annotated[SourceName, msgspec.Meta(min_length=1)]
    received_at: Annotated[datetime, msgspec.Meta(tz=True)] | None = None
    read_at: Annotated[datetime, msgspec.Meta(tz=True)] | None = None
    reprocessed_since: Annotated[datetime, msgspec.Meta(tz=True)] | None = None
    reprocessed_until: Annotated[datetime, msgspec.Meta(tz=True)] | None = None


AnyObservation = TypeVar("AnyObservation", bound=Observation)
_object_decoder: Final = msgspec.json.Decoder(dict[str, object])
_observation_decoder: Final = msgspec.json.Decoder(Observation)


def read_observation(body: bytes) -> Observation:
    """Read one observation from JSON.

    Raises:
        ObservationRefused: the text is not one JSON object, or something in it makes no sense.
    """
    observation = decode_checked(body, _observation_decoder)
    if observation is not None:
        return observation
    return observation_from(_read_object(body))


def read_without_unreadable(body: bytes) -> "tuple[Observation, list[UnreadableFact]]":
    """As `read_observation`, but facts that make no sense are left out, as in `observation_without_unreadable`.

    Raises:
        ObservationRefused: the text is not one JSON object, or something other than a fact makes no sense.
    """
    try:
        return read_observation(body), []
    except ObservationRefused:
        return observation_without_unreadable(_read_object(body))


def _read_object(body: bytes) -> dict[str, object]:
    try:
        return _object_decoder.decode(body)
    except NO_JSON as refused:
        raise ObservationRefused("body", f"not a JSON object ({type(refused).__name__})") from None


def decode_checked(body: bytes, decoder: msgspec.json.Decoder[AnyObservation]) -> AnyObservation | None:
    """The fast path of `observation_from`: types are checked while the body is decoded.

    None if only `observation_from` can tell what is wrong with the body, if anything is: it holds an escape (without which
    there can be no NUL), a null in place of a text, or an unknown key.

    Raises:
        ObservationRefused: names the fact and the problem.
    """
    if body.find(_ESCAPE) != -1:
        return None
    try:
        observation = decoder.decode(body)
    except NO_JSON:
        return None
    if not _SLUG.match(observation.kind) or not is_in_range(observation.observed_at):
        return None
    facts = observation.facts
    for name, value in facts.items():
        facts[name] = normalize_fact(name, value)
    return observation


def observation_from(document: Mapping[str, object]) -> Observation:
    """Check a decoded JSON object and return it in normal form.

    Raises:
        ObservationRefused: names the key and the problem, never the value.
    """
    return _observation(document, lambda facts: {name: normalize_fact(name, value) for name, value in facts.items()})


class UnreadableFact(msgspec.Struct, frozen=True, kw_only=True):
    """A fact that was left out of an observation, because its value makes no sense. The problem never quotes the value."""

    name: str
    problem: str


def observation_without_unreadable(document: Mapping[str, object]) -> tuple[Observation, list[UnreadableFact]]:
    """As `observation_from`, but facts that make no sense are left out: no activity is lost for one of its facts. A fact that
    is empty text is withdrawn.

    Raises:
        ObservationRefused: something else makes no sense. Names the key and the problem, never the value.
    """
    unreadable: list[UnreadableFact] = []

    def keep_readable(facts: Mapping[str, object]) -> dict[str, FactValue]:
        readable = {}
        for name, value in facts.items():
            try:
                readable[name] = normalize_fact(name, _shortened(name, value))
            except ObservationRefused as refused:
                unreadable.append(UnreadableFact(name=name if name in FACTS_BY_NAME else "other", problem=refused.problem))
        return readable

    return _observation(document, keep_readable), unreadable


def _observation(
    document: Mapping[str, object], normalize: Callable[[Mapping[str, object]], dict[str, FactValue]]
) -> Observation:
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
    kind = _checked("kind", check_text, document.get("kind"))
    if not _SLUG.match(kind):
        raise ObservationRefused("kind", "must be a slug such as call or proposal_sent")
    account = document.get("account")
    return Observation(
        activity_id=ActivityId(_checked("activity_id", check_text, document.get("activity_id"))),
        kind=kind,
        observed_at=_checked("observed_at", read_time, document.get("observed_at")),
        account="" if account in (None, "") else _checked("account", check_text, account),
        deleted=deleted,
        facts=normalize(facts),
    )


def _shortened(name: str, value: object) -> object:
    """Empty text is no value, and of the CRM's own word for an outcome the beginning is enough."""
    if value == "":
        return None
    return value[:TEXT_LENGTH_MAX] if name == RAW_OUTCOME.name and isinstance(value, str) else value


def observation_id(source: str, observation: Observation) -> str:
    """The identity of an observation. It follows from the content, so a replayed webhook yields the same id."""
    content = msgspec.json.encode(
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
    return hashlib.sha256(content).hexdigest()[:32]


def normalize_fact(name: str, value: object) -> FactValue:
    """One fact in normal form.

    Raises:
        ObservationRefused: names the fact and the problem.
    """
    check = _CHECKS.get(name)
    if check is None:
        if not name or len(name) > NAME_LENGTH_MAX or "\x00" in name:
            raise ObservationRefused("facts", "a name is empty, too long or holds a NUL")
        fact = find_fact(name)
        check = fact.check if fact is not None else check_any
    if value is None:
        return None
    try:
        return check(value)
    except FactRefused as refused:
        # A sender that does not write a slug there may have written anything, for example a person's name.
        key = f"facts.{name}" if _SLUG.match(name) else "facts"
        raise ObservationRefused(key, refused.problem) from None


def _checked(key: str, check: Callable[[object], Checked], value: object) -> Checked:
    try:
        return check(value)
    except FactRefused as refused:
        raise ObservationRefused(key, refused.problem) from None
