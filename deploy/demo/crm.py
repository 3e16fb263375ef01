"""What the simulated CRM records about the team's days, as the webhooks that it sends."""

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Final, NotRequired, TypedDict
from zoneinfo import ZoneInfo

from deploy.demo.habits import TEAM, PlannedDay, planned_days

_MORNING_CALLS: Final = (time(9, 35), time(10, 15), time(10, 50), time(11, 40), time(14, 20), time(15, 10))
_AFTERNOON_CALLS: Final = (time(14, 35), time(14, 55), time(15, 20), time(15, 45), time(16, 5), time(16, 25))
_EVENING_CALLS: Final = (time(16, 5), time(16, 25), time(16, 45), time(17, 5))
_NOISE: Final = (time(9, 20), time(11, 15), time(13, 50))
_MEETING, _AFTERNOON_MEETING = time(11, 20), time(15, 0)
_PROPOSAL, _LATE_PROPOSAL, _RECOVERED_PROPOSAL = time(15, 50), time(18, 20), time(16, 50)
_MISSED_CALLS: Final = 4
_QUIET_CALLS: Final = 2
_DELETED_AT: Final = time(16, 35)
_MOVED_AT: Final = time(17, 10)
_DEAL, _DEAL_KIND = "deal", "deal_stage_changed"
_WON_EVERY: Final = 3
_ENTERED_LATE_AT: Final = time(10, 5)
_DUPLICATED_SHARE: Final = 0.1
_DELAYED_SHARE: Final = 0.05

Facts = dict[str, str | int]


class Observation(TypedDict):
    """What the CRM says of one activity, as it is sent."""

    activity_id: str
    kind: str
    observed_at: str
    facts: NotRequired[Facts]
    deleted: NotRequired[bool]


TimedObservation = tuple[datetime, Observation]


@dataclass(frozen=True, kw_only=True, slots=True, order=True)
class Record:
    """One webhook, to be sent at a time. `body` is an observation, or raw bytes that are not JSON."""

    at: datetime
    number: int
    source: str
    body: Observation | bytes
    is_signed: bool = True


def make_records(*, seed: int, weeks: int) -> list[Record]:
    """Every webhook, in the order of time. The same seed gives the same records."""
    rng = random.Random(seed)  # noqa: S311 - variety, not secrecy
    records: list[Record] = []
    for rep in TEAM:
        days = list(planned_days(rep, weeks=weeks))
        for number, day in enumerate(days):
            following = days[number + 1].day if number + 1 < len(days) else None
            observations = list(_observe_day(day, following, rng))
            records += _send_as_crms_do(observations, day.rep.source, rng, len(records))
        records += _move_deals_on(days, len(records))
    records += _make_invalid_records(weeks, len(records))
    return sorted(records, key=lambda record: (record.at, record.number))


def _observe_day(day: PlannedDay, following: date | None, rng: random.Random) -> Iterator[TimedObservation]:
    """The observations of one day. `following` is the rep's next worked day."""
    calls, meeting, proposal = _schedule(day.habit)
    if day.habit != "N":
        for minute in _NOISE:
            yield from _observe_call(day, f"noise-{minute:%H%M}", minute, rng, counts=False)
    for minute in calls:
        yield from _observe_call(day, f"call-{minute:%H%M}", minute, rng, counts=True)
    if meeting is not None:
        meeting_facts: Facts = {"outcome": "held", "duration_s": 1_800}
        yield _at(day, meeting), _observation(day, "meeting", "meeting", meeting, meeting, **meeting_facts)
    if proposal is None:
        return
    facts: Facts = {"amount": f"{rng.randint(8, 90)}00.00", "currency": "EUR"}
    facts |= {"stage": "proposal", "stage_kind": "proposal_sent"}
    entry = _observation(day, _DEAL_KIND, _DEAL, proposal, proposal, **facts)
    if day.habit == "B" and following is not None:
        entered = datetime.combine(following, _ENTERED_LATE_AT, tzinfo=ZoneInfo(day.rep.timezone)).astimezone(UTC)
        yield entered, entry | {"observed_at": entered.isoformat()}
    else:
        yield _at(day, proposal), entry
    if day.habit == "X":
        yield _at(day, _DELETED_AT), _observation(day, _DEAL_KIND, _DEAL, None, _DELETED_AT) | {"deleted": True}


