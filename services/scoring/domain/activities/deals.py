"""A deal: every stage that it enters is an activity, and so is that it is won or lost.

What an observation says about the deal's newest stage is kept as a statement about that stage, so that the next stage takes
nothing away from it. Whether the deal is won, lost or open is kept with its history: a win counts from when it began, and not
at all while the deal is open again.
"""

from typing import Final, NamedTuple

from services.scoring.domain.activities.statements import (
    OBSERVED_KIND,
    FactStates,
    history_of,
    is_history_of,
    value_of,
)
from shared.facts import (
    DEAL_IN_PROGRESS,
    DEAL_KINDS,
    DEAL_LOST,
    DEAL_WON,
    FIRST_SEEN_AT,
    KIND,
    STAGE,
    STAGE_ENTERED_AT,
    STAGE_KIND,
    STARTED_AT,
    STARTED_ON,
    first_seen_in,
)

WON: Final = "won"
LOST: Final = "lost"
RESULT_KINDS: Final = {WON: DEAL_WON, LOST: DEAL_LOST}
"""The kind of activity that a result is."""

RESULT: Final = "_result"
"""`won`, `lost` or `open`, followed by a blank and since when, if that is known."""
_COUNTED_BEFORE: Final = "_counted_before"
"""`won`, `lost` or `open`, since when, and the stage, each after a blank: what a deal counted as while it was one activity."""
_OPEN: Final = "open"
_ENTERED: Final = "_entered:"
_STAGE_KIND: Final = "_kind:"
_RESULT_OF_KIND: Final = {kind: result for result, kind in RESULT_KINDS.items()}
_OF_NEWEST_STAGE: Final = frozenset(fact.name for fact in (KIND, STARTED_AT, STARTED_ON, STAGE_ENTERED_AT, STAGE_KIND))
"""Facts that are about the stage, or the result, that an observation names, and not about the deal."""


def is_deal(states: FactStates) -> bool:
    return value_of(states, OBSERVED_KIND) in DEAL_KINDS


def is_by_stage(states: FactStates) -> bool:
    """Whether what is stored of a deal is stated by stage. It was not while a deal was one activity."""
    return _OF_NEWEST_STAGE.isdisjoint(states)


def by_stage(states: FactStates) -> FactStates:
    """What one observation says, as statements about the stage and the result that it names."""
    of_deal = {name: statement for name, statement in states.items() if name not in _OF_NEWEST_STAGE}
    kind = states[KIND.name] if value_of(states, KIND.name) else states[OBSERVED_KIND]
    result, stage = _RESULT_OF_KIND.get(str(kind[0])), value_of(states, STAGE.name)
    started = value_of(states, STARTED_AT.name) or value_of(states, STARTED_ON.name)
    if result is not None:
        of_deal[RESULT] = (f"{result} {started or ''}".rstrip(), *kind[1:])
    elif stage is not None:
        of_deal[RESULT] = (_OPEN, *states[STAGE.name][1:])
    if stage is None:
        return of_deal
    at = states[STAGE.name][1:]
    entered = value_of(states, STAGE_ENTERED_AT.name) or (started if result is None else None)
    if entered is not None:
        of_deal[f"{_ENTERED}{stage}"] = (entered, *at)
    stage_kind = value_of(states, STAGE_KIND.name) or (kind[0] if result is None else None)
    if stage_kind is not None:
        of_deal[f"{_STAGE_KIND}{stage}"] = (stage_kind, *at)
    return of_deal


class CountedBefore(NamedTuple):
    """What a deal counted as while it was one activity: a result or a stage, since when, and when that was stated. It goes on
    counting there, and what the deal did earlier goes on not to count, whatever is stated of it now: those days were judged."""

    result: str
    since: str
    stage: str
    stated_at: str

    def is_about(self, *, result: str) -> bool:
        return self.result == result and bool(self.since)


