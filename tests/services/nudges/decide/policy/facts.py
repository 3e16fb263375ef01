"""Candidates, and what is known about Ana as they are judged."""

from datetime import timedelta

from services.nudges.decide.policy.may_send import PolicyFacts, Shortfall
from services.nudges.domain.candidate import Candidate
from services.nudges.domain.recent_nudges import RecentNudge
from services.nudges.domain.working_time import working_time_of_rep
from shared.events import DayReport, NudgeKind
from tests.services.nudges.builders.days import MONDAY, at
from tests.services.nudges.builders.reports import report


def candidate_of(kind: NudgeKind, *, cooldown_days: int = 0, is_everyday: bool = False) -> Candidate:
    return Candidate(
        rule="a_rule",
        kind=kind,
        occasion="2026-03-02",
        wordings=("Well done.",),
        reason="",
        cooldown_days=cooldown_days,
        is_everyday=is_everyday,
    )


def policy_facts(today: DayReport | None = None) -> PolicyFacts:
    """On an open Monday unless told otherwise; she has received nothing lately."""
    return PolicyFacts(timezone="Europe/Madrid", today=working_time_of_rep(today or report(state="open")))


def recent_nudge(
    kind: NudgeKind = NudgeKind.COACHING,
    *,
    days_ago: int = 0,
    rule: str = "another",
    is_bundled: bool = False,
    is_opt_in: bool = False,
    about_days_ago: int | None = None,
    contradicts_praise: bool = False,
) -> RecentNudge:
    day = MONDAY - timedelta(days=days_ago)
    return RecentNudge(
        rule=rule,
        kind=kind,
        day=day,
        at=at(day, "10:00"),
        wording=0,
        about_day=MONDAY - timedelta(days=about_days_ago) if about_days_ago is not None else None,
        is_bundled=is_bundled,
        is_opt_in=is_opt_in,
        contradicts_praise=contradicts_praise,
    )


FACTS = policy_facts()
CELEBRATION, COACHING = candidate_of(NudgeKind.CELEBRATION), candidate_of(NudgeKind.COACHING)
NOON = at(MONDAY, "12:00")
UNDER_SILENCE = Shortfall(day=MONDAY, delivered_at=at(MONDAY - timedelta(days=3), "10:00"), silent_feed="North")
