"""A day report has changed something: decide whether the day has earned a nudge."""

from collections.abc import Collection
from dataclasses import dataclass, replace

from services.nudges.context.ladders import list_ladders, merge_ladder
from services.nudges.context.load_context import load_rule_context
from services.nudges.context.rule_context import RuleContext
from services.nudges.decide.compose import draft_for_rep, propose_to_rep
from services.nudges.decide.decision_context import DecisionContext, rep_of
from services.nudges.decide.nudges import list_rules_about
from services.nudges.decide.persist import persist
from services.nudges.decide.policy.selection import still_worth_sending
from services.nudges.decide.policy_facts import list_recent_nudges
from services.nudges.decide.retract import retract_nudges
from services.nudges.decide.scheduled_checks import add_checks, add_checks_of_team
from services.nudges.domain.candidate import Candidate
from services.nudges.domain.decision import NudgeStatus, Outcome
from services.nudges.domain.ladder import ladders_after
from services.nudges.domain.moments import Moment, scheduled_moments
from services.nudges.domain.recent_nudges import RecentNudge
from services.nudges.rules.catalogue import PRAISE, PRIORITIES, evaluate_rules, may_praise, rules_at
from shared.events import BehaviourKey, DayReport
from shared.postgres.shared_connection import Querier


@dataclass(frozen=True, kw_only=True, slots=True)
class DayChanges:
    """What a report changes of its day. `begun` has the behaviours that have only now begun to count. A day `is_replanned` if
    more than its counts has changed. Without `has_sent` nothing was sent on the day or later that could be retracted."""

    begun: Collection[BehaviourKey]
    is_replanned: bool = True
    has_sent: bool = True


async def decide_on_change(
    connection: Querier, report: DayReport, changes: DayChanges, context: DecisionContext
) -> list[Outcome]:
    """Retract what no longer holds, schedule the checks of the day, and send what it has earned. Needs the person's lock, and
    that of the team if the plan is done."""
    moments = scheduled_moments(report) if changes.is_replanned and not report.silent else {}
    if moments:
        await add_checks(connection, report.rep.id, report.day, moments)
    if report.silent or not may_praise(report, changes.begun):
        return await retract_nudges(connection, report, None, context) if changes.has_sent else []
    rule_context = await load_rule_context(connection, report, now=context.now)
    outcomes = await retract_nudges(connection, report, rule_context, context) if changes.has_sent else []
    await _check_team(connection, rule_context)
    climbed = await _climb_ladders(connection, rule_context)
    if climbed is not None:
        rule_context = climbed
        lowered = await propose_to_rep(connection, Moment.STEP_CHANGED, rule_context, context)
        outcomes += [outcome for candidate in lowered if (outcome := await _send(connection, candidate, report, context))]
    return outcomes + await _praise(connection, rule_context, context)


async def _check_team(connection: Querier, rule_context: RuleContext) -> None:
    """Schedule a check of everybody's day, once the last of the team has done the plan."""
    report, teammates = rule_context.report, rule_context.teammates_done
    if teammates and evaluate_rules(Moment.TEAM_DONE, rule_context):
        rules = [rule.name for rule in rules_at(Moment.TEAM_DONE)]
        await add_checks_of_team(connection, teammates, report.day, rules, now=rule_context.now)


async def _climb_ladders(connection: Querier, rule_context: RuleContext) -> RuleContext | None:
    """The context with the ladders as they stand after the report; None if no ladder has changed."""
    report, known = rule_context.report, rule_context.ladders
    ladders = ladders_after(known, report, rule_context.history.worked)
    changed = [ladder for ladder in ladders if ladder not in known]
    if not changed:
        return None
    for ladder in changed:
        await merge_ladder(connection, report.rep.id, ladder)
    return replace(rule_context, ladders=await list_ladders(connection, report.rep.id))


async def _praise(connection: Querier, rule_context: RuleContext, context: DecisionContext) -> list[Outcome]:
    """Send the first praise that the day has earned, or the next where that is suppressed; later on only something worth
    more."""
    report = rule_context.report
    candidates = await propose_to_rep(connection, Moment.DAY_CHANGED, rule_context, context)
    if not candidates:
        return []
    rep_id = report.rep.id
    sent = await list_rules_about(connection, rep_id, report.day, PRAISE)
    recent = await list_recent_nudges(connection, rep_id, timezone=report.timezone, now=context.now)
    outcomes: list[Outcome] = []
    for candidate in still_worth_sending(candidates, priorities=PRIORITIES, sent=sent, recent=recent, day=report.day):
        outcome = await _send(connection, candidate, report, context, recent=recent)
        if outcome is not None:
            outcomes.append(outcome)
            if outcome.status != NudgeStatus.SUPPRESSED:
                break
    return outcomes


async def _send(
    connection: Querier,
    candidate: Candidate,
    report: DayReport,
    context: DecisionContext,
    *,
    recent: tuple[RecentNudge, ...] | None = None,
) -> Outcome | None:
    """Bring a candidate before policy and store what comes of it; None when its occasion already has a nudge."""
    draft = await draft_for_rep(connection, candidate, report, context, recent=recent)
    return await persist(connection, draft, rep_of(report), context)
