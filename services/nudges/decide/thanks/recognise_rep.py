"""A manager says something to a rep of theirs, or takes it back while it waits."""

from dataclasses import dataclass
from datetime import datetime

import asyncpg

from services.nudges.context.days import find_newest_day
from services.nudges.context.roster.managed_reps import can_thank
from services.nudges.decide.decision_context import DecisionContext, Recipient
from services.nudges.decide.persist import persist
from services.nudges.decide.thanks.draft_thanks import draft_thanks
from services.nudges.decide.thanks.occasions import find_occasion
from services.nudges.decide.thanks.recognitions import add_recognition, find_recognition, undo_recognition
from services.nudges.deliver.personal.neutral_text import neutral_line
from services.nudges.domain.decision import Outcome
from services.nudges.domain.feedback.thanks import TEXT_LENGTH_MAX, Recognition, RecognitionId, make_recognition_id
from services.nudges.domain.working_time import local_day
from services.nudges.locks import lock_person
from shared.errors import DaymarkError
from shared.events import DayReport, ManagerId, NudgeId, Person, RepId
from shared.postgres.pool import Connection


class NotTheirRep(DaymarkError):
    """This manager does not lead this rep today, or the rep has left. Apply a roster in which they do."""


class TextTooLong(DaymarkError):
    """The text is too long. Shorten it."""

    def __init__(self, length: int) -> None:
        super().__init__(f"{length} characters, at most {TEXT_LENGTH_MAX}")
        self.length = length


class AlreadySent(DaymarkError):
    """Another text was sent from this form. Open the page again to write a second one."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Written:
    """What a manager writes. `form` is the token of the form: the same form sends one message, however often it is sent.
    Without `text` it is a thank-you. `nudge_id` is the nudge that it answers, if any."""

    manager_id: ManagerId
    rep_id: RepId
    form: str
    text: str
    nudge_id: NudgeId | None


@dataclass(frozen=True, kw_only=True, slots=True)
class Recognised:
    """The recognition, and what became of its message; None if the same form had sent it before."""

    id: RecognitionId
    outcome: Outcome | None


async def recognise_rep(pool: asyncpg.Pool, written: Written, context: DecisionContext) -> Recognised:
    """Store it and its message. A nudge that is no reason to thank this rep is left out.

    Raises:
        NotTheirRep: they do not lead the rep.
        TextTooLong: without what nobody sees, the text has more characters than may be sent.
        AlreadySent: the form has sent something else.
    """
    text = neutral_line(written.text, length_max=max(len(written.text), 1))
    if len(text) > TEXT_LENGTH_MAX:
        raise TextTooLong(len(text))
    async with pool.acquire() as connection, connection.transaction():
        await lock_person(connection, written.rep_id)
        report = await find_newest_day(connection, written.rep_id)
        if report is None or not await can_thank(connection, written.manager_id, report):
            raise NotTheirRep(f"{written.manager_id}, {written.rep_id}")
        recognition = await _make_recognition(connection, written, text, report, now=context.now)
        if not await add_recognition(connection, recognition):
            stored = await find_recognition(connection, recognition.id)
            if stored is None or stored.text != text:
                raise AlreadySent(recognition.id)
            return Recognised(id=recognition.id, outcome=None)
        recipient = Recipient(person=report.rep, team=report.team, timezone=report.timezone, managers=())
        draft = await draft_thanks(connection, recognition, recipient, send_at=context.now, now=context.now)
        return Recognised(id=recognition.id, outcome=await persist(connection, draft, recipient, context))


async def undo_thanks(
    pool: asyncpg.Pool, recognition_id: RecognitionId, manager_id: ManagerId, rep_id: RepId, *, now: datetime
) -> bool:
    """Take back what still waits; False if it has gone out. Doing it again changes nothing."""
    async with pool.acquire() as connection, connection.transaction():
        await lock_person(connection, rep_id)
        return await undo_recognition(connection, recognition_id, manager_id, rep_id, now=now)


async def _make_recognition(
    connection: Connection, written: Written, text: str, report: DayReport, *, now: datetime
) -> Recognition:
    manager_id, rep_id = written.manager_id, written.rep_id
    occasion = None
    if written.nudge_id is not None:
        today = local_day(now, report.timezone)
        occasion = await find_occasion(connection, written.nudge_id, manager_id=manager_id, rep_id=rep_id, today=today)
    manager = next(manager for manager in report.managers if manager.id == manager_id)
    return Recognition(
        id=make_recognition_id(manager_id, rep_id, written.form),
        rep_id=rep_id,
        manager=Person(id=manager.id, name=manager.name),
        nudge_id=occasion.nudge_id if occasion is not None else None,
        about_day=occasion.about_day if occasion is not None else None,
        facts=occasion.facts if occasion is not None else "",
        text=text,
        written_at=now,
    )
