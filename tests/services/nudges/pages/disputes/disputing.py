"""Two reps, a day of theirs, and the addresses at which its activities are disputed."""

from typing import Final

import asyncpg

from services.nudges.domain.feedback.disputes import DisputeId
from services.nudges.pages.disputes.dispute_activity import dispute_id_of
from tests.services.nudges.builders.days import MONDAY
from tests.services.nudges.builders.people import ANA, BEN, JON
from tests.services.nudges.builders.reports import report
from tests.services.nudges.builders.rows import Rows
from tests.services.nudges.pages.browser import ANAS_PAGE, MARAS_INBOX
from tests.services.nudges.pages.disputes.explanations import COUNTED, SHORT

DAY_PAGE: Final = f"{ANAS_PAGE}/day/{MONDAY}"
COUNTED_ID: Final = dispute_id_of(ANA.id, COUNTED)
SHORT_ID: Final = dispute_id_of(ANA.id, SHORT)


async def add_ana_and_ben(rows: Rows) -> None:
    """Ana and Ben have a day; Mara leads Ana, and Jon leads Ben."""
    await rows.add_day(report())
    await rows.add_day(report(rep=BEN, managers=(JON,)))


def activity_path(dispute_id: DisputeId, reason: str) -> str:
    """Where Ana disputes an activity of hers, or withdraws the dispute."""
    return f"{DAY_PAGE}/activity/{dispute_id}/{reason}"


def resolution_path(dispute_id: DisputeId, resolution: str, *, inbox: str = MARAS_INBOX) -> str:
    """Where a manager resolves a dispute."""
    return f"{inbox}/dispute/{dispute_id}/{resolution}"


async def stored_disputes(pool: asyncpg.Pool) -> list[tuple[str, str, str, str]]:
    """Rep, activity, reason and resolution of each, in the order in which they were raised."""
    rows = await pool.fetch("SELECT rep_id, activity_id, reason, resolution FROM dispute ORDER BY disputed_at, id")
    return [tuple(row) for row in rows]
