"""A reference model of scoring: everything is computed from the beginning each time, and nothing is stored."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction
from typing import Any

import yaml

from services.scoring.record.read_event import ObservedEvent
from tests.services.scoring.activity_model import Facts, ModelRep, model_activities, model_reps

ScoredDays = dict[tuple[str, date], tuple[dict[str, int], Decimal | None]]
"""Counts and score by rep and day, for days on which something counts."""


def score(events: Sequence[ObservedEvent], roster: str, playbooks: Mapping[tuple[str, date], str]) -> ScoredDays:
    """The days that follow from these observations, whatever their order."""
    owners = model_reps(roster)
    reps = {rep.entry["id"]: rep for rep in owners.values()}
    by_day: dict[tuple[str, date], list[Facts]] = {}
    for facts in model_activities(events, owners):
        by_day.setdefault((owners[facts["actor"]].entry["id"], facts["day"]), []).append(facts)
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
    if rules["counts"]:
        return list(activities)
    timed = [facts for facts in activities if isinstance(facts["start"], datetime)]
    in_order = sorted(timed, key=lambda facts: (facts["start"], facts["id"]))
    return [facts for facts in activities if facts not in timed] + [
        facts for number, facts in enumerate(in_order) if not _is_unverified(facts, in_order[:number], rules)
    ]


def _is_unverified(facts: Facts, earlier: Sequence[Facts], rules: Mapping[str, Any]) -> bool:
    start = facts["start"]
    recent = [other for other in earlier if (start - other["start"]).total_seconds() <= rules["bursts"]["within_s"]]
    same = [other for other in earlier if other.get("contact_key") == facts.get("contact_key") is not None]
    overlapping = [
        other
        for other in earlier
        if other.get("duration_s")
        and facts.get("duration_s")
        and (other["start"] - start).total_seconds() + other["duration_s"] > rules["overlaps"]["more_than_s"]
    ]
    return (
        len(recent) >= rules["bursts"]["more_than"] or len(same) >= rules["same_contact"]["more_than"] or len(overlapping) > 0
    )


def _playbook(playbooks: Mapping[tuple[str, date], str], team: str, day: date) -> Mapping[str, Any]:
    begun = sorted(first for of_team, first in playbooks if of_team == team and first <= day)
    return yaml.safe_load(playbooks[team, begun[-1]]) if begun else {"behaviours": []}


def _matches(facts: Mapping[str, Any], wanted: Mapping[str, Any]) -> bool:
    if "kinds" in wanted and facts["kind"] not in wanted["kinds"]:
        return False
    if "stages" in wanted and facts.get("stage") not in wanted["stages"]:
        return False
    if "min_amount" in wanted and not Decimal(facts.get("amount") or 0) >= Decimal(wanted["min_amount"]):
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
