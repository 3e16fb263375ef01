"""Once an hour, in a manager's working hours: what their reps dispute since the last message about disputes, in one message."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from itertools import groupby
from typing import Final

import asyncpg

from services.nudges.context.load_team_context import ManagedTeam, load_managed_team
from services.nudges.decide.compose import DayBasis, Draft, compose_nudge, manager_of, phrase_for
from services.nudges.decide.decision_context import DecisionContext, DecisionSettings
from services.nudges.decide.persist import persist
from services.nudges.decide.policy.may_send import Send, may_send
from services.nudges.decide.policy_facts import load_manager_facts
from services.nudges.domain.candidate import Candidate
from services.nudges.domain.decision import Outcome
from services.nudges.domain.feedback.disputes import DisputedRecord, DisputeReason, new_disputes_candidate
from services.nudges.locks import lock_person
from shared.events import ManagerId, RepId
from shared.postgres.pool import Connection
from shared.postgres.queries import Queries
from shared.trace import continue_trace

_QUERIES: Final = Queries.beside(__file__)
_NEW_FOR: Final = timedelta(days=1)
"""What is older was in a message of a morning, or came before there were such messages."""


def hour_of(now: datetime) -> datetime:
    """The beginning of the hour. There is at most one message per manager and hour."""
    return now.replace(minute=0, second=0, microsecond=0)


async def send_new_disputes(pool: asyncpg.Pool, settings: DecisionSettings, *, now: datetime) -> list[Outcome]:
    """Send every manager what is new, if they may get it now. What may not be sent now is in the message of their morning."""
    outcomes: list[Outcome] = []
    for manager_id, records in (await list_new_disputes(pool, since=now - _NEW_FOR)).items():
        async with pool.acquire() as connection, connection.transaction():
            context = settings.at(now, traceparent=continue_trace(None))
            outcome = await _send(connection, manager_id, records, context)
            outcomes += [outcome] if outcome is not None else []
    return outcomes


async def list_new_disputes(pool: asyncpg.Pool, *, since: datetime) -> dict[ManagerId, list[DisputedRecord]]:
    """By manager, what their reps have disputed after a time and nobody has answered, without what was in a message to the
    manager already; the oldest first."""
    rows = await pool.fetch(_QUERIES["list_new_disputes"], since)
    return {
        manager_id: [_record(row) for row in of_manager]
        for manager_id, of_manager in groupby(rows, key=lambda row: ManagerId(row["manager_id"]))
    }


async def _send(
    connection: Connection, manager_id: ManagerId, records: Sequence[DisputedRecord], context: DecisionContext
) -> Outcome | None:
    """None also if another replica has sent a message in this hour."""
    await lock_person(connection, manager_id)
    managed = await load_managed_team(connection, manager_id, now=context.now)
    if managed is None:
        return None
    names = {member.rep.id: managed.context.name_of(member.rep) for member in managed.context.members}
    of_members = [record for record in records if record.rep_id in names]
    if not of_members:
        return None
    hour, today = hour_of(context.now), managed.context.today
    candidate = await phrase_for(
        connection, manager_id, context, lambda: new_disputes_candidate(of_members, names, hour=hour, today=today)
    )
    verdict = may_send(candidate, await load_manager_facts(connection, managed, context), now=context.now)
    if not isinstance(verdict, Send):
        return None
    return await persist(connection, _draft(candidate, managed, verdict, context), manager_of(managed), context)


def _record(row: asyncpg.Record) -> DisputedRecord:
    return DisputedRecord(rep_id=RepId(row["rep_id"]), day=row["day"], reason=DisputeReason(row["reason"]))


def _draft(candidate: Candidate, managed: ManagedTeam, verdict: Send, context: DecisionContext) -> Draft:
    basis, now = DayBasis(day=managed.context.today), context.now
    nudge = compose_nudge(candidate, manager_of(managed), basis, wording=0, decided_at=now, send_at=now)
    return Draft(nudge=nudge, wording=0, verdict=verdict)
