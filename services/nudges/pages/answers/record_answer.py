"""Record what somebody answers to a nudge. The same answer again changes nothing; of different ones the last counts."""

from dataclasses import dataclass
from datetime import datetime
from typing import Final

import asyncpg

from services.nudges.domain.feedback.answers import Answer, WrongReason, allowed_answers
from services.nudges.domain.roster.access import RosterToday
from services.nudges.pages.doors.readers import may_read
from shared.errors import DaymarkError
from shared.events import NudgeId, NudgeKind, PersonId
from shared.postgres.queries import Queries

_QUERIES: Final = Queries.beside(__file__)


class AnswerNotAllowed(DaymarkError):
    """This person cannot give this answer to this nudge. Open the page again: it shows the answers that are possible."""


@dataclass(frozen=True, kw_only=True, slots=True)
class RecordedAnswer:
    """`is_new`: the answer was not known yet."""

    rule: str
    is_new: bool


async def record_answer(
    pool: asyncpg.Pool,
    nudge_id: NudgeId,
    person_id: PersonId,
    answer: Answer,
    *,
    reason: WrongReason | None,
    today: RosterToday,
    now: datetime,
) -> RecordedAnswer:
    """Record it. A `reason` is stored only for `Answer.WRONG`.

    Raises:
        AnswerNotAllowed: the nudge was sent neither to them nor to a rep of theirs, or does not allow this answer; or they may
            not read it today.
    """
    async with pool.acquire() as connection, connection.transaction():
        row = await connection.fetchrow(_QUERIES["claim_answered_nudge"], nudge_id, person_id)
        if row is None:
            raise AnswerNotAllowed(f"{nudge_id}, {person_id}")
        if not may_read(person_id, row["person_id"], row["rule"], today):
            raise AnswerNotAllowed(f"{nudge_id}, {person_id}")
        if answer not in allowed_answers(NudgeKind(row["kind"]), is_recipient=row["person_id"] == person_id):
            raise AnswerNotAllowed(f"{nudge_id}, {person_id}")
        stored_reason = reason.value if reason is not None and answer is Answer.WRONG else ""
        merged = await connection.fetchval(_QUERIES["merge_answer"], nudge_id, person_id, answer.value, stored_reason, now)
    return RecordedAnswer(rule=row["rule"], is_new=merged is not None)
