"""Announce playbook versions to reps: within their working hours, and not counted towards the daily cap."""

from collections.abc import Sequence
from datetime import datetime, time
from typing import Final
from zoneinfo import ZoneInfo

import asyncpg

from services.nudges.context.announcements import list_announcements
from services.nudges.decide.compose import DayBasis, Draft, compose_nudge, phrase_for
from services.nudges.decide.decision_context import DecisionContext, Recipient, manager_ids
from services.nudges.decide.nudges import DeferredNudge
from services.nudges.decide.persist import persist
from services.nudges.decide.policy.may_send import PolicyFacts, Suppress, Verdict, give_up_unseen, may_send
from services.nudges.decide.policy_facts import list_recent_nudges, load_working_time
from services.nudges.domain.announcements import Announcement, announcement_candidate, is_current
from services.nudges.domain.candidate import Candidate
from services.nudges.domain.decision import Outcome
from services.nudges.domain.working_time import local_day
from services.nudges.preferences.stored_preferences import find_preference
from shared.events import Nudge, PlaybookAnnounced, PlaybookWithdrawn, RepId
from shared.postgres.queries import Queries
from shared.postgres.shared_connection import Querier, change

_QUERIES: Final = Queries.beside(__file__)


async def announce_version(
    connection: Querier, playbook: PlaybookAnnounced, context: DecisionContext
) -> tuple[bool, Outcome | None]:
    """Whether the announcement was newer than what was known, and what became of its message. Handled again, it changes
    nothing. Needs the person's lock."""
    rep_id, today = playbook.rep.id, local_day(context.now, playbook.timezone)
    candidate = announcement_candidate(playbook, today=today)
    nudge_id = candidate.nudge_id(rep_id)
    row = (rep_id, playbook.version, playbook.announcement_number, playbook.model_dump_json(), nudge_id)
    if not await change(connection, _QUERIES["merge_announcements"], [row]):
        return False, None
    announcements = await list_announcements(connection, rep_id)
    announcement = next(known for known in announcements if known.nudge_id == nudge_id)
    nudge = await _compose(connection, announcement, context, decided_at=context.now, send_at=context.now)
    verdict = await _judge(connection, candidate, announcement, announcements, now=context.now)
    draft = Draft(nudge=nudge, wording=0, verdict=verdict)
    return True, await persist(connection, draft, _recipient(playbook), context)


async def withdraw_version(connection: Querier | asyncpg.Pool, withdrawn: PlaybookWithdrawn) -> bool:
    """Whether this was news. A deferred message finds it out when its time comes; what was sent stays sent."""
    updated = await connection.fetchval(
        _QUERIES["withdraw_announcement"],
        withdrawn.rep_id,
        withdrawn.version,
        withdrawn.announcement_number,
        withdrawn.withdrawn_at,
    )
    return updated is not None


async def draft_announcement(connection: Querier, deferred: DeferredNudge, context: DecisionContext) -> Draft:
    """A deferred announcement as worded now, and whether it may go out. Needs the person's lock."""
    now = context.now
    announcements = await list_announcements(connection, RepId(deferred.person_id))
    announcement = next((known for known in announcements if known.nudge_id == deferred.id), None)
    if announcement is None:
        return Draft(nudge=deferred.nudge, wording=0, verdict=Suppress(because="the version was withdrawn"))
    original = deferred.nudge
    nudge = await _compose(connection, announcement, context, decided_at=original.decided_at, send_at=original.send_at)
    candidate = announcement_candidate(announcement.playbook, today=local_day(now, announcement.playbook.timezone))
    verdict = await _judge(connection, candidate, announcement, announcements, now=now)
    return Draft(nudge=nudge, wording=0, verdict=verdict)


async def _judge(
    connection: Querier,
    candidate: Candidate,
    announcement: Announcement,
    announcements: Sequence[Announcement],
    *,
    now: datetime,
) -> Verdict:
    playbook = announcement.playbook
    rep_id, timezone, today = playbook.rep.id, playbook.timezone, local_day(now, playbook.timezone)
    if not is_current(announcement, announcements, today=today):
        return Suppress(because="another version has taken its place")
    if announcement.acknowledged_at is not None:
        return Suppress(because="the rep acknowledged the version before the message was sent")
    facts = PolicyFacts(
        timezone=timezone,
        today=await load_working_time(connection, rep_id, timezone=timezone, now=now),
        recent=await list_recent_nudges(connection, rep_id, timezone=timezone, now=now),
        preference=await find_preference(connection, rep_id),
    )
    verdict = may_send(candidate, facts, now=now)
    binds_at = datetime.combine(playbook.binds_from, time.min, tzinfo=ZoneInfo(timezone))
    return give_up_unseen(verdict, since=max(playbook.announced_at, binds_at), now=now)


async def _compose(
    connection: Querier, announcement: Announcement, context: DecisionContext, *, decided_at: datetime, send_at: datetime
) -> Nudge:
    playbook = announcement.playbook
    today = local_day(context.now, playbook.timezone)
    candidate = await phrase_for(connection, playbook.rep.id, context, lambda: announcement_candidate(playbook, today=today))
    basis = DayBasis(day=playbook.binds_from, playbook_from=playbook.effective_from)
    return compose_nudge(candidate, _recipient(playbook), basis, wording=0, decided_at=decided_at, send_at=send_at)


def _recipient(playbook: PlaybookAnnounced) -> Recipient:
    return Recipient(
        person=playbook.rep, team=playbook.team, timezone=playbook.timezone, managers=manager_ids(playbook.managers)
    )
