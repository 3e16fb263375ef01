"""Scoring as one would do it with all the time in the world: everything again from the beginning, nothing kept."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction
from typing import Any
from zoneinfo import ZoneInfo

import yaml

from services.scoring.record.record_activities import Observed

WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
LOOKED_AT = [date(2026, 2, 20) + timedelta(days=number) for number in range(40)]

Facts = dict[str, Any]

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
    done: dict[tuple[str, date], list[Facts]] = {}
    for facts in _activities(observed):
        if facts.get("deleted") or facts.get("actor") not in owners or facts.get("started_at") is None:
            continue
        rep_id = owners[facts["actor"]]
        day = reps[rep_id].day_of(datetime.fromisoformat(facts["started_at"]))
        done.setdefault((rep_id, day), []).append(facts)
    judged: Days = {}
    for (rep_id, day), activities in done.items():
        playbook = _playbook(playbooks, reps[rep_id].on(day)["team"], day)
        counts: dict[str, int] = {}
        for facts in _counted(activities, playbook.get("unverified", {"counts": True})):
            for behaviour in playbook["behaviours"]:
                if _matches(facts, behaviour["counts"]):
                    counts[behaviour["key"]] = counts.get(behaviour["key"], 0) + 1
        if counts:
            judged[rep_id, day] = counts, _score(counts, playbook["behaviours"], reps[rep_id], day)
    return judged


def _counted(activities: Sequence[Facts], rules: Mapping[str, Any]) -> list[Facts]:
    """Without what is unverified, where that does not count."""
    in_order = sorted(activities, key=lambda facts: (_begun(facts), facts["id"]))
    if rules["counts"]:
        return in_order
    return [facts for number, facts in enumerate(in_order) if not _is_in_doubt(facts, in_order[:number], rules)]


def _is_in_doubt(facts: Facts, before: Sequence[Facts], rules: Mapping[str, Any]) -> bool:
    begun = _begun(facts)
    lately = [one for one in before if (begun - _begun(one)).total_seconds() <= rules["bursts"]["within_s"]]
    same = [one for one in before if one.get("contact_key") == facts.get("contact_key") is not None]
    busy = [
        one
        for one in before
        if one.get("duration_s")
        and facts.get("duration_s")
        and (_begun(one) - begun).total_seconds() + one["duration_s"] > rules["overlaps"]["more_than_s"]
    ]
    return len(lately) >= rules["bursts"]["more_than"] or len(same) >= rules["same_contact"]["more_than"] or len(busy) > 0


def _begun(facts: Facts) -> datetime:
    return datetime.fromisoformat(facts["started_at"])


def _activities(observed: Sequence[Observed]) -> list[Facts]:
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
