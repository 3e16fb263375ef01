"""A person asks to get a message again later today: it is sent to them once more, and to nobody else."""

from datetime import datetime
from typing import Final

import asyncpg

from services.nudges.context.days import find_day
from services.nudges.deliver.deliveries import has_reached_person, requeue_for_later
from services.nudges.domain.candidate import NEW_DISPUTES_RULE
from services.nudges.domain.feedback.preferences import later_today
from services.nudges.domain.working_time import WorkingTime, local_day, working_time_of_manager, working_time_of_rep
from services.nudges.pages.messages.stored_messages import Message
from services.nudges.preferences.stored_preferences import find_preference
from services.nudges.rules.catalogue import MANAGER_RULES
from shared.events import PersonId, RepId
from shared.languages.messages import marked
from shared.postgres.pool import Connection

AGAIN: Final = marked("You'll get this message again later today.")
NOT_AGAIN: Final = marked("We can't send this message again today. It's still in Daymark.")
PERSONAL: Final = "personal"
"""The name of the channel to individuals."""
LATER_NOTICES: Final = {"yes": AGAIN, "no": NOT_AGAIN}
"""What a page says, in its language, to somebody who asked for it, by whether it will come."""


async def find_later_time(
    connection: Connection | asyncpg.Pool, message: Message, reader_id: PersonId, *, now: datetime
) -> datetime | None:
    """When the reader would get it again. None if it is not theirs, does not hold, was not sent today, has not reached them
    by mail or Slack, or the day is too far gone."""
    if message.person_id != reader_id or message.retracted_because or message.send_at is None:
        return None
    today = local_day(now, message.timezone)
    if local_day(message.send_at, message.timezone) != today:
        return None
    if not await has_reached_person(connection, message.id, PERSONAL):
        return None
    working = await _working_time(connection, message, now=now)
    if working is None:
        return None
    preference = await find_preference(connection, reader_id)
    return later_today(preference.narrow(working, message.timezone), now=now)


async def ask_again(pool: asyncpg.Pool, message: Message, reader_id: PersonId, *, now: datetime) -> bool:
    """Queue it for later today. False if that is not possible."""
    async with pool.acquire() as connection, connection.transaction():
        at = await find_later_time(connection, message, reader_id, now=now)
        return at is not None and await requeue_for_later(connection, message.id, PERSONAL, at=at)


async def _working_time(connection: Connection | asyncpg.Pool, message: Message, *, now: datetime) -> WorkingTime | None:
    """Of the recipient today."""
    today = local_day(now, message.timezone)
    if message.rule in MANAGER_RULES or message.rule == NEW_DISPUTES_RULE:
        return working_time_of_manager(today, message.timezone)
    report = await find_day(connection, RepId(message.person_id), today)
    return working_time_of_rep(report) if report is not None else None
