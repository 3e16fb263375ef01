"""Load what the rules may look at of a manager's team."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final

from pydantic import TypeAdapter

from services.nudges.context.active_days import list_active_days
from services.nudges.context.announcements import list_delivered_at
from services.nudges.context.presence import list_presence, list_silence_budgets, list_silences_asked
from services.nudges.context.roster.first_days import list_first_days
from services.nudges.context.roster.roster_doubts import list_roster_doubts
from services.nudges.context.team_context import BRIEF_WEEKDAY, LOOKBACK, TeamContext, TeamMember, WeeklyBrief
from services.nudges.context.team_news.messages_to_reps import list_messages_to_reps
from services.nudges.context.team_news.open_disputes import list_open_disputes
from services.nudges.domain.baseline import PastDay
from services.nudges.domain.candidate import BRIEF_RULE, RECOGNITION_RULE, ROSTER_RULE
from services.nudges.domain.roster.doubts import RosterDoubt, reported_keys
from services.nudges.domain.trends.coaching import KNOWN, NOT_REPEATED_FOR
from services.nudges.domain.working_time import local_day, workday_before
from shared.events import DayReport, ManagerId, Mention, Person, RepId, Team, VersionNumber
from shared.postgres.pool import Connection
from shared.postgres.queries import Queries

_QUERIES: Final = Queries.beside(__file__)
_MENTIONS: Final = TypeAdapter(tuple[Mention, ...])
_ONE_DAY: Final = timedelta(days=1)
_NEVER: Final = (None, None)
SEEN_WITHIN: Final = timedelta(days=7)
_MONDAY: Final = 0
_DOUBT_REPEATED_AFTER: Final = timedelta(weeks=4)


@dataclass(frozen=True, kw_only=True, slots=True)
class ManagedTeam:
    """A manager on a day of theirs, with what their rules look at. `team` is one of theirs, the first by name."""

    manager: Person
    timezone: str
    team: Team
    context: TeamContext


async def load_managed_team(connection: Connection, manager_id: ManagerId, *, now: datetime) -> ManagedTeam | None:
    """Of the reps whom the manager leads by the newest reports; None if there are none, or the manager's zone is not known."""
    row = await connection.fetchrow(_QUERIES["find_manager"], manager_id)
    if row is None:
        return None
    today = local_day(now, row["timezone"])
    members = await _list_members(connection, manager_id, today=today)
    if not members:
        return None
    monday = today - today.weekday() * _ONE_DAY
    doubts = await _list_doubts(connection, members, today=today) if today.weekday() == _MONDAY else []
    rep_ids = [member.rep.id for member in members]
    since = workday_before(today)
    context = TeamContext(
        today=today,
        messages_to_reps=await list_messages_to_reps(connection, manager_id, rep_ids, since=since, today=today, now=now),
        open_disputes=await list_open_disputes(connection, rep_ids),
        silence_budgets=await list_silence_budgets(connection, {member.team.id for member in members}),
        silences_asked=await list_silences_asked(connection, manager_id, today=today),
        members=members,
        roster_doubts=doubts,
        reported_doubts=await _list_reported_doubts(connection, manager_id, today=today) if doubts else (),
        recognitions=await connection.fetchval(_QUERIES["count_nudges_since"], manager_id, RECOGNITION_RULE, monday),
        briefs=await _list_briefs(connection, manager_id, since=today - NOT_REPEATED_FOR),
    )
    return ManagedTeam(
        manager=Person(id=manager_id, name=row["name"]),
        timezone=row["timezone"],
        team=min((member.team for member in members), key=lambda team: team.name),
        context=context,
    )


async def _list_members(connection: Connection, manager_id: ManagerId, *, today: date) -> list[TeamMember]:
    """Sorted by name."""
    since = today - LOOKBACK
    days_of: dict[RepId, list[DayReport]] = {}
    for row in await connection.fetch(_QUERIES["list_member_days"], manager_id, today - SEEN_WITHIN, since):
        days_of.setdefault(RepId(row["rep_id"]), []).append(DayReport.model_validate_json(row["report"]))
    team_days = {rep_id: days for rep_id, days in days_of.items() if _has_manager(manager_id, days[0])}
    rows = await connection.fetch(_QUERIES["list_recognised"], list(team_days), since)
    recognised = {row["rep_id"]: (row["recognised_on"], row["reminded_on"]) for row in rows}
    delivered = await list_delivered_at(connection, team_days)
    newcomers = await list_first_days(connection, team_days, today)
    presence = await list_presence(connection, team_days, before=today)
    active: dict[RepId, list[PastDay]] = {}
    if today.weekday() == BRIEF_WEEKDAY:
        versions = {rep_id: _newest_version(days) for rep_id, days in team_days.items()}
        active = await list_active_days(connection, versions, delivered, since=today - KNOWN, before=today)
    members = [
        TeamMember(
            rep=days[0].rep,
            team=days[0].team,
            days=tuple(days),
            recognised_on=recognised.get(rep_id, _NEVER)[0],
            reminded_on=recognised.get(rep_id, _NEVER)[1],
            delivered_at=delivered[rep_id],
            is_first_day=rep_id in newcomers,
            presence=presence[rep_id],
            active=tuple(active.get(rep_id, ())),
        )
        for rep_id, days in team_days.items()
    ]
    return sorted(members, key=lambda member: (member.rep.name, member.rep.id))


def _newest_version(days: Sequence[DayReport]) -> VersionNumber | None:
    return next((day.playbook_version for day in days if day.playbook_version is not None), None)


def _has_manager(manager_id: ManagerId, report: DayReport) -> bool:
    return any(manager.id == manager_id for manager in report.managers)


async def _list_briefs(connection: Connection, manager_id: ManagerId, *, since: date) -> tuple[WeeklyBrief, ...]:
    rows = await connection.fetch(_QUERIES["list_nudges_about_reps"], manager_id, BRIEF_RULE, since)
    return tuple(WeeklyBrief(day=row["day"], about=_MENTIONS.validate_json(row["about"])) for row in rows)


async def _list_doubts(connection: Connection, members: list[TeamMember], *, today: date) -> list[RosterDoubt]:
    """The doubts about the manager's own reps. Those of other managers in the same teams say when a feed was silent."""
    reps, teams = {member.rep.id for member in members}, {member.team.id for member in members}
    return [doubt for doubt in await list_roster_doubts(connection, teams, today=today) if doubt.rep_id in reps]


async def _list_reported_doubts(connection: Connection, manager_id: ManagerId, *, today: date) -> Collection[str]:
    rows = await connection.fetch(_QUERIES["list_occasions"], manager_id, ROSTER_RULE, today - _DOUBT_REPEATED_AFTER)
    return reported_keys(row["occasion"] for row in rows)
