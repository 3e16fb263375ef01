"""The parts of an activity that are activities of their own: the stages and the result of a deal, and the booking of a meeting.

A part is described by the statements about the whole. Its id is that of the whole, a colon and the name of the part.
"""

from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime, time, timedelta
from typing import Final

from services.scoring.domain.activities.activity import (
    Activity,
    StatedValues,
    is_deleted,
    make_activity,
    read_activity,
    stated_values,
)
from services.scoring.domain.activities.deals import (
    RESULT_KINDS,
    is_by_stage,
    is_deal,
    kind_of_stage,
    read_result,
    reopened_at,
    results_stated,
    stages_entered,
)
from services.scoring.domain.activities.statements import OBSERVED_KIND, FactStates, has_history, history_of, value_of
from services.scoring.domain.roster.calendar import rep_day_end, rep_day_of
from services.scoring.domain.roster.roster import Rep
from shared.fact_values import FactValue, utc_text
from shared.facts import (
    ACTOR,
    AMOUNT,
    BOOKED_AT,
    CLOSED_AT,
    CLOSED_ON,
    CONTACT_KEY,
    KIND,
    MEETING_KINDS,
    STAGE,
    STARTED_AT,
    STARTED_ON,
)
from shared.observation import ActivityId

WHOLE: Final = ""
"""The name of the activity itself, beside the names of its parts."""
BOOKING: Final = "booked"
BOOKING_KIND: Final = "meeting_booked"
_STAGE: Final = "stage-"
_SEPARATOR: Final = ":"
_ONE_DAY: Final = timedelta(days=1)

FindRep = Callable[[str], Rep | None]
"""The rep who has a user of the CRM as an identity."""

_When = datetime | date
"""A time, or a date on the rep's own calendar."""


def part_id(activity_id: ActivityId, part: str) -> ActivityId:
    return ActivityId(f"{activity_id}{_SEPARATOR}{part}") if part else activity_id


def part_name(part: ActivityId, *, of: ActivityId) -> str:
    """The name of the part with this id."""
    return part.removeprefix(f"{of}{_SEPARATOR}")


def list_parts(states: FactStates) -> list[str]:
    """The names of all parts, also of those that do not count any more."""
    if is_deal(states):
        if not is_by_stage(states):
            return []
        return [*(f"{_STAGE}{stage}" for stage in stages_entered(states)), *results_stated(states)]
    return [BOOKING] if value_of(states, BOOKED_AT.name) is not None else []


def read_part(states: FactStates, part: str, find_rep: FindRep) -> Activity:
    """One part as it counts: done by whoever was known to own it when the day on which it was done ended, or else by the first
    owner known. What happens to it after that day takes nothing away."""
    if part == WHOLE:
        is_whole_deal = is_deal(states)
        if not (is_whole_deal or has_history(states, ACTOR.name)):
            return read_activity(states)
        values, is_gone = stated_values(states), is_deleted(states)
        if is_whole_deal and is_by_stage(states):
            _set_start(values, None)
    else:
        values, is_gone = _values_of_part(states, part, find_rep)
    _state_as_of_the_day(values, states, find_rep, keeps_amount=part in RESULT_KINDS)
    return make_activity(values, is_deleted=is_gone)


def _values_of_part(states: FactStates, part: str, find_rep: FindRep) -> tuple[StatedValues, bool]:
    """What is stated of a part, and whether it does not count (any more)."""
    newest = stated_values(states)
    values = {name: newest[name] for name in (ACTOR.name, AMOUNT.name, CONTACT_KEY.name, STAGE.name) if name in newest}
    is_gone = is_deleted(states)
    if part == BOOKING:
        booked_at = _read(newest.get(BOOKED_AT.name))
        _set_start(values, booked_at)
        is_meeting = value_of(states, OBSERVED_KIND) in MEETING_KINDS
        return values | {KIND.name: BOOKING_KIND}, is_gone or not (is_meeting and _is_before(booked_at, _start_of(newest)))
    if part in RESULT_KINDS:
        result = read_result(states, part)
        if result.is_current and not is_gone:
            typed = None if result.is_judged else _typed_close(newest)
            _set_start(values, _not_later_than_typed(_read(result.since), typed, states, find_rep))
        return values | {KIND.name: RESULT_KINDS[part]}, is_gone or not result.is_current
    stage = part.removeprefix(_STAGE)
    _set_start(values, _read(stages_entered(states).get(stage)))
    _set(values, STAGE.name, stage or None)
    return values | {KIND.name: kind_of_stage(states, stage)}, is_gone


