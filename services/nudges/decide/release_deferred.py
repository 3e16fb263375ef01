"""Deferred nudges come due. Each is decided again; what one person may receive now makes one message."""

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import partial
from typing import Final

import asyncpg

from services.nudges.context.days import find_day, list_worked_before
from services.nudges.context.load_context import load_rule_context
from services.nudges.decide.announcements import draft_announcement
from services.nudges.decide.compose import Draft, draft_for_rep, phrase_all_for
from services.nudges.decide.decision_context import DecisionContext, DecisionSettings, rep_of
from services.nudges.decide.disputes.dispute_answers import draft_deferred_answer
from services.nudges.decide.nudges import DeferredNudge, claim_deferred, list_people_with_deferred, update_nudge
from services.nudges.decide.persist import announce_nudge, bundle, bundled, decision_of, persist, persist_part
from services.nudges.decide.policy.may_send import Send, Suppress, Withhold
from services.nudges.decide.policy.selection import is_outdone
from services.nudges.decide.retract import draft_correction
from services.nudges.decide.scheduled import draft_due_day_plan
from services.nudges.decide.thanks.draft_thanks import draft_deferred_thanks
from services.nudges.deliver.deliveries import enqueue_deliveries
from services.nudges.domain.candidate import ANNOUNCEMENT_RULE, CORRECTION_RULE, DISPUTE_ANSWER_RULE, THANKS_RULE
from services.nudges.domain.decision import NudgeStatus, Outcome
from services.nudges.domain.working_time import local_day
from services.nudges.people_together import decide_together
from services.nudges.rules.catalogue import PRAISE, PRIORITIES, REP_RULES, evaluate_rule
from shared.events import DayReport, NudgeKind, PersonId, RepId
from shared.postgres.shared_connection import Querier, SharedConnection

_PEOPLE_MAX: Final = 100
WORKED_DAYS_MAX: Final = 2
_DAYS_MAX: Final = timedelta(days=14)
_ONE_DAY: Final = timedelta(days=1)
_ALONE: Final = frozenset({NudgeKind.ANNOUNCEMENT, NudgeKind.THANKS})
"""What shares its message with nothing else."""


@dataclass(frozen=True, kw_only=True, slots=True)
class _Due:
    """A deferred nudge with its new draft."""

    deferred: DeferredNudge
    draft: Draft


async def release_deferred(
    pool: asyncpg.Pool, settings: DecisionSettings, *, now: datetime
) -> AsyncIterator[Sequence[Outcome]]:
    """Send what was deferred and still holds; defer it again or suppress it otherwise. Gives what came of it, 100 people at a
    time."""
    is_more = True
    while is_more:
        people = await list_people_with_deferred(pool, people_max=_PEOPLE_MAX, now=now)
        yield await decide_together(
            pool, {person_id: partial(_release_person, person_id, settings, now) for person_id in people}
        )
        is_more = len(people) == _PEOPLE_MAX


async def _release_person(
    person_id: PersonId, settings: DecisionSettings, now: datetime, connection: SharedConnection
) -> list[Outcome]:
    outcomes: list[Outcome] = []
    for message in await _claim_messages(connection, person_id, now=now):
        context = settings.at(now, traceparent=message[0].traceparent)
        outcomes += await _release(connection, message, context)
    return outcomes


async def _claim_messages(connection: Querier, person_id: PersonId, *, now: datetime) -> list[list[DeferredNudge]]:
    """What is due for a person, by message: announcements and thanks one by one, the rest together, most important first."""
    due = await claim_deferred(connection, person_id, now=now)
    alone = [[deferred] for deferred in due if deferred.kind in _ALONE]
    others = [deferred for deferred in due if deferred.kind not in _ALONE]
    together = [sorted(others, key=lambda deferred: PRIORITIES[deferred.rule])] if others else []
    return alone + together


async def _release(connection: Querier, message: Sequence[DeferredNudge], context: DecisionContext) -> list[Outcome]:
    """Each is assigned to the experiment by itself. What is not withheld goes out together, and with it the day's plan if
    that is due."""
    due: list[_Due] = []
    for deferred in message:
        earlier = [
            (other.deferred.rule, other.deferred.day) for other in due if isinstance(other.draft.verdict, Send | Withhold)
        ]
        if is_outdone(deferred.rule, deferred.day, by=earlier, praise=PRAISE):
            draft = _suppressed(deferred, "another celebration of the same day comes first")
        else:
            draft = await _draft_again(connection, deferred, context)
        due.append(_Due(deferred=deferred, draft=draft))
    sending = [entry for entry in due if isinstance(entry.draft.verdict, Send)]
    others = [entry for entry in due if not isinstance(entry.draft.verdict, Send)]
    outcomes = [await _update(connection, entry, context) for entry in others]
    if sending:
        outcomes += await _send_with_day_plan(connection, sending, context)
    return outcomes


