"""A manager answers a dispute, and the rep gets a message about it in their working hours, whatever they have turned off."""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Final

import asyncpg

from services.nudges.context.days import find_newest_day
from services.nudges.decide.compose import DayBasis, Draft, compose_nudge, phrase_for
from services.nudges.decide.decision_context import DecisionContext, rep_of
from services.nudges.decide.nudges import DeferredNudge
from services.nudges.decide.persist import persist
from services.nudges.decide.policy.hold_back import hold_back
from services.nudges.decide.policy.may_send import Suppress, give_up_unseen, may_send
from services.nudges.decide.policy_facts import load_rep_facts
from services.nudges.domain.candidate import Candidate
from services.nudges.domain.decision import Outcome
from services.nudges.domain.feedback.disputes import (
    AnsweredDispute,
    DisputeId,
    DisputeReason,
    Resolution,
    dispute_answer_candidate,
    dispute_of_occasion,
)
from services.nudges.domain.feedback.undo import AT_ONCE, UNDO_FOR
from services.nudges.domain.phrases import natural_name
from services.nudges.domain.working_time import local_day
from services.nudges.locks import lock_person
from shared.events import DayReport, ManagerId, RepId
from shared.postgres.queries import Queries
from shared.postgres.shared_connection import Querier

_QUERIES: Final = Queries.beside(__file__)
ANSWERED_ANEW: Final = "the dispute was answered otherwise, or made anew, before the message was sent"


async def mark_resolved(
    connection: Querier | asyncpg.Pool,
    dispute_id: DisputeId,
    manager_id: ManagerId,
    resolution: Resolution,
    *,
    now: datetime,
) -> bool:
    """Store a resolution. Returns whether that changed anything.

    Nothing changes when the resolution is the same as before, when there is no such dispute, or when the manager does not lead
    the rep.
    """
    return await connection.fetchval(_QUERIES["mark_resolved"], dispute_id, manager_id, resolution.value, now) is not None


async def resolve_dispute(
    pool: asyncpg.Pool,
    dispute_id: DisputeId,
    manager_id: ManagerId,
    resolution: Resolution,
    context: DecisionContext,
    *,
    hold: timedelta = AT_ONCE,
) -> Outcome | None:
    """Store a manager's answer and its message to the rep, which is held back for as long as the answer can be undone; None if
    nothing changes."""
    async with pool.acquire() as connection, connection.transaction():
        rep_id = await connection.fetchval(_QUERIES["find_rep_of_dispute"], dispute_id)
        if rep_id is None:
            return None
        await lock_person(connection, RepId(rep_id))
        if not await mark_resolved(connection, dispute_id, manager_id, resolution, now=context.now):
            return None
        answered = await _find_answered(connection, dispute_id)
        report = await find_newest_day(connection, RepId(rep_id))
        if answered is None or report is None:
            return None
        draft = await _draft(connection, answered, report, context, decided_at=context.now)
        draft = replace(draft, verdict=hold_back(draft.verdict, hold, now=context.now))
        return await persist(connection, draft, rep_of(report), context)


async def undo_resolution(
    pool: asyncpg.Pool, dispute_id: DisputeId, manager_id: ManagerId, *, resolved_at: datetime, now: datetime
) -> bool:
    """Take back what a manager answered at that time, with its message to the rep. False if that is too long ago, or if it was
    answered or disputed anew since, or taken back."""
    async with pool.acquire() as connection, connection.transaction():
        rep_id = await connection.fetchval(_QUERIES["find_rep_of_dispute"], dispute_id)
        if rep_id is None:
            return False
        await lock_person(connection, RepId(rep_id))
        answered = await _find_answered(connection, dispute_id)
        if answered is None:
            return False
        resolution = (dispute_id, manager_id, resolved_at, now - UNDO_FOR, answered.occasion)
        if await connection.fetchval(_QUERIES["undo_resolution"], *resolution) is None:
            return False
        await connection.execute(_QUERIES["delete_unsent_answer"], rep_id, answered.occasion)
        return True


async def draft_deferred_answer(connection: Querier, deferred: DeferredNudge, context: DecisionContext) -> Draft:
    """Of a message that has waited, as worded now. Needs the rep's lock."""
    answered = await _find_answered(connection, dispute_of_occasion(deferred.nudge.occasion))
    report = await find_newest_day(connection, RepId(deferred.person_id))
    if answered is None or report is None or answered.occasion != deferred.nudge.occasion:
        return Draft(nudge=deferred.nudge, wording=0, verdict=Suppress(because=ANSWERED_ANEW))
    return await _draft(connection, answered, report, context, decided_at=deferred.nudge.decided_at)


async def _draft(
    connection: Querier, answered: AnsweredDispute, report: DayReport, context: DecisionContext, *, decided_at: datetime
) -> Draft:
    today = local_day(context.now, report.timezone)
    names = [natural_name(manager.name) for manager in report.managers if manager.id == answered.manager_id]
    manager_name = names[0] if names else ""

    def make() -> Candidate:
        return dispute_answer_candidate(answered, rep_name=report.rep.name, manager_name=manager_name, today=today)

    candidate = await phrase_for(connection, report.rep.id, context, make)
    facts = await load_rep_facts(connection, candidate, report, context)
    verdict = give_up_unseen(may_send(candidate, facts, now=context.now), since=answered.resolved_at, now=context.now)
    basis = DayBasis(day=local_day(answered.resolved_at, report.timezone))
    nudge = compose_nudge(candidate, rep_of(report), basis, wording=0, decided_at=decided_at, send_at=context.now)
    return Draft(nudge=nudge, wording=0, verdict=verdict)


async def _find_answered(connection: Querier, dispute_id: DisputeId) -> AnsweredDispute | None:
    row = await connection.fetchrow(_QUERIES["find_answered_dispute"], dispute_id)
    if row is None:
        return None
    return AnsweredDispute(
        id=dispute_id,
        day=row["day"],
        kind=row["kind"],
        reason=DisputeReason(row["reason"]),
        resolution=Resolution(row["resolution"]),
        manager_id=row["manager_id"],
        resolved_at=row["resolved_at"],
    )
