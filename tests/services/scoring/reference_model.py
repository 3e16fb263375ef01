"""A reference model of scoring: everything is computed from the beginning each time, and nothing is stored."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction
from typing import Any
from zoneinfo import ZoneInfo

import yaml

from services.scoring.record.read_event import ObservedEvent

WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
DAYS = [date(2026, 2, 20) + timedelta(days=number) for number in range(40)]

Facts = dict[str, Any]

ScoredDays = dict[tuple[str, date], tuple[dict[str, int], Decimal | None]]
"""Counts and score by rep and day, for days on which something counts."""


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


def score(events: Sequence[ObservedEvent], roster: str, playbooks: Mapping[tuple[str, date], str]) -> ScoredDays:
    """The days that follow from these observations, whatever their order."""
    reps = {
        entry["id"]: ModelRep(team["id"], entry) for team in yaml.safe_load(roster)["teams"] for entry in team.get("reps", [])
    }
    owners = {identity["user"]: rep_id for rep_id, rep in reps.items() for identity in rep.entry["identities"]}
    by_day: dict[tuple[str, date], list[Facts]] = {}
    for facts in _activities(events):
        if facts.get("deleted") or facts.get("actor") not in owners or facts.get("started_at") is None:
            continue
        rep_id = owners[facts["actor"]]
        day = reps[rep_id].day_of(datetime.fromisoformat(facts["started_at"]))
        by_day.setdefault((rep_id, day), []).append(facts)
    scored: ScoredDays = {}
    for (rep_id, day), activities in by_day.items():
        playbook = _playbook(playbooks, reps[rep_id].on(day)["team"], day)
        counts: dict[str, int] = {}
        for facts in _countable(activities, playbook.get("unverified", {"counts": True})):
            for behaviour in playbook["behaviours"]:
                if _matches(facts, behaviour["counts"]):
                    counts[behaviour["key"]] = counts.get(behaviour["key"], 0) + 1
        if counts:
            scored[rep_id, day] = counts, _score(counts, playbook["behaviours"], reps[rep_id], day)
    return scored


def _countable(activities: Sequence[Facts], rules: Mapping[str, Any]) -> list[Facts]:
    """Without unverified activities, if these do not count."""
    in_order = sorted(activities, key=lambda facts: (_started_at(facts), facts["id"]))
    if rules["counts"]:
        return in_order
    return [facts for number, facts in enumerate(in_order) if not _is_unverified(facts, in_order[:number], rules)]


def _is_unverified(facts: Facts, earlier: Sequence[Facts], rules: Mapping[str, Any]) -> bool:
    start = _started_at(facts)
    recent = [other for other in earlier if (start - _started_at(other)).total_seconds() <= rules["bursts"]["within_s"]]
    same = [other for other in earlier if other.get("contact_key") == facts.get("contact_key") is not None]
    overlapping = [
        other
        for other in earlier
        if other.get("duration_s")
        and facts.get("duration_s")
        and (_started_at(other) - start).total_seconds() + other["duration_s"] > rules["overlaps"]["more_than_s"]
    ]
    return (
        len(recent) >= rules["bursts"]["more_than"] or len(same) >= rules["same_contact"]["more_than"] or len(overlapping) > 0
    )


def _started_at(facts: Facts) -> datetime:
    return datetime.fromisoformat(facts["started_at"])


def _activities(events: Sequence[ObservedEvent]) -> list[Facts]:
    newest: dict[str, dict[str, tuple[tuple[datetime, str], object]]] = {}
    for event in events:
        stated = dict(event.observation.facts) | {"_kind": event.observation.kind}
        if event.observation.deleted is not None:
            stated["deleted"] = event.observation.deleted
        for name, value in stated.items():
            age = (event.observation.observed_at, event.event_id)
            known = newest.setdefault(event.observation.activity_id, {})
            if name not in known or known[name][0] < age:
                known[name] = (age, value)
    return [{"id": key} | {name: value for name, (_, value) in facts.items()} for key, facts in newest.items()]


def _playbook(playbooks: Mapping[tuple[str, date], str], team: str, day: date) -> Mapping[str, Any]:
    begun = sorted(first for of_team, first in playbooks if of_team == team and first <= day)
    return yaml.safe_load(playbooks[team, begun[-1]]) if begun else {"behaviours": []}


def _matches(facts: Mapping[str, Any], wanted: Mapping[str, Any]) -> bool:
    if "kinds" in wanted and facts["_kind"] not in wanted["kinds"]:
        return False
    if "min_duration_s" in wanted and not (facts.get("duration_s") or -1) >= wanted["min_duration_s"]:
        return False
    return "outcomes" not in wanted or facts.get("outcome") in wanted["outcomes"]


def _score(counts: Mapping[str, int], behaviours: Sequence[Mapping[str, Any]], rep: ModelRep, day: date) -> Decimal | None:
    top = bottom = Fraction(0)
    for behaviour in behaviours:
        target = Fraction(str(behaviour["target"])) * rep.share(day)
        if target > 0:
            weight = Fraction(str(behaviour["weight"]))
            top += weight * min(counts.get(behaviour["key"], 0) / target, Fraction(str(behaviour.get("cap", "1.5"))))
            bottom += weight
    if not bottom:
        return None
    exact = 100 * top / bottom
    long = Decimal(exact.numerator) / Decimal(exact.denominator)
    return long.quantize(Decimal("0.01"), rounding=ROUND_HALF_UP)