async def _send_with_day_plan(connection: Querier, sending: Sequence[_Due], context: DecisionContext) -> list[Outcome]:
    """What may be sent, followed by the day's plan if that is due. Announcements and thanks stay messages of their own. The
    message belongs to the trace of its first nudge."""
    first = sending[0].deferred
    context = replace(context, traceparent=first.traceparent)
    plan = None
    if first.kind not in _ALONE:
        rep_id = RepId(first.person_id)
        plan = await draft_due_day_plan(connection, rep_id, timezone=first.timezone, context=context)
    is_plan_sent = plan is not None and isinstance(plan.draft.verdict, Send)
    added = [plan.draft] if plan is not None and is_plan_sent else []
    outcomes = await _send_together(connection, sending, added, context)
    if plan is None:
        return outcomes
    recipient = rep_of(plan.report)
    if is_plan_sent:
        outcome = await persist_part(connection, plan.draft, recipient, context, of=sending[0].draft.nudge)
    else:
        outcome = await persist(connection, plan.draft, recipient, context)
    return outcomes + ([outcome] if outcome is not None else [])


async def _send_together(
    connection: Querier, sending: Sequence[_Due], added: Sequence[Draft], context: DecisionContext
) -> list[Outcome]:
    """One message: the first nudge carries the words of all, and each of the others points to it."""
    first, *others = sending
    drafts = [*(entry.draft for entry in sending), *added]
    nudge = bundle([draft.nudge for draft in drafts]).model_copy(update={"send_at": context.now})
    timezone = first.deferred.timezone
    decision = decision_of(first.draft.verdict, timezone=timezone, now=context.now)
    await update_nudge(connection, nudge, decision, wording=first.draft.wording)
    await announce_nudge(connection, nudge, context)
    await enqueue_deliveries(connection, nudge.id, context.channels, now=context.now)
    for entry in others:
        decision = bundled(entry.draft.verdict, nudge, timezone=timezone, now=context.now)
        part = entry.draft.nudge.model_copy(update={"send_at": context.now})
        await update_nudge(connection, part, decision, wording=entry.draft.wording, bundled_with=nudge.id)
    return [
        Outcome(rule=first.deferred.rule, status=NudgeStatus.SENT),
        *(Outcome(rule=entry.deferred.rule, status=NudgeStatus.BUNDLED) for entry in others),
    ]


async def _update(connection: Querier, entry: _Due, context: DecisionContext) -> Outcome:
    decision = decision_of(entry.draft.verdict, timezone=entry.deferred.timezone, now=context.now)
    nudge = entry.draft.nudge.model_copy(update={"send_at": decision.send_at or context.now})
    await update_nudge(connection, nudge, decision, wording=entry.draft.wording)
    return Outcome(rule=entry.deferred.rule, status=decision.status)


async def _draft_without_rule(connection: Querier, deferred: DeferredNudge, context: DecisionContext) -> Draft | None:
    """What rests on no rule and no day: a playbook, what a manager wrote, and what they answered to a dispute."""
    if deferred.rule == ANNOUNCEMENT_RULE:
        return await draft_announcement(connection, deferred, context)
    if deferred.rule == THANKS_RULE:
        return await draft_deferred_thanks(connection, deferred, context)
    if deferred.rule == DISPUTE_ANSWER_RULE:
        return await draft_deferred_answer(connection, deferred, context)
    return None


async def _draft_again(connection: Querier, deferred: DeferredNudge, context: DecisionContext) -> Draft:
    """The nudge as its rule would word it now, and whether it may go out."""
    draft = await _draft_without_rule(connection, deferred, context)
    if draft is not None:
        return draft
    report = await find_day(connection, RepId(deferred.person_id), deferred.day)
    if report is None:
        return _suppressed(deferred, "its day is no longer stored")
    if deferred.rule == CORRECTION_RULE:
        if await _is_long_ago(connection, report, now=context.now):
            return _suppressed(deferred, "too long ago")
        return await draft_correction(connection, deferred, report, context)
    rule = REP_RULES[deferred.rule]
    rule_context = await load_rule_context(connection, report, moment=rule.moment, now=context.now)
    candidates = await phrase_all_for(connection, report.rep.id, context, lambda: evaluate_rule(rule, rule_context))
    if not candidates:
        return _suppressed(deferred, "no longer true")
    (candidate,) = candidates
    if candidate.kind is not NudgeKind.ANNOUNCEMENT and await _is_long_ago(connection, report, now=context.now):
        return _suppressed(deferred, "too long ago")
    return await draft_for_rep(connection, candidate, report, context, deferred=deferred.nudge)


def _suppressed(deferred: DeferredNudge, because: str) -> Draft:
    return Draft(nudge=deferred.nudge, wording=0, verdict=Suppress(because=because))


async def _is_long_ago(connection: Querier, report: DayReport, *, now: datetime) -> bool:
    """Whether more than two worked days have begun since the day."""
    today = local_day(now, report.timezone)
    if today - report.day > _DAYS_MAX:
        return True
    since = await list_worked_before(connection, report.rep.id, today + _ONE_DAY)
    return sum(day.day > report.day for day in since) > WORKED_DAYS_MAX