def _not_later_than_typed(since: _When | None, typed: _When | None, states: FactStates, find_rep: FindRep) -> _When | None:
    """When a deal was closed. A date that somebody typed is a forecast if it is later, and the truth if it is earlier; but one
    from before the deal was opened again is of an earlier closing."""
    if since is None or typed is None:
        return since or typed
    rep = _rep_of(_actor_as_of(states, since, find_rep), find_rep)
    reopened = _read(reopened_at(states))
    is_of_earlier_closing = reopened is not None and _day(typed, rep) < _day(reopened, rep)
    return typed if _day(typed, rep) < _day(since, rep) and not is_of_earlier_closing else since


def _typed_close(values: StatedValues) -> _When | None:
    return _read(values.get(CLOSED_ON.name) or values.get(CLOSED_AT.name))


def _state_as_of_the_day(values: StatedValues, states: FactStates, find_rep: FindRep, *, keeps_amount: bool) -> None:
    """Replace the newest actor and amount by those as of the end of the day on which it was done. What a closed deal is
    worth is what is known of it now."""
    has_owners, has_amounts = has_history(states, ACTOR.name), not keeps_amount and has_history(states, AMOUNT.name)
    when = _start_of(values) if has_owners or has_amounts else None
    if when is None:
        return
    if has_owners:
        _set(values, ACTOR.name, _actor_as_of(states, when, find_rep))
    if has_amounts:
        end = _day_end(when, _rep_of(values.get(ACTOR.name), find_rep))
        _set(values, AMOUNT.name, _as_of(history_of(states, AMOUNT.name), end))


def _actor_as_of(states: FactStates, when: _When, find_rep: FindRep) -> FactValue:
    """The owner when it was done, or whoever took over before that owner's day had ended; the first one known if it was known
    later only."""
    owners = history_of(states, ACTOR.name)
    done_at = when if isinstance(when, datetime) else datetime.combine(when, time.min, UTC)
    user = _as_of(owners, done_at)
    for _ in owners:
        owner_at_end = _as_of(owners, _day_end(when, _rep_of(user, find_rep)))
        if owner_at_end == user:
            break
        user = owner_at_end
    return user


def _rep_of(user: object, find_rep: FindRep) -> Rep | None:
    return None if user is None else find_rep(str(user))


def _as_of(history: Sequence[tuple[str, FactValue]], instant: datetime) -> FactValue:
    """The value before an instant, or else the first one after it."""
    limit = utc_text(instant, comparable=True)
    known = [value for at, value in history if at < limit]
    return known[-1] if known else next((value for _, value in history if value is not None), None)


def _set(values: StatedValues, name: str, value: FactValue) -> None:
    """Set a value, or remove it if it is None."""
    values.pop(name, None)
    if value is not None:
        values[name] = value


def _day(when: _When, rep: Rep | None) -> date:
    if not isinstance(when, datetime):
        return when
    return rep_day_of(rep, when) if rep is not None else when.astimezone(UTC).date()


def _day_end(when: _When, rep: Rep | None) -> datetime:
    """The end of the day on which it was done: the rep's day, or the day in UTC if it is nobody's."""
    day = _day(when, rep)
    return rep_day_end(rep, day) if rep is not None else datetime.combine(day + _ONE_DAY, time.min, UTC)


def _is_before(booked_at: _When | None, start: _When | None) -> bool:
    """Whether a meeting was booked before it began. One that is only recorded afterwards was not."""
    if start is None or not isinstance(booked_at, datetime):
        return True
    return booked_at < start if isinstance(start, datetime) else booked_at.date() < start


def _start_of(values: StatedValues) -> _When | None:
    return _read(values.get(STARTED_AT.name) or values.get(STARTED_ON.name))


def _set_start(values: StatedValues, when: _When | None) -> None:
    for name in (STARTED_AT.name, STARTED_ON.name):
        values.pop(name, None)
    if when is not None:
        values[STARTED_AT.name if isinstance(when, datetime) else STARTED_ON.name] = when.isoformat()


def _read(text: object) -> _When | None:
    if text is None:
        return None
    return datetime.fromisoformat(str(text)) if "T" in str(text) else date.fromisoformat(str(text))