def _move_deals_on(days: Sequence[PlannedDay], number: int) -> Iterator[Record]:
    """A deal is negotiated on the rep's next worked day, and every third one is won on the day after that."""
    for day, negotiated, closed in zip(days, days[1:], days[2:], strict=False):
        _, _, proposal = _schedule(day.habit)
        if proposal is None or day.habit == "X":
            continue
        stages = [(negotiated, _DEAL_KIND, "negotiation")]
        if day.day.toordinal() % _WON_EVERY == 0:
            stages.append((closed, "deal_won", "won"))
        for moved, kind, stage in stages:
            number += 1
            at = _at(moved, _MOVED_AT)
            facts: Facts = {"actor": day.rep.user, "stage": stage, "started_at": at.isoformat()}
            observation: Observation = {
                "activity_id": _observation(day, kind, _DEAL, None, _MOVED_AT)["activity_id"],
                "kind": kind,
                "observed_at": at.isoformat(),
                "facts": facts,
            }
            yield Record(at=at, number=number, source=day.rep.source, body=observation)


def _schedule(habit: str) -> tuple[tuple[time, ...], time | None, time | None]:
    """The times of the calls that count, of the meeting and of the proposal."""
    if habit == "N":
        return (), None, None
    if habit == "M":
        return _MORNING_CALLS[:_MISSED_CALLS], _MEETING, None
    if habit == "Q":
        return _AFTERNOON_CALLS[:_QUIET_CALLS], None, None
    if habit == "R":
        return _AFTERNOON_CALLS, _AFTERNOON_MEETING, _RECOVERED_PROPOSAL
    if habit == "H":
        return _MORNING_CALLS + _EVENING_CALLS, _MEETING, _PROPOSAL
    return _MORNING_CALLS, _MEETING, _LATE_PROPOSAL if habit == "L" else _PROPOSAL


def _observe_call(day: PlannedDay, name: str, begins: time, rng: random.Random, *, counts: bool) -> Iterator[TimedObservation]:
    """Two observations: that the call began, and how it ended. A call that does not count is too short or was not answered."""
    duration_s = rng.randint(150, 900) if counts else rng.randint(5, 60)
    outcome = "connected" if counts else rng.choice(("no_answer", "connected"))
    contact = f"{rng.getrandbits(64):016x}"
    began = _observation(day, "call", name, begins, begins, direction="outbound", contact_key=contact)
    ended_at = _at(day, begins) + timedelta(seconds=duration_s)
    ended = _observation(day, "call", name, None, begins, duration_s=duration_s, outcome=outcome)
    yield _at(day, begins), began
    yield ended_at, ended | {"observed_at": ended_at.isoformat()}


def _observation(
    day: PlannedDay, kind: str, name: str, started: time | None, observed: time, **facts: str | int
) -> Observation:
    all_facts: Facts = {"actor": day.rep.user, **facts}
    if started is not None:
        all_facts["started_at"] = _at(day, started).astimezone(ZoneInfo(day.rep.timezone)).isoformat()
    return {
        "activity_id": f"{day.rep.id}-{day.day:%Y%m%d}-{name}",
        "kind": kind,
        "observed_at": _at(day, observed).isoformat(),
        "facts": all_facts,
    }


def _at(day: PlannedDay, local: time) -> datetime:
    return datetime.combine(day.day, local, tzinfo=ZoneInfo(day.rep.timezone)).astimezone(UTC)


def _send_as_crms_do(observations: list[TimedObservation], source: str, rng: random.Random, number: int) -> Iterator[Record]:
    """Some webhooks arrive twice, and some so late that newer ones overtake them."""
    for at, observation in observations:
        delay = timedelta(minutes=rng.randint(1, 3)) if rng.random() < _DELAYED_SHARE else timedelta()
        copies = 1 + (rng.random() < _DUPLICATED_SHARE)
        for _ in range(copies):
            number += 1
            yield Record(at=at + delay, number=number, source=source, body=observation)


def _make_invalid_records(weeks: int, number: int) -> Iterator[Record]:
    """Each week two signed bodies that cannot be understood, and one that is signed with a wrong secret."""
    start = datetime(2026, 3, 3, 14, 2, tzinfo=UTC)
    for week in range(weeks):
        at = start + timedelta(weeks=week)
        yield Record(at=at, number=number + 3 * week + 1, source="acme", body=b"{not json")
        impossible: Observation = {"activity_id": "odd", "kind": "call", "observed_at": "0001-01-01T00:00:00Z"}
        yield Record(at=at, number=number + 3 * week + 2, source="acme", body=impossible)
        forged: Observation = {"activity_id": "forged", "kind": "proposal_sent", "observed_at": at.isoformat()}
        yield Record(at=at, number=number + 3 * week + 3, source="acme", body=forged, is_signed=False)
