"""Load what a rep's page shows of the rep."""

from dataclasses import dataclass
from datetime import date, timedelta

import asyncpg

from services.nudges.context.announcements import list_announcements
from services.nudges.context.days import find_newest_day, list_worked_before
from services.nudges.context.ladders import list_ladders
from services.nudges.domain.announcements import Announcement, reasons_of
from services.nudges.domain.recent_nudges import LOOKBACK
from services.nudges.domain.working_time import local_day
from services.nudges.pages.messages.stored_messages import Message, list_received
from services.nudges.pages.own_days import list_own_days
from services.nudges.pages.rep.day_chart import DayChart, DayRow, make_day_chart, make_day_row
from services.nudges.pages.rep.standing import Standing, make_standing
from services.nudges.pages.thanks.written_thanks import WrittenThanks, list_received_thanks
from shared.clock import Clock
from shared.events import RepId

_ONE_DAY = timedelta(days=1)


@dataclass(frozen=True, kw_only=True, slots=True)
class RepView:
    """A rep as their page shows them. `today` and `timezone` are the rep's. `standing` is None before their first day, and
    `day_chart` before their first worked one. `recent_days` are those of two weeks."""

    today: date
    timezone: str
    announcements: list[Announcement]
    standing: Standing | None
    day_chart: DayChart | None
    recent_days: list[DayRow]
    received: list[Message]
    thanks: list[WrittenThanks]


async def load_rep(pool: asyncpg.Pool, rep_id: RepId, clock: Clock, *, days_shown: int) -> RepView:
    """With a chart of so many worked days."""
    announcements = await list_announcements(pool, rep_id)
    newest = await find_newest_day(pool, rep_id)
    timezone = newest.timezone if newest is not None else announcements[-1].playbook.timezone if announcements else "UTC"
    today = local_day(clock.now(), timezone)
    worked = await list_worked_before(pool, rep_id, newest.day + _ONE_DAY) if newest is not None else []
    two_weeks_ago = today - LOOKBACK
    since = min([two_weeks_ago, *(report.day for report in worked[:days_shown])])
    reasons = reasons_of(newest.playbook_version, announcements) if newest is not None else {}
    own_days = await list_own_days(pool, rep_id, since=since)
    ladders = await list_ladders(pool, rep_id)
    return RepView(
        today=today,
        timezone=timezone,
        announcements=announcements,
        standing=make_standing(newest, worked, ladders, reasons, today=today) if newest is not None else None,
        day_chart=make_day_chart(own_days, days_shown=days_shown, today=today),
        recent_days=[make_day_row(day, today=today) for day in own_days if day.day >= two_weeks_ago],
        received=await list_received(pool, rep_id, since=two_weeks_ago),
        thanks=await list_received_thanks(pool, rep_id),
    )
