"""Check people's days at the moments scheduled for them, and send what the rules of the moment call for."""

from collections.abc import AsyncIterator, Sequence
from datetime import datetime
from functools import partial
from typing import Final, NamedTuple

import asyncpg

from services.nudges.context.days import find_day
from services.nudges.context.load_context import load_rule_context
from services.nudges.decide.compose import Draft, draft_for_rep, propose_to_rep
from services.nudges.decide.decision_context import DecisionContext, DecisionSettings, rep_of
from services.nudges.decide.nudges import list_rules_about
from services.nudges.decide.persist import persist_together
from services.nudges.decide.policy.may_send import Send, Withhold, contradicts_recent, is_cooling_down
from services.nudges.decide.policy_facts import list_recent_nudges
from services.nudges.decide.scheduled_checks import DueCheck, add_checks, is_check_due, list_due_checks, mark_check_done
from services.nudges.domain.candidate import Candidate
from services.nudges.domain.decision import Outcome
from services.nudges.domain.history import planned_behaviours
from services.nudges.domain.moments import Moment
from services.nudges.domain.working_time import local_day, working_time_of_rep
from services.nudges.people_together import decide_together
from services.nudges.preferences.stored_preferences import find_preference
from services.nudges.rules.catalogue import OPT_IN
from shared.events import DayReport, PersonId, RepId
from shared.postgres.shared_connection import Querier, SharedConnection
from shared.trace import continue_trace

_CHECKS_MAX: Final = 100


class DayPlanDraft(NamedTuple):
    """The draft of a day's plan, and the day."""

    report: DayReport
    draft: Draft


async def run_scheduled_checks(
    pool: asyncpg.Pool, settings: DecisionSettings, *, now: datetime
) -> AsyncIterator[Sequence[Outcome]]:
    """Take every check that is due, each once over all replicas. Gives what came of them, 100 at a time."""
    is_more = True
    while is_more:
        checks = await list_due_checks(pool, checks_max=_CHECKS_MAX, now=now)
        due: dict[PersonId, list[DueCheck]] = {}
        for check in checks:
            due.setdefault(check.rep_id, []).append(check)
        yield await decide_together(
            pool, {rep_id: partial(_run_checks, of_rep, settings, now) for rep_id, of_rep in due.items()}
        )
        is_more = len(checks) == _CHECKS_MAX


async def _run_checks(
    checks: Sequence[DueCheck], settings: DecisionSettings, now: datetime, connection: SharedConnection
) -> list[Outcome]:
    """Those of one rep, each in a trace of its own. Needs the person's lock."""
    outcomes: list[Outcome] = []
    for check in checks:
        outcomes += await _run_check(connection, check, settings.at(now, traceparent=continue_trace(None)))
    return outcomes


async def draft_due_day_plan(
    connection: Querier, rep_id: RepId, *, timezone: str, context: DecisionContext
) -> DayPlanDraft | None:
    """The day's plan if the morning check is due, so that it can join what is released just then; None if it is not wanted or
    may not be sent. Needs the person's lock."""
    now = context.now
    day = local_day(now, timezone)
    report = await find_day(connection, rep_id, day)
    if report is None or not context.subscribers.include(report):
        return None
    if not await is_check_due(connection, rep_id, day, Moment.MORNING, now=now):
        return None
    rule_context = await load_rule_context(connection, report, moment=Moment.MORNING, subscribers=context.subscribers, now=now)
    candidates = await propose_to_rep(connection, Moment.MORNING, rule_context, context)
    opted_in = [candidate for candidate in candidates if candidate.is_opt_in]
    if not opted_in:
        return None
    draft = await draft_for_rep(connection, opted_in[0], report, context)
    return DayPlanDraft(report, draft) if isinstance(draft.verdict, Send | Withhold) else None


async def _run_check(connection: Querier, check: DueCheck, context: DecisionContext) -> list[Outcome]:
    report = await find_day(connection, check.rep_id, check.day)
    if report is not None and await _is_postponed(connection, report, check, now=context.now):
        return []
    counts = None if report is None else {behaviour.key: behaviour.count for behaviour in planned_behaviours(report)}
    if not await mark_check_done(connection, check.rep_id, check.day, check.moment, counts, now=context.now):
        return []
    if report is None:
        return []
    candidates = await _select(connection, report, check.moment, context)
    drafts = [await draft_for_rep(connection, candidate, report, context) for candidate in candidates]
    return await persist_together(connection, drafts, rep_of(report), context)


async def _is_postponed(connection: Querier, report: DayReport, check: DueCheck, *, now: datetime) -> bool:
    """Whether the morning begins later for this rep, who wants nothing before: then it is checked then."""
    if check.moment is not Moment.MORNING:
        return False
    preference = await find_preference(connection, check.rep_id)
    starts_at = preference.narrow(working_time_of_rep(report), report.timezone).starts_at
    if starts_at is None or starts_at <= now:
        return False
    await add_checks(connection, check.rep_id, check.day, {check.moment: starts_at})
    return True


async def _select(connection: Querier, report: DayReport, moment: Moment, context: DecisionContext) -> list[Candidate]:
    """What the first rule proposes that is neither cooling down nor contradicts praise, so that such a rule does not keep the
    others silent; and what the rep opted in to, unless that went out already together with what had been deferred."""
    now, rep_id = context.now, report.rep.id
    rule_context = await load_rule_context(connection, report, moment=moment, subscribers=context.subscribers, now=now)
    candidates = await propose_to_rep(connection, moment, rule_context, context)
    if not candidates:
        return []
    recent = await list_recent_nudges(connection, rep_id, timezone=report.timezone, now=now)
    ready = [
        candidate
        for candidate in candidates
        if not candidate.is_opt_in
        and not is_cooling_down(candidate, recent, report.day)
        and not contradicts_recent(candidate, recent, report.day, local_day(now, report.timezone))
    ]
    sent = await list_rules_about(connection, rep_id, report.day, OPT_IN)
    return ready[:1] + [candidate for candidate in candidates if candidate.is_opt_in and candidate.rule not in sent]
