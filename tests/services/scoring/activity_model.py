"""A reference model of activities: the story of each is told from its beginning, in the order in which it came true."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from fractions import Fraction
from typing import Any
from zoneinfo import ZoneInfo

import yaml

from services.scoring.record.read_event import ObservedEvent

WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
DAYS = [date(2026, 2, 20) + timedelta(days=number) for number in range(40)]
RESULTS = ("deal_won", "deal_lost")
MEETINGS = ("meeting", "demo")

Facts = dict[str, Any]


@dataclass(frozen=True)
class ModelRep:
    """A rep of the roster file, with what matters here."""

    team: str
    entry: Mapping[str, Any]

    def on(self, day: date) -> Mapping[str, Any]:
        term = {"team": self.team, **self.entry}
        for change in self.entry.get("changes", []):
            if change["from"] <= day:
                term |= change
        return term

    def day_of(self, instant: datetime) -> date:
        """The last day that has begun by then, on the clock of that day."""
        begun = [
            day
            for day in DAYS
            if datetime.combine(day, time.min, tzinfo=ZoneInfo(self.on(day)["timezone"])).timestamp() <= instant.timestamp()
        ]
        return begun[-1]

    def share(self, day: date) -> Fraction:
        if WEEKDAYS[day.weekday()] not in self.on(day).get("workdays", WEEKDAYS[:5]):
            return Fraction(0)
        absences = [absence for absence in self.entry.get("absences", []) if absence["from"] <= day <= absence["until"]]
        return max(Fraction(0), 1 - sum((Fraction(str(absence.get("part", 1))) for absence in absences), Fraction(0)))


def model_reps(roster: str) -> dict[str, ModelRep]:
    """The reps of a roster file, by the users of the CRM that they have."""
    reps = [ModelRep(team["id"], entry) for team in yaml.safe_load(roster)["teams"] for entry in team.get("reps", [])]
    return {identity["user"]: rep for rep in reps for identity in rep.entry["identities"]}


def model_activities(events: Sequence[ObservedEvent], owners: Mapping[str, ModelRep]) -> list[Facts]:
    """Everything that belongs to a day of a rep: `kind`, `actor`, `start` (a time or a date), `day`, and other facts."""
    stories: dict[str, list[ObservedEvent]] = {}
    for event in sorted(_newest_readings(events), key=lambda event: (event.observation.observed_at, event.rank)):
        stories.setdefault(event.observation.activity_id, []).append(event)
    activities = [activity for key, story in stories.items() for activity in _activities_of(key, _one_at_a_time(story))]
    placed = [_with_owner(activity, owners) for activity in activities if activity["start"] is not None]
    return [activity for activity in placed if activity["actor"] in owners]


def _newest_readings(events: Sequence[ObservedEvent]) -> list[ObservedEvent]:
    """Without readings of webhooks that were read again later, as far as that was said of the activity."""
    again = [event for event in events if event.read_at is not None]
    return [event for event in events if not any(_is_outdated(event, reading) for reading in again)]


def _is_outdated(event: ObservedEvent, reading: ObservedEvent) -> bool:
    if event.key != reading.key or event.received_at is None or reading.read_at is None:
        return False
    since, until = reading.reprocessed_since or reading.received_at, reading.reprocessed_until or reading.received_at
    assert since is not None
    assert until is not None
    return since <= event.received_at <= until and (event.read_at is None or event.read_at < reading.read_at)


def _one_at_a_time(story: Sequence[ObservedEvent]) -> list[tuple[datetime, Facts]]:
    """What was statement, with when it became true. Of what two events say of the same time the last one is right."""
    return [
        (
            event.observation.observed_at,
            {"_kind": event.observation.kind, "deleted": event.observation.deleted} | event.observation.facts,
        )
        for event in story
    ]


def _activities_of(key: str, story: Sequence[tuple[datetime, Facts]]) -> list[Facts]:
    newest: Facts = {}
    for _, statement in story:
        newest |= {name: value for name, value in statement.items() if name != "deleted" or value is not None}
    if newest.get("deleted"):
        return []
    owners, amounts = (
        list({at: statement[name] for at, statement in story if name in statement}.items()) for name in ("actor", "amount")
    )
    whole = newest | {"id": key, "owners": owners}
    if key.startswith("d"):
        return _deal(whole | {"amounts": amounts}, story)
    start = _time(newest.get("started_at")) or _date(newest.get("started_on"))
    activities = [whole | {"kind": newest["_kind"], "start": start}]
    booked = [datetime.fromisoformat(statement["booked_at"]) for _, statement in story if statement.get("booked_at")]
    if booked and newest["_kind"] in MEETINGS and (start is None or _is_before(min(booked), start)):
        only = {name: whole.get(name) for name in ("owners", "contact_key")}
        activities.append(only | {"id": f"{key}:booked", "kind": "meeting_booked", "start": min(booked)})
    return activities


def _deal(whole: Facts, story: Sequence[tuple[datetime, Facts]]) -> list[Facts]:
    entered: dict[str, datetime] = {}
    kinds: dict[str, str] = {}
    results: dict[datetime, tuple[str, datetime | None]] = {}
    for at, statement in story:
        kind, stage = statement.get("kind") or statement["_kind"], statement.get("stage")
        started = _time(statement.get("started_at"))
        is_result = kind in RESULTS
        if is_result or stage:
            results[at] = (kind, started) if is_result else ("open", None)
        entry = _time(statement.get("stage_entered_at")) or (None if is_result else started)
        if stage and entry:
            entered[stage] = min(entry, entered.get(stage, entry))
        stage_kind = statement.get("stage_kind") or (None if is_result else kind)
        if stage and stage_kind:
            kinds[stage] = stage_kind
    common = {name: whole.get(name) for name in ("owners", "amounts", "amount", "contact_key")}
    activities = [
        common
        | {"id": f"{whole['id']}:stage-{stage}", "kind": kinds.get(stage, "deal_stage_changed"), "start": start, "stage": stage}
        for stage, start in entered.items()
    ]
    result, since, reopened = "open", None, None
    for at, (stated, started) in sorted(results.items()):
        reopened = at if stated == "open" != result else reopened
        since = min(filter(None, (since, started)), default=None) if stated == result else started
        result = stated
    if result != "open":
        typed = _date(whole.get("closed_on")) or _time(whole.get("closed_at"))
        activities.append(
            common
            | {
                "id": f"{whole['id']}:{result.removeprefix('deal_')}",
                "kind": result,
                "start": since or typed,
                "typed": typed,
                "reopened": reopened,
                "stage": whole.get("stage"),
            }
        )
    return activities


def _with_owner(activity: Facts, owners: Mapping[str, ModelRep]) -> Facts:
    """Whoever owned it when its day ended, and whatever it was worth by then."""
    user, start, typed = _done_by(activity, owners), activity["start"], activity.get("typed")
    reopened = activity.get("reopened")
    earliest = _day(reopened, owners.get(user)) if reopened is not None else date.min
    if typed is not None and earliest <= _day(typed, owners.get(user)) < _day(start, owners.get(user)):
        activity = activity | {"start": typed}
        user, start = _done_by(activity, owners), typed
    rep = owners.get(user)
    day = _day(start, rep)
    is_stage = ":stage-" in activity["id"]
    amount = _by_the_end_of(day, activity["amounts"], rep) if is_stage else activity.get("amount")
    return activity | {"actor": user, "day": day, "amount": amount}


def _done_by(activity: Facts, owners: Mapping[str, ModelRep]) -> str:
    statement, start = activity["owners"], activity["start"]
    begins = start if isinstance(start, datetime) else datetime.combine(start, time.min, UTC)
    known = [user for at, user in statement if at < begins]
    user = str(known[-1] if known else next((user for _, user in statement if user), None))
    for _ in statement:
        rep = owners.get(user)
        user = str(_by_the_end_of(_day(start, rep), statement, rep))
    return user


def _by_the_end_of(day: date, statements: Sequence[tuple[datetime, object]], rep: ModelRep | None) -> object:
    known = [value for at, value in statements if _day(at, rep) <= day]
    return known[-1] if known else next((value for _, value in statements if value), None)


def _day(when: datetime | date, rep: ModelRep | None) -> date:
    if not isinstance(when, datetime):
        return when
    return rep.day_of(when) if rep is not None else when.astimezone(UTC).date()


def _is_before(booked: datetime, start: datetime | date) -> bool:
    return booked < start if isinstance(start, datetime) else booked.date() < start


def _time(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text) if text else None


def _date(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None
