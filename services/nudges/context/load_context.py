"""What is stored of a person, as rules and policy see it."""

from datetime import datetime, timedelta

from services.nudges import store
from services.nudges.context.baselines import middays_of, watch_of
from services.nudges.context.rule_context import Situation
from services.nudges.decide.policy.may_send import Person, Shortfall, local_day, working_time_of
from services.nudges.domain.answers import QUIET_AFTER, Answer, Objection
from services.nudges.domain.candidate import Called
from services.nudges.domain.day_plan_subscribers import NOBODY, Wanted
from services.nudges.domain.history import history_of, is_plan_done
from services.nudges.domain.moments import Moment
from services.nudges.domain.recent_nudges import LATELY, Said
from shared.events import DayReport, NudgeKind
from shared.postgres.pool import Connection

_A_DAY = timedelta(days=1)


async def situation_of(
    connection: Connection, report: DayReport, *, moment: Moment | None = None, wanted: Wanted = NOBODY, now: datetime
) -> Situation:
    """What the rules may look at of a rep's day, at a moment of it or when it has changed. Needs the person's lock."""
    is_plan_wanted = moment is Moment.MORNING and wanted.by(report)
    history = history_of(await store.list_worked_before(connection, report.rep.id, report.day))
    return Situation(
        report=report,
        history=history,
        now=now,
        watch=await watch_of(connection, report) if moment is Moment.MORNING else None,
        middays=await middays_of(connection, report) if moment is Moment.MIDDAY else (),
        team_done=await store.list_team_done(connection, report, now=now) if is_plan_done(report) else (),
        ladders=await store.list_ladders(connection, report.rep.id) if report.goals else (),
        is_plan_wanted=is_plan_wanted,
        is_told=is_plan_wanted and await _is_told(connection, report),
    )


async def _is_told(connection: Connection, report: DayReport) -> bool:
    """Whether the rep was told before the day of the definition that judges it."""
    delivered_at = await connection.fetchval(store.QUERIES["find_told_at"], report.rep.id, report.playbook_version)
    return delivered_at is not None and local_day(delivered_at, report.timezone) < report.day


async def person_of(connection: Connection, person_id: str, *, timezone: str, now: datetime) -> Person:
    """A rep as policy sees them at a time."""
    report = await store.find_day(connection, person_id, local_day(now, timezone))
    return Person(timezone=timezone, today=working_time_of(report) if report is not None else None)


async def said_to(connection: Connection, person_id: str, *, timezone: str, now: datetime) -> tuple[Said, ...]:
    """What the person has heard lately, newest first. Needs the person's lock."""
    since = local_day(now, timezone) - LATELY + _A_DAY
    rows = await connection.fetch(store.QUERIES["list_said"], person_id, since)
    return tuple(
        Said(
            rule=row["rule"],
            kind=NudgeKind(row["kind"]),
            day=row["sent_day"],
            at=row["send_at"],
            wording=row["wording"],
            with_another=row["status"] == "bundled",
        )
        for row in rows
    )


async def objections_of(connection: Connection, person_id: str, *, timezone: str, now: datetime) -> tuple[Objection, ...]:
    """What was lately called not useful or wrong of what the person has heard, the newest first."""
    rows = await connection.fetch(store.QUERIES["list_objections"], person_id, now - max(QUIET_AFTER.values()) - _A_DAY)
    return tuple(
        Objection(rule=row["rule"], answer=Answer(row["answer"]), day=local_day(row["answered_at"], timezone)) for row in rows
    )


async def shortfall_of(connection: Connection, called: Called, report: DayReport) -> Shortfall:
    """The first day that would be held against the person."""
    delivered_at = await connection.fetchval(store.QUERIES["find_told_at"], report.rep.id, report.playbook_version)
    return Shortfall(day=called.since or report.day, delivered_at=delivered_at)


async def quiet_feed_of(connection: Connection, report: DayReport) -> str | None:
    """The name of the rep's team while nothing is heard of it, or nothing of a behaviour, which is then named too."""
    row = await connection.fetchrow(store.QUERIES["find_quiet_feed"], report.team.id)
    if row is None:
        return None
    return f"{row['team_name']} ({row['label'].lower()})" if row["label"] else str(row["team_name"])