def by_stage_from_one_activity(states: FactStates) -> FactStates:
    """What was stored of a deal while it was one activity, as statements about the stage or the result that it had then."""
    stage = str(value_of(states, STAGE.name) or "")
    kind = states[KIND.name] if value_of(states, KIND.name) else states[OBSERVED_KIND]
    result = _RESULT_OF_KIND.get(str(kind[0]), _OPEN)
    names = (STARTED_AT.name, STARTED_ON.name, first_seen_in(stage), FIRST_SEEN_AT.name)
    since = next((str(value) for name in names if (value := value_of(states, name))), "")
    stated = states[STAGE.name][1:] if stage and result == _OPEN else kind[1:]
    converted = by_stage(states) | {_COUNTED_BEFORE: (f"{result} {since} {stage}", *stated)}
    return converted if result != _OPEN else converted | {f"{_STAGE_KIND}{stage}": (kind[0], *stated)}


def counted_before(states: FactStates) -> CountedBefore | None:
    """None if the deal was never stored as one activity."""
    if _COUNTED_BEFORE not in states:
        return None
    text, stated_at, _ = states[_COUNTED_BEFORE]
    result, since, stage = str(text).split(" ", 2)
    return CountedBefore(result=result, since=since, stage=stage, stated_at=stated_at)


def keeps_earliest_entry(name: str) -> bool:
    """Whether it is the time at which a stage was entered: the first entry counts."""
    return name.startswith(_ENTERED)


def stages_entered(states: FactStates) -> dict[str, str]:
    """When each stage was entered for the first time, as text: a time, or a date if no time is known."""
    first_seen = f"{FIRST_SEEN_AT.name}:"
    entered = {name.removeprefix(first_seen): value for name, (value, _, _) in states.items() if name.startswith(first_seen)}
    entered |= {name.removeprefix(_ENTERED): value for name, (value, _, _) in states.items() if keeps_earliest_entry(name)}
    stages = {stage: str(value) for stage, value in entered.items() if value is not None}
    before = counted_before(states)
    return stages if before is None else _without_judged(stages, before)


def _without_judged(stages: dict[str, str], before: CountedBefore) -> dict[str, str]:
    """The stages without those that were entered while the deal was one activity, except for the one as which it counted."""
    stated_on, stated_at = before.stated_at[: len("2026-01-12")], before.stated_at[: len("2026-01-12T09:00:00")]
    new = {stage: entry for stage, entry in stages.items() if entry >= (stated_at if "T" in entry else stated_on)}
    return new | {before.stage: before.since} if before.is_about(result=_OPEN) else new


def kind_of_stage(states: FactStates, stage: str) -> str:
    """What kind of activity entering the stage is."""
    return str(value_of(states, f"{_STAGE_KIND}{stage}") or DEAL_IN_PROGRESS)


def results_stated(states: FactStates) -> list[str]:
    """The results that the deal has, or had before it was opened again."""
    stated = {str(value).partition(" ")[0] for _, value in history_of(states, RESULT)}
    return [result for result in RESULT_KINDS if result in stated]


class Result(NamedTuple):
    """Whether a deal has a result now, and since when, as text: the earliest time that was given since then. `is_judged` if it
    counted there while the deal was one activity."""

    is_current: bool
    since: str | None
    is_judged: bool = False


def read_result(states: FactStates, result: str) -> Result:
    """Won or lost, as of now."""
    since: list[str] = []
    is_current = False
    before = counted_before(states)
    for at, value in reversed(history_of(states, RESULT)):
        stated, _, time = str(value).partition(" ")
        if stated != result:
            break
        if before is not None and before.is_about(result=result) and at <= before.stated_at:
            return Result(is_current=True, since=before.since, is_judged=True)
        is_current = True
        since += [time] if time else []
    return Result(is_current, min(since, default=None))


def reopened_at(states: FactStates) -> str | None:
    """When the deal was opened again for the last time, as text; None if it never was."""
    reopened: str | None = None
    was_closed = False
    for at, value in history_of(states, RESULT):
        is_closed = str(value).partition(" ")[0] in RESULT_KINDS
        if was_closed and not is_closed:
            reopened = at
        was_closed = is_closed
    return reopened


def is_about_stages(name: str) -> bool:
    """Whether the name is that of a statement about a stage or the result."""
    return name.startswith((_ENTERED, _STAGE_KIND)) or name in {RESULT, _COUNTED_BEFORE} or is_history_of(name, RESULT)
