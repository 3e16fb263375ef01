"""Load what the rules may look at of a rep's day."""

from collections.abc import Mapping
from datetime import datetime

from services.nudges.context.announcements import find_delivered_at, list_announcements
from services.nudges.context.baselines import load_baseline, load_middays
from services.nudges.context.days import list_teammates_done, list_unworked_before, list_worked_before
from services.nudges.context.ladders import list_ladders
from services.nudges.context.roster.first_days import list_first_days
from services.nudges.context.rule_context import RuleContext
from services.nudges.domain.announcements import reasons_of, was_known_before
from services.nudges.domain.day_plan_subscribers import NO_SUBSCRIBERS, DayPlanSubscribers
from services.nudges.domain.history import history_of, is_plan_done
from services.nudges.domain.moments import Moment
from services.nudges.domain.roster.leave import Leave, find_leave_before
from shared.events import BehaviourKey, DayReport
from shared.postgres.shared_connection import Querier


async def load_rule_context(
    connection: Querier,
    report: DayReport,
    *,
    moment: Moment = Moment.DAY_CHANGED,
    subscribers: DayPlanSubscribers = NO_SUBSCRIBERS,
    now: datetime,
) -> RuleContext:
    """What the rules of a moment may look at. Needs the person's lock."""
    is_morning = moment is Moment.MORNING
    wants_day_plan = is_morning and subscribers.include(report)
    return RuleContext(
        report=report,
        history=history_of(await list_worked_before(connection, report.rep.id, report.day)),
        now=now,
        baseline=await load_baseline(connection, report) if is_morning else None,
        middays=await load_middays(connection, report) if moment is Moment.MIDDAY else (),
        teammates_done=await list_teammates_done(connection, report, now=now) if is_plan_done(report) else (),
        ladders=await list_ladders(connection, report.rep.id) if report.goals else (),
        wants_day_plan=wants_day_plan,
        knows_playbook=wants_day_plan and await _knows_playbook(connection, report),
        is_first_day=is_morning and bool(await list_first_days(connection, (report.rep.id,), report.day)),
        leave=await _find_leave(connection, report) if is_morning else None,
        reasons=await _load_reasons(connection, report) if wants_day_plan else {},
    )


async def _load_reasons(connection: Querier, report: DayReport) -> Mapping[BehaviourKey, str]:
    return reasons_of(report.playbook_version, await list_announcements(connection, report.rep.id))


async def _knows_playbook(connection: Querier, report: DayReport) -> bool:
    """Whether the version that judges the day was announced to the rep before the day."""
    delivered_at = await find_delivered_at(connection, report.rep.id, report.playbook_version)
    return was_known_before(report.day, delivered_at=delivered_at, timezone=report.timezone)


async def _find_leave(connection: Querier, report: DayReport) -> Leave | None:
    """The leave that ended just before the day."""
    return find_leave_before(await list_unworked_before(connection, report.rep.id, report.day), report.day)
