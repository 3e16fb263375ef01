"""Scoring as one would do it with all the time in the world: everything again from the beginning, nothing kept."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction
from typing import Any
from zoneinfo import ZoneInfo

import yaml

from services.scoring.record_activities import Observed

WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
LOOKED_AT = [date(2026, 2, 20) + timedelta(days=number) for number in range(40)]

Days = dict[tuple[str, date], tuple[dict[str, int], Decimal | None]]
"""Counts and score by rep and day, where something counts."""


@dataclass(frozen=True)
class ModelRep:
    """A rep of the roster file, read for what matters here."""

    team: str
    entry: Mapping[str, Any]

    def on(self, day: date) -> Mapping[str, Any]:
        said = {"team": self.team, **self.entry}
        for change in self.entry.get("changes", []):
            if change["from"] <= day:
                said |= change
        return said

    def day_of(self, instant: datetime) -> date:
        """The last day that has begun by then, on the clock that holds on it."""
        begun = [
            day
            for day in LOOKED_AT
            if datetime.combine(day, time.min, tzinfo=ZoneInfo(self.on(day)["timezone"])).timestamp() <= instant.timestamp()
        ]
        return begun[-1]

    def share(self, day: date) -> Fraction:
        if WEEKDAYS[day.weekday()] not in self.on(day).get("workdays", WEEKDAYS[:5]):
            return Fraction(0)
        absences = [one for one in self.entry.get("absences", []) if one["from"] <= day <= one["until"]]
        return max(Fraction(0), 1 - sum((Fraction(str(one.get("part", 1))) for one in absences), Fraction(0)))


def scores(observed: Sequence[Observed], roster: str, playbooks: Mapping[tuple[str, date], str]) -> Days:
    """What these observations come to, in whatever order they are given."""
    reps = {
        entry["id"]: ModelRep(team["id"], entry) for team in yaml.safe_load(roster)["teams"] for entry in team.get("reps", [])
    }
    owners = {identity["user"]: rep_id for rep_id, rep in reps.items() for identity in rep.entry["identities"]}
    counts: dict[tuple[str, date], dict[str, int]] = {}
    for facts in _activities(observed):
        if facts.get("deleted") or facts.get("actor") not in owners or facts.get("started_at") is None:
            continue
        rep_id = owners[facts["actor"]]
        day = reps[rep_id].day_of(datetime.fromisoformat(facts["started_at"]))
        for behaviour in _behaviours(playbooks, reps[rep_id].on(day)["team"], day):
            if _matches(facts, behaviour["counts"]):
                of_day = counts.setdefault((rep_id, day), {})
                of_day[behaviour["key"]] = of_day.get(behaviour["key"], 0) + 1
    return {
        (rep_id, day): (of_day, _score(of_day, _behaviours(playbooks, reps[rep_id].on(day)["team"], day), reps[rep_id], day))
        for (rep_id, day), of_day in counts.items()
    }


def _activities(observed: Sequence[Observed]) -> list[dict[str, Any]]:
    newest: dict[str, dict[str, tuple[Any, ...]]] = {}
    for one in observed:
        said = dict(one.observation.facts) | {"_kind": one.observation.kind}
        if one.observation.deleted is not None:
            said["deleted"] = one.observation.deleted
        for name, value in said.items():
            when = (one.observation.observed_at, one.event_id)
            known = newest.setdefault(one.observation.activity_id, {})
            if name not in known or known[name][0] < when:
                known[name] = (when, value)
    return [{name: value for name, (_, value) in facts.items()} for facts in newest.values()]


def _behaviours(playbooks: Mapping[tuple[str, date], str], team: str, day: date) -> list[dict[str, Any]]:
    begun = sorted(first for of_team, first in playbooks if of_team == team and first <= day)
    return yaml.safe_load(playbooks[team, begun[-1]])["behaviours"] if begun else []


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
