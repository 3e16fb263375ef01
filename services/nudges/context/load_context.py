"""Load what the rules may look at of a rep's day."""

from datetime import datetime

from services.nudges.context.announcements import find_delivered_at
from services.nudges.context.baselines import load_baseline, load_middays
from services.nudges.context.days import list_teammates_done, list_worked_before
from services.nudges.context.ladders import list_ladders
from services.nudges.context.rule_context import RuleContext
from services.nudges.domain.announcements import was_known_before
from services.nudges.domain.day_plan_subscribers import NO_SUBSCRIBERS, DayPlanSubscribers
from services.nudges.domain.history import history_of, is_plan_done
from services.nudges.domain.moments import Moment
from shared.events import DayReport
from shared.postgres.pool import Connection


async def load_rule_context(
    connection: Connection,
    report: DayReport,
    *,
    moment: Moment = Moment.DAY_CHANGED,
    subscribers: DayPlanSubscribers = NO_SUBSCRIBERS,
    now: datetime,
) -> RuleContext:
    """What the rules of a moment may look at. Needs the person's lock."""
    wants_day_plan = moment is Moment.MORNING and subscribers.include(report)
    return RuleContext(
        report=report,
        history=history_of(await list_worked_before(connection, report.rep.id, report.day)),
        now=now,
        baseline=await load_baseline(connection, report) if moment is Moment.MORNING else None,
        middays=await load_middays(connection, report) if moment is Moment.MIDDAY else (),
        teammates_done=await list_teammates_done(connection, report, now=now) if is_plan_done(report) else (),
        ladders=await list_ladders(connection, report.rep.id) if report.goals else (),
        wants_day_plan=wants_day_plan,
        knows_playbook=wants_day_plan and await _knows_playbook(connection, report),
    )


async def _knows_playbook(connection: Connection, report: DayReport) -> bool:
    """Whether the version that judges the day was announced to the rep before the day."""
    delivered_at = await find_delivered_at(connection, report.rep.id, report.playbook_version)
    return was_known_before(report.day, delivered_at=delivered_at, timezone=report.timezone)
