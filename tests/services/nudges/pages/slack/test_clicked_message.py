"""The message whose button was pressed, on a real database."""

import pytest

from services.nudges.deliver.deliver_nudges import add_links
from services.nudges.deliver.personal.slack_message import slack_message
from services.nudges.deliver.personal.transport import personal_message
from services.nudges.domain.feedback.answers import Answer, WrongReason
from services.nudges.pages.slack.clicked_message import answered_message, find_clicked_message
from shared.events import NudgeId, NudgePart
from tests.services.nudges.builders.days import NOON
from tests.services.nudges.builders.nudges import make_nudge
from tests.services.nudges.builders.people import ANA, MARA
from tests.services.nudges.builders.rows import Rows
from tests.services.nudges.pages.browser import LINKS

SECOND = make_nudge("n2", text="You did your plan.")
FIRST = make_nudge(
    "n1",
    text=f"You're back.\n{SECOND.text}",
    parts=tuple(
        NudgePart(id=NudgeId(part_id), kind=SECOND.kind, rule="plan_done", text=text)
        for part_id, text in (("n1", "You're back."), ("n2", SECOND.text))
    ),
)


async def _add_message(rows: Rows) -> None:
    await rows.add_nudge(make_nudge("n0"))
    await rows.add_nudge(FIRST)
    await rows.add_nudge(SECOND, status="bundled", bundled_with=FIRST.id)


@pytest.mark.parametrize("nudge_id", ["n1", "n2"])
async def test_every_nudge_of_a_message_gives_the_message(rows: Rows, nudge_id: str) -> None:
    await _add_message(rows)

    assert await find_clicked_message(rows.pool, NudgeId(nudge_id)) == FIRST


@pytest.mark.parametrize("status", ["deferred", "withheld", "suppressed"])
async def test_what_was_not_sent_has_no_message(rows: Rows, status: str) -> None:
    await rows.add_nudge(FIRST, status=status)

    assert await find_clicked_message(rows.pool, FIRST.id) is None
    assert await find_clicked_message(rows.pool, NudgeId("no-such-nudge")) is None


async def test_without_an_answer_it_is_the_message_that_was_sent(rows: Rows) -> None:
    await _add_message(rows)

    sent = slack_message(personal_message(add_links(FIRST, LINKS), stop_url=LINKS.mail_url(ANA.id)), has_buttons=True)
    assert await answered_message(rows.pool, FIRST, LINKS, now=NOON) == sent


async def test_what_the_recipient_has_answered_stands_where_its_buttons_were(rows: Rows) -> None:
    await _add_message(rows)
    await rows.add_answer(FIRST.id, MARA.id, Answer.RECOGNISED)
    await rows.add_answer(SECOND.id, ANA.id, Answer.WRONG, reason=WrongReason.TWICE)

    message = await answered_message(rows.pool, FIRST, LINKS, now=NOON)

    assert [block["type"] for block in message.blocks] == ["section", "actions", "section", "context", "context", "rich_text"]
    assert message.blocks[3]["elements"] == [
        {
            "type": "plain_text",
            "text": "You answered: wrong (something is recorded twice). You won't get messages like this one for 14 days.",
            "emoji": False,
        }
    ]
