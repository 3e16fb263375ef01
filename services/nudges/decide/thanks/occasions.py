"""What a manager can thank a rep for: a celebration that the rep received, or a reminder that the manager received."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

import asyncpg

from services.nudges.context.days import find_day, list_worked_before
from services.nudges.domain.feedback.thanks import Occasion
from services.nudges.domain.history import planned_behaviours
from services.nudges.domain.phrases import counted, joined, long_date, met_targets
from services.nudges.rules.catalogue import title_of
from services.nudges.rules.recognition_due import effort_facts
from shared.events import DayReport, ManagerId, NudgeId, NudgeKind, RepId
from shared.postgres.pool import Connection
from shared.postgres.queries import Queries

_QUERIES: Final = Queries.beside(__file__)


@dataclass(frozen=True, kw_only=True, slots=True)
class ThankableRep:
    """A rep whom a manager can thank for a nudge, and the rep's day that it is about, if it is about one. `is_thanked`: the
    manager has. `is_waiting`: what they sent has not gone out, and can be taken back. `timezone` is the nudge's."""

    rep_id: RepId
    about_day: date | None
    timezone: str
    is_thanked: bool
    is_waiting: bool


async def find_occasion(
    connection: Connection, nudge_id: NudgeId, *, manager_id: ManagerId, rep_id: RepId, today: date
) -> Occasion | None:
    """None if the nudge is no reason for this manager to thank this rep, or late data has made it false."""
    row = await connection.fetchrow(_QUERIES["find_thankable"], nudge_id, manager_id, rep_id)
    if row is None:
        return None
    is_about_a_day, day = row["kind"] == NudgeKind.CELEBRATION, row["day"]
    if is_about_a_day:
        facts = await _facts_of_day(connection, rep_id, day)
    else:
        facts = await _facts_before(connection, rep_id, day, today)
    return Occasion(
        nudge_id=nudge_id,
        title=title_of(row["rule"]),
        about_day=day if is_about_a_day else None,
        facts=facts,
    )


async def list_thankable(
    connection: Connection | asyncpg.Pool, nudge_ids: Sequence[NudgeId], *, manager_id: ManagerId
) -> dict[NudgeId, ThankableRep]:
    """For which of these nudges the manager can thank whom. Whom they lead is not looked at."""
    rows = await connection.fetch(_QUERIES["list_thankable"], list(nudge_ids), manager_id)
    return {
        NudgeId(row["id"]): ThankableRep(
            rep_id=RepId(row["rep_id"]),
            about_day=row["about_day"],
            timezone=row["timezone"],
            is_thanked=row["is_thanked"],
            is_waiting=row["is_waiting"],
        )
        for row in rows
    }


async def _facts_of_day(connection: Connection, rep_id: RepId, day: date) -> str:
    report = await find_day(connection, rep_id, day)
    return "" if report is None else met_targets(report) or _counts(report)


async def _facts_before(connection: Connection, rep_id: RepId, day: date, today: date) -> str:
    """Those of the reminder, with the day up to which they hold: it may be read on another one."""
    worked = await list_worked_before(connection, rep_id, day)
    return effort_facts(worked, until=long_date(worked[0].day, today=today)) if worked else ""


def _counts(report: DayReport) -> str:
    """What was done, without targets that were not reached: `8 calls and 1 meeting`."""
    return joined([counted(behaviour.count, behaviour.label) for behaviour in planned_behaviours(report) if behaviour.count])
