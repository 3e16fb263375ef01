"""Keep what somebody says of a nudge. Said again it changes nothing; the last answer counts, the first is kept beside it."""

from dataclasses import dataclass
from datetime import datetime

import asyncpg

from services.nudges import store
from services.nudges.domain.answers import Answer, Wrong, answers_open
from shared.errors import DaymarkError
from shared.events import NudgeKind


class NotTheirs(DaymarkError):
    """This person may not say this of this nudge. Open the page again: it shows what may be said."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Answered:
    """`is_new` says that it was not known yet."""

    rule: str
    is_new: bool


async def answer_nudge(
    pool: asyncpg.Pool, nudge_id: str, person_id: str, answer: Answer, *, reason: Wrong | None, now: datetime
) -> Answered:
    """Keep it.

    Raises:
        NotTheirs: the nudge was not said to them nor to a rep of theirs, was not sent, or is not open to this answer.
    """
    async with pool.acquire() as connection, connection.transaction():
        row = await connection.fetchrow(store.QUERIES["claim_answered"], nudge_id, person_id)
        if row is None or answer not in answers_open(NudgeKind(row["kind"]), is_said_to_them=row["person_id"] == person_id):
            raise NotTheirs(f"{nudge_id}, {person_id}")
        why = reason.value if reason is not None and answer is Answer.WRONG else ""
        is_new = await connection.fetchval(store.QUERIES["merge_answer"], nudge_id, person_id, answer.value, why, now)
    return Answered(rule=row["rule"], is_new=is_new is not None)
