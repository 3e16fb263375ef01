"""Load what policy looks at."""

from datetime import datetime, timedelta
from typing import Final

from services.nudges.context.days import find_day
from services.nudges.context.load_team_context import ManagedTeam
from services.nudges.decide.decision_context import DecisionContext
from services.nudges.decide.policy.may_send import PolicyFacts, Shortfall
from services.nudges.domain.candidate import NEW_DISPUTES_RULE, Candidate
from services.nudges.domain.decision import NudgeStatus
from services.nudges.domain.feed_health import feed_name
from services.nudges.domain.feedback.answers import OBJECTION_COOLDOWNS, Answer, Objection
from services.nudges.domain.recent_nudges import LOOKBACK, RecentNudge
from services.nudges.domain.working_time import WorkingTime, local_day, working_time_of_manager, working_time_of_rep
from services.nudges.preferences.stored_preferences import find_preference
from services.nudges.rules.catalogue import RULES
from shared.events import DayReport, NudgeKind, PersonId, RepId
from shared.postgres.queries import Queries
from shared.postgres.shared_connection import Querier

_QUERIES: Final = Queries.beside(__file__)
_ONE_DAY: Final = timedelta(days=1)


async def load_rep_facts(
    connection: Querier,
    candidate: Candidate,
    report: DayReport,
    context: DecisionContext,
    *,
    recent: tuple[RecentNudge, ...] | None = None,
) -> PolicyFacts:
    """For a nudge to a rep about a day of theirs. `recent` is what they received lately, if that is known already. Needs the
    person's lock."""
    rep_id, timezone, now = report.rep.id, report.timezone, context.now
    row = await connection.fetchrow(
        _QUERIES["find_rep_facts"],
        rep_id,
        local_day(now, timezone),
        report.playbook_version,
        report.team.id,
        candidate.rule,
    )
    assert row is not None  # the query has exactly one row
    shortfall = Shortfall(
        day=candidate.since or report.day,
        delivered_at=row["delivered_at"],
        silent_feed=feed_name(row["silent_team"], row["silent_behaviour"]) if row["silent_team"] is not None else None,
    )
    return PolicyFacts(
        timezone=timezone,
        today=working_time_of_rep(DayReport.model_validate_json(row["today"])) if row["today"] is not None else None,
        about_day=report.day,
        recent=recent if recent is not None else await list_recent_nudges(connection, rep_id, timezone=timezone, now=now),
        shortfall=shortfall if candidate.is_shortfall else None,
        objections=await _list_objections(connection, rep_id, timezone=timezone, now=now),
        assignment=context.holdout.assign(candidate, rep_id),
        is_paused=row["is_paused"],
        preference=await find_preference(connection, rep_id),
    )


async def load_manager_facts(connection: Querier, managed: ManagedTeam, context: DecisionContext) -> PolicyFacts:
    """For a nudge to a manager about their team. Needs the person's lock."""
    manager_id, timezone, now = managed.manager.id, managed.timezone, context.now
    return PolicyFacts(
        timezone=timezone,
        today=working_time_of_manager(managed.context.today, timezone),
        recent=await list_recent_nudges(connection, manager_id, timezone=timezone, now=now),
        objections=await _list_objections(connection, manager_id, timezone=timezone, now=now),
        preference=await find_preference(connection, manager_id),
    )


async def load_working_time(connection: Querier, rep_id: RepId, *, timezone: str, now: datetime) -> WorkingTime | None:
    """The rep's current day as it is known; None before it is opened."""
    report = await find_day(connection, rep_id, local_day(now, timezone))
    return working_time_of_rep(report) if report is not None else None


async def list_recent_nudges(
    connection: Querier, person_id: PersonId, *, timezone: str, now: datetime
) -> tuple[RecentNudge, ...]:
    """What the person received lately, newest first. Needs the person's lock."""
    since = local_day(now, timezone) - LOOKBACK + _ONE_DAY
    return tuple(
        RecentNudge(
            rule=row["rule"],
            kind=NudgeKind(row["kind"]),
            day=row["sent_day"],
            at=row["send_at"],
            wording=row["wording"],
            about_day=row["day"],
            is_bundled=row["status"] == NudgeStatus.BUNDLED,
            is_urgent=row["rule"] == NEW_DISPUTES_RULE,
            is_opt_in=row["rule"] in RULES and RULES[row["rule"]].is_opt_in,
            contradicts_praise=row["rule"] in RULES and RULES[row["rule"]].contradicts_praise,
        )
        for row in await connection.fetch(_QUERIES["list_recent_nudges"], person_id, since)
    )


async def _list_objections(connection: Querier, person_id: PersonId, *, timezone: str, now: datetime) -> tuple[Objection, ...]:
    since = now - max(OBJECTION_COOLDOWNS.values()) - _ONE_DAY
    return tuple(
        Objection(rule=row["rule"], answer=Answer(row["answer"]), day=local_day(row["answered_at"], timezone))
        for row in await connection.fetch(_QUERIES["list_objections"], person_id, since)
    )
