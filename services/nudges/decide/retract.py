"""A day was reported again: find the nudges that no longer hold, and correct, once and quietly, what was wrongly held against
somebody."""

from datetime import date

from services.nudges.context.days import find_day
from services.nudges.context.load_context import load_rule_context
from services.nudges.context.rule_context import RuleContext
from services.nudges.decide.compose import Draft, basis_of, compose_nudge, draft_for_rep, phrase_for, wording_for
from services.nudges.decide.decision_context import DecisionContext, rep_of
from services.nudges.decide.nudges import DeferredNudge, find_sent, list_sent_about, mark_retracted
from services.nudges.decide.persist import persist
from services.nudges.decide.policy.may_send import Suppress
from services.nudges.decide.policy.retraction import (
    SentNudge,
    correction_candidate,
    days_based_on,
    deserves_correction,
    is_about_days_before,
    is_based_on,
    next_morning,
    retraction_reason,
    still_holds,
)
from services.nudges.decide.policy_facts import list_recent_nudges, load_working_time
from services.nudges.domain.candidate import Candidate
from services.nudges.domain.decision import RETRACTED, Outcome
from services.nudges.domain.moments import Moment
from services.nudges.domain.working_time import local_day
from services.nudges.preferences.reader_language import in_language_of
from services.nudges.rules.catalogue import REEVALUATED
from shared.event_types import NUDGE_REVISED
from shared.events import DayReport, NudgeId, NudgeRevised
from shared.postgres.outbox import enqueue_events, make_event
from shared.postgres.shared_connection import Querier
from shared.trace import continue_trace

HOLDS_AFTER_ALL = "the nudge that it would correct holds after all"


async def retract_nudges(
    connection: Querier, report: DayReport, rule_context: RuleContext | None, context: DecisionContext
) -> list[Outcome]:
    """Evaluate again what was sent and is based on the day of a report: while the day goes on, the nudges about it; once it
    is over, also those about the days after it. `rule_context` is that of the report, if it is loaded already. Needs the
    person's lock."""
    first, last = days_based_on(report.day)
    until = last if report.state == "closed" else first
    loaded = _Contexts(connection, report, rule_context, context)
    outcomes: list[Outcome] = []
    for sent in await list_sent_about(connection, report.rep.id, first, until, REEVALUATED):
        evaluated = await loaded.of(sent) if is_based_on(sent, report.day) else None
        if evaluated is None:
            continue
        holds = still_holds(sent, evaluated)
        if holds is sent.is_retracted:
            async with in_language_of(connection, report.rep.id, default=context.language):
                await _mark(connection, sent, evaluated.report, holds=holds, cause=report, context=context)
            outcomes += [] if holds else [Outcome(rule=sent.rule, status=RETRACTED)]
        if not holds and deserves_correction(sent, evaluated) and not report.silent:
            correction = await _correct(connection, sent, evaluated.report, context)
            outcomes += [correction] if correction is not None else []
    return outcomes


async def draft_correction(connection: Querier, deferred: DeferredNudge, report: DayReport, context: DecisionContext) -> Draft:
    """A correction whose time has come, as worded now, and whether it is still needed."""
    sent = await find_sent(connection, NudgeId(deferred.nudge.occasion))
    if sent is None or not sent.is_retracted:
        return Draft(nudge=deferred.nudge, wording=0, verdict=Suppress(because=HOLDS_AFTER_ALL))
    candidate = await _phrase_correction(connection, sent, report, context)
    return await draft_for_rep(connection, candidate, report, context, deferred=deferred.nudge)


async def _phrase_correction(connection: Querier, sent: SentNudge, report: DayReport, context: DecisionContext) -> Candidate:
    today = local_day(context.now, report.timezone)
    return await phrase_for(connection, report.rep.id, context, lambda: correction_candidate(sent, report, today=today))


class _Contexts:
    """What the rules may look at of the days in question, each loaded once."""

    def __init__(
        self, connection: Querier, report: DayReport, rule_context: RuleContext | None, context: DecisionContext
    ) -> None:
        self._connection = connection
        self._report = report
        self._context = context
        self._loaded: dict[tuple[date, Moment], RuleContext] = {}
        if rule_context is not None:
            self._loaded[report.day, Moment.DAY_CHANGED] = rule_context

    async def of(self, sent: SentNudge) -> RuleContext | None:
        """What the rule of a nudge may look at; None if its day is not known any more."""
        key = sent.day, Moment.MORNING if is_about_days_before(sent) else Moment.DAY_CHANGED
        if key not in self._loaded:
            rep_id, is_same_day = self._report.rep.id, sent.day == self._report.day
            report = self._report if is_same_day else await find_day(self._connection, rep_id, sent.day)
            if report is None:
                return None
            self._loaded[key] = await load_rule_context(self._connection, report, moment=key[1], now=self._context.now)
        return self._loaded[key]


async def _mark(
    connection: Querier,
    sent: SentNudge,
    report: DayReport,
    *,
    holds: bool,
    cause: DayReport,
    context: DecisionContext,
) -> None:
    """Mark the nudge where it stands, and publish that it holds no longer, or again."""
    because = "" if holds else retraction_reason(sent, report)
    await mark_retracted(connection, sent.id, None if holds else context.now, because)
    revised = NudgeRevised(
        nudge_id=sent.id,
        rule=sent.rule,
        person=report.rep,
        day=sent.day,
        holds=holds,
        because=because,
        revision=report.revision,
        revised_at=context.now,
    )
    event = make_event(
        NUDGE_REVISED,
        revised,
        event_id=f"{sent.id}:{cause.day}:{cause.revision}",
        subject=report.rep.id,
        traceparent=continue_trace(context.traceparent),
        at=context.now,
    )
    await enqueue_events(connection, [event])


async def _correct(connection: Querier, sent: SentNudge, report: DayReport, context: DecisionContext) -> Outcome | None:
    """Once: the hint is the correction's occasion."""
    rep_id, timezone, now = report.rep.id, report.timezone, context.now
    recent = await list_recent_nudges(connection, rep_id, timezone=timezone, now=now)
    candidate = await _phrase_correction(connection, sent, report, context)
    wording = wording_for(candidate, rep_id, recent)
    if wording is None:
        return None
    recipient = rep_of(report)
    nudge = compose_nudge(candidate, recipient, basis_of(report), wording=wording, decided_at=now, send_at=now)
    today = await load_working_time(connection, rep_id, timezone=timezone, now=now)
    verdict = next_morning(today, timezone, now=now)
    return await persist(connection, Draft(nudge=nudge, wording=wording, verdict=verdict), recipient, context)
