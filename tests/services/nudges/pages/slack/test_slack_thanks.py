"""A manager writes to a rep in Slack, or wants a message again later: over HTTP, on a real database."""

import asyncio

import asyncpg
import pytest

from services.nudges.pages.slack.slack_answers import NOT_POSSIBLE, WRITTEN_BEFORE
from shared.events import NudgeId
from tests.services.nudges.builders.days import MONDAY, at
from tests.services.nudges.builders.managed_teams import lead
from tests.services.nudges.builders.people import ANA, BEN
from tests.services.nudges.builders.reports import report
from tests.services.nudges.builders.rows import Rows
from tests.services.nudges.pages.slack.pressing import REMINDER, Slack
from tests.services.nudges.pages.slack.requests import press, press_thanks

NOTE = "Great save on *Acme*, <@U024BE7LH>!"


@pytest.fixture(autouse=True)
async def _mara_leads_ana(rows: Rows, slack: Slack) -> None:
    await lead(rows.pool, ANA, newest_day=MONDAY)
    await rows.add_day(report(state="open"))


async def _sent(pool: asyncpg.Pool) -> list[tuple[str, str]]:
    """Who got what from a manager."""
    rows = await pool.fetch("SELECT person_id, text FROM nudge WHERE rule = 'thanks' AND status = 'sent' ORDER BY seq")
    return [tuple(row) for row in rows]


async def test_what_is_typed_reaches_the_rep_and_stands_where_the_field_was(slack: Slack, pool: asyncpg.Pool) -> None:
    assert await slack.press(press_thanks(NOTE)) == 200

    assert await _sent(pool) == [(ANA.id, f"Mara Lind wrote to you: “{NOTE}”")]
    (reply,) = slack.stand_in.replies
    assert reply["replace_original"] is True
    assert f"To Ana Ruiz: “{NOTE}” Sent today at 12:00 Madrid time." in str(reply["blocks"])
    assert "input" not in [block["type"] for block in reply["blocks"]]


@pytest.mark.parametrize("typed", ["", None, "   "])
async def test_an_empty_field_is_a_thank_you(slack: Slack, pool: asyncpg.Pool, typed: str | None) -> None:
    await slack.press(press_thanks(typed))

    ((person, text),) = await _sent(pool)
    assert person == ANA.id
    assert text.startswith("Mara Lind says thank you")


async def test_two_clicks_at_once_send_it_once(slack: Slack, pool: asyncpg.Pool) -> None:
    clicks = [press_thanks(NOTE, clicked_at=f"1767610800.00010{number}") for number in range(2)]

    assert await asyncio.gather(*[slack.press(click) for click in clicks]) == [200, 200]

    assert len(await _sent(pool)) == 1


async def test_other_words_about_the_same_are_not_sent_and_the_manager_learns_it(slack: Slack, pool: asyncpg.Pool) -> None:
    await slack.press(press_thanks(NOTE))
    await slack.press(press_thanks("Something else", clicked_at="1767610900.000100"))

    assert [text for _, text in await _sent(pool)] == [f"Mara Lind wrote to you: “{NOTE}”"]
    assert slack.stand_in.replies[-1] == {
        "response_type": "ephemeral",
        "replace_original": False,
        "text": WRITTEN_BEFORE,
    }


async def test_what_is_too_long_is_not_sent_and_the_manager_learns_it(slack: Slack, pool: asyncpg.Pool) -> None:
    await slack.press(press_thanks("a" * 3_000))

    assert await _sent(pool) == []
    assert "3000 characters" in slack.stand_in.replies[-1]["text"]


async def test_nobody_sends_thanks_for_what_is_not_theirs(slack: Slack, rows: Rows) -> None:
    await rows.add_nudge(REMINDER.model_copy(update={"id": NudgeId("about-ben"), "occasion": "ben:2026-03-02"}))
    refused = [
        press_thanks(NOTE, user="U0000BEN1"),
        press_thanks(NOTE, nudge_id="about-ben"),
        press_thanks(NOTE, nudge_id="bens", user="U0000BEN1"),
        press_thanks(NOTE, nudge_id="no-such-nudge"),
    ]

    for payload in refused:
        assert await slack.press(payload) == 200

    assert [reply["text"] for reply in slack.stand_in.replies] == [NOT_POSSIBLE] * len(refused)
    assert await _sent(rows.pool) == []


async def test_a_message_comes_again_later_once(slack: Slack, rows: Rows) -> None:
    await rows.add_delivery(NudgeId("plan-done"), "personal", state="delivered", queued_at=at(MONDAY, "09:00"))

    for number in range(2):
        assert await slack.press(press("later", clicked_at=str(number))) == 200

    queued = await rows.pool.fetchval("SELECT again_at FROM delivery WHERE nudge_id = 'plan-done' AND channel = 'personal'")
    assert queued == at(MONDAY, "14:00")
    assert [reply["text"] for reply in slack.stand_in.replies] == ["You'll get this message again later today."] * 2


async def test_a_message_that_did_not_arrive_cannot_come_again(slack: Slack) -> None:
    await slack.press(press("later", user="U0000BEN1", nudge_id="bens"))

    assert "can't send this message again today" in slack.stand_in.replies[-1]["text"]
    assert BEN.id in slack.scoring.asked
