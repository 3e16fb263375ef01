"""The message whose button was pressed, as it was sent and with what its recipient has answered."""

from datetime import datetime
from typing import Final

import asyncpg

from services.nudges.deliver.deliver_nudges import add_links
from services.nudges.deliver.personal.slack_message import SlackMessage, slack_message
from services.nudges.deliver.personal.transport import personal_message
from services.nudges.domain.feedback.answers import OBJECTION_COOLDOWNS, describe_answer
from services.nudges.links import Links
from services.nudges.pages.messages.stored_messages import GivenAnswer, find_message
from services.nudges.pages.thanks.thanks_view import lines_of_sender
from services.nudges.pages.thanks.written_thanks import list_written
from shared.events import Nudge, NudgeId, PersonId
from shared.languages.messages import gettext
from shared.postgres.queries import Queries

_QUERIES: Final = Queries.beside(__file__)


async def find_clicked_message(pool: asyncpg.Pool, nudge_id: NudgeId) -> Nudge | None:
    """The message in which a nudge was sent; None if it was not, or was erased."""
    event = await pool.fetchval(_QUERIES["find_clicked_message"], nudge_id)
    return Nudge.model_validate_json(event) if event is not None else None


async def answered_message(pool: asyncpg.Pool, nudge: Nudge, links: Links, *, now: datetime) -> SlackMessage:
    """The message, with the answers of its recipient, and what they wrote to reps, in the place of the buttons."""
    stored = await find_message(pool, nudge.id, nudge.person.id)
    answered: dict[NudgeId, str] = {}
    if stored is not None:
        answered = {
            answered_id: _describe(answer)
            for answered_id, answers in ((stored.id, stored.answers), *((part.id, part.answers) for part in stored.parts))
            for answer in _own(answers, nudge.person.id)
        }
    message = personal_message(add_links(nudge, links), stop_url=links.mail_url_if_any(nudge.person.id))
    thanked = await _list_thanked(pool, nudge, now=now)
    return slack_message(message, has_buttons=True, answered=answered, thanked=thanked)


async def _list_thanked(pool: asyncpg.Pool, nudge: Nudge, *, now: datetime) -> dict[NudgeId, str]:
    """What was written to the reps whom the message names, with what has become of it."""
    if not nudge.thanks:
        return {}
    written = {thanks.recognition.nudge_id: thanks for thanks in reversed(await list_written(pool, nudge.person.id))}
    thanked = [(due.nudge_id, written[due.nudge_id]) for due in nudge.thanks if due.nudge_id in written]
    lines = lines_of_sender([thanks for _, thanks in thanked], now=now)
    return {
        nudge_id: gettext("To {name}: {text} {state}").format(name=line.person, text=line.text, state=line.state)
        for (nudge_id, _), line in zip(thanked, lines, strict=True)
    }


def _describe(answer: GivenAnswer) -> str:
    """`You answered: not useful. You won't get messages like this one for 30 days.`"""
    cooldown = OBJECTION_COOLDOWNS.get(answer.answer)
    answered = gettext("You answered: {answer}.").format(answer=describe_answer(answer.answer, answer.reason))
    if cooldown is None:
        return answered
    pause = gettext("You won't get messages like this one for {days} days.").format(days=cooldown.days)
    return f"{answered} {pause}"


def _own(answers: tuple[GivenAnswer, ...], person_id: PersonId) -> tuple[GivenAnswer, ...]:
    """Those of one person: the recipient does not see what others have answered."""
    return tuple(answer for answer in answers if answer.person_id == person_id)
