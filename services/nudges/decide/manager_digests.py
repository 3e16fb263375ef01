"""Once on each working morning of a manager: what there is to say about their team, in one message."""

from datetime import datetime, time
from typing import Final

import asyncpg

from services.nudges.context.load_team_context import SEEN_WITHIN, ManagedTeam, load_managed_team
from services.nudges.decide.compose import draft_for_manager, manager_of, phrase_all_for
from services.nudges.decide.decision_context import DecisionContext, DecisionSettings
from services.nudges.decide.persist import persist_together
from services.nudges.decide.scheduled_checks import (
    DueDigest,
    add_checks,
    list_due_digests,
    list_managers_without_digest,
    mark_check_done,
)
from services.nudges.domain.candidate import BRIEF_RULE, RECOGNITION_RULE, SENT_RULE, Candidate
from services.nudges.domain.decision import Outcome
from services.nudges.domain.moments import Moment
from services.nudges.domain.working_time import local_day, next_digest_at, working_time_of_manager
from services.nudges.locks import lock_person
from services.nudges.preferences.stored_preferences import find_preference
from services.nudges.rules.catalogue import evaluate_team_rules
from shared.postgres.pool import Connection
from shared.trace import continue_trace

_DIGESTS_MAX: Final = 200


async def send_manager_digests(
    pool: asyncpg.Pool, settings: DecisionSettings, *, digest_at: time, now: datetime
) -> list[Outcome]:
    """Send what is due, and schedule each manager's next digest: at `digest_at` on their own clock."""
    outcomes: list[Outcome] = []
    for due in await list_due_digests(pool, digests_max=_DIGESTS_MAX, now=now):
        async with pool.acquire() as connection, connection.transaction():
            context = settings.at(now, traceparent=continue_trace(None))
            outcomes += await _send_digest(connection, due, context)
    for manager in await list_managers_without_digest(pool, seen_since=local_day(now, "UTC") - SEEN_WITHIN):
        due_at = next_digest_at(manager.timezone, digest_at=digest_at, now=now)
        day = local_day(due_at, manager.timezone)
        await add_checks(pool, manager.manager_id, day, {Moment.TEAM_MORNING: due_at})
    return outcomes


async def _send_digest(connection: Connection, due: DueDigest, context: DecisionContext) -> list[Outcome]:
    """What may not be sent now is suppressed: tomorrow has a morning of its own."""
    await lock_person(connection, due.manager_id)
    managed = await load_managed_team(connection, due.manager_id, now=context.now)
    if managed is not None and await _is_postponed(connection, due, managed, now=context.now):
        return []
    if not await mark_check_done(connection, due.manager_id, due.day, Moment.TEAM_MORNING, None, now=context.now):
        return []
    if managed is None:
        return []
    candidates = await phrase_all_for(
        connection,
        due.manager_id,
        context,
        lambda: _worth_a_message(_one_request_at_a_time(evaluate_team_rules(managed.context))),
    )
    drafts = [await draft_for_manager(connection, candidate, managed, context) for candidate in candidates]
    return await persist_together(connection, drafts, manager_of(managed), context)


async def _is_postponed(connection: Connection, due: DueDigest, managed: ManagedTeam, *, now: datetime) -> bool:
    """Whether the manager wants nothing before a later time of the day: then the message is made then."""
    preference = await find_preference(connection, due.manager_id)
    working = working_time_of_manager(managed.context.today, managed.timezone)
    starts_at = preference.narrow(working, managed.timezone).starts_at
    if starts_at is None or starts_at <= now:
        return False
    await add_checks(connection, due.manager_id, due.day, {Moment.TEAM_MORNING: starts_at})
    return True


def _one_request_at_a_time(candidates: list[Candidate]) -> list[Candidate]:
    """A weekly brief that names somebody to coach asks something of the manager, so that morning brings no recognition
    reminder. One that only follows up asks for nothing."""
    coaching = [mention for candidate in candidates if candidate.rule == BRIEF_RULE for mention in candidate.about]
    asks_to_coach = any(mention.behaviour for mention in coaching)
    return [candidate for candidate in candidates if not (asks_to_coach and candidate.rule == RECOGNITION_RULE)]


def _worth_a_message(candidates: list[Candidate]) -> list[Candidate]:
    """What the reps were sent is good to know, but makes no message of its own: it is in the manager's inbox anyway."""
    return candidates if any(candidate.rule != SENT_RULE for candidate in candidates) else []
