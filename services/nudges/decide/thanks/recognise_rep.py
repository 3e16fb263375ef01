"""A manager says something to a rep of theirs, or a colleague to another, or takes it back while it waits."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

import asyncpg

from services.nudges.context.days import find_newest_day
from services.nudges.context.roster.managed_reps import Sender, find_sender
from services.nudges.decide.decision_context import DecisionContext, Recipient
from services.nudges.decide.persist import persist
from services.nudges.decide.policy.hold_back import hold_back
from services.nudges.decide.thanks.draft_thanks import draft_thanks
from services.nudges.decide.thanks.occasions import find_occasion
from services.nudges.decide.thanks.recognitions import add_recognition, count_of_colleague, find_recognition, undo_recognition
from services.nudges.deliver.personal.neutral_text import neutral_line
from services.nudges.domain.decision import Outcome
from services.nudges.domain.feedback.thanks import (
    BY_COLLEAGUE_MAX,
    BY_COLLEAGUE_WITHIN,
    TEXT_LENGTH_MAX,
    Recognition,
    RecognitionId,
    make_recognition_id,
)
from services.nudges.domain.feedback.undo import AT_ONCE
from services.nudges.domain.working_time import local_day
from services.nudges.locks import lock_person
from services.nudges.preferences.reader_language import in_language_of
from shared.errors import DaymarkError
from shared.events import DayReport, ManagerId, NudgeId, PersonId, RepId
from shared.postgres.pool import Connection


class NotTheirRep(DaymarkError):
    """This person does not lead this rep today and is no colleague who may thank them, or the rep has left. Apply a roster in
    which they do, or are."""


class TextTooLong(DaymarkError):
    """The text is too long. Shorten it."""

    def __init__(self, length: int) -> None:
        super().__init__(f"{length} characters, at most {TEXT_LENGTH_MAX}")
        self.length = length


class AlreadySent(DaymarkError):
    """Another text was sent from this form. Open the page again to write a second one."""


class TooManyToday(DaymarkError):
    """This colleague has written to this rep as often as one may within a day. Wait until tomorrow."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Written:
    """What somebody writes. `form` is the token of the form: the same form sends one message, however often it is sent.
    Without `text` it is a thank-you. `nudge_id` is the nudge that it answers, if any: that of a manager."""

    sender_id: PersonId
    rep_id: RepId
    form: str
    text: str
    nudge_id: NudgeId | None


@dataclass(frozen=True, kw_only=True, slots=True)
class Recognised:
    """The recognition, and what became of its message; None if the same form had sent it before."""

    id: RecognitionId
    outcome: Outcome | None


async def recognise_rep(
    pool: asyncpg.Pool, written: Written, context: DecisionContext, *, hold: timedelta = AT_ONCE
) -> Recognised:
    """Store it and its message, which is held back for as long as it can be undone. A nudge that is no reason to thank this rep
    is left out.

    Raises:
        NotTheirRep: they may not write to the rep, or only as a colleague, who answers no nudge.
        TextTooLong: without what nobody sees, the text has more characters than may be sent.
        AlreadySent: the form has sent something else.
        TooManyToday: they write as a colleague, and have done so several times.
    """
    text = neutral_line(written.text, length_max=max(len(written.text), 1))
    if len(text) > TEXT_LENGTH_MAX:
        raise TextTooLong(len(text))
    async with pool.acquire() as connection, connection.transaction():
        await lock_person(connection, written.rep_id)
        report = await find_newest_day(connection, written.rep_id)
        sender = await find_sender(connection, written.sender_id, report) if report is not None else None
        if report is None or sender is None or (sender.is_colleague and written.nudge_id is not None):
            raise NotTheirRep(f"{written.sender_id}, {written.rep_id}")
        async with in_language_of(connection, written.rep_id, default=context.language):
            recognition = await _make_recognition(connection, written, sender, text, report, now=context.now)
        if not await add_recognition(connection, recognition):
            stored = await find_recognition(connection, recognition.id)
            if stored is None or stored.text != text:
                raise AlreadySent(recognition.id)
            return Recognised(id=recognition.id, outcome=None)
        if sender.is_colleague:
            await _refuse_too_many(connection, recognition)
        recipient = Recipient(person=report.rep, team=report.team, timezone=report.timezone, managers=())
        draft = await draft_thanks(connection, recognition, recipient, context, send_at=context.now)
        draft = replace(draft, verdict=hold_back(draft.verdict, hold, now=context.now))
        return Recognised(id=recognition.id, outcome=await persist(connection, draft, recipient, context))


async def undo_thanks(
    pool: asyncpg.Pool, recognition_id: RecognitionId, sender_id: PersonId, rep_id: RepId, *, now: datetime
) -> bool:
    """Take back what still waits; False if it has gone out. Doing it again changes nothing."""
    async with pool.acquire() as connection, connection.transaction():
        await lock_person(connection, rep_id)
        return await undo_recognition(connection, recognition_id, sender_id, rep_id, now=now)


async def _refuse_too_many(connection: Connection, recognition: Recognition) -> None:
    """The recognition is stored already, and goes with the transaction."""
    since = recognition.written_at - BY_COLLEAGUE_WITHIN
    if await count_of_colleague(connection, recognition.sender.id, recognition.rep_id, since=since) > BY_COLLEAGUE_MAX:
        raise TooManyToday(f"{recognition.sender.id}, {recognition.rep_id}")


async def _make_recognition(
    connection: Connection, written: Written, sender: Sender, text: str, report: DayReport, *, now: datetime
) -> Recognition:
    rep_id, occasion = written.rep_id, None
    if written.nudge_id is not None:
        manager_id, today = ManagerId(sender.person.id), local_day(now, report.timezone)
        occasion = await find_occasion(connection, written.nudge_id, manager_id=manager_id, rep_id=rep_id, today=today)
    return Recognition(
        id=make_recognition_id(sender.person.id, rep_id, written.form),
        rep_id=rep_id,
        sender=sender.person,
        nudge_id=occasion.nudge_id if occasion is not None else None,
        about_day=occasion.about_day if occasion is not None else None,
        facts=occasion.facts if occasion is not None else "",
        text=text,
        written_at=now,
        is_from_colleague=sender.is_colleague,
    )
