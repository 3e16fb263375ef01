"""Clicks that are not Slack's, or not of the person to answer: over HTTP, on a real database."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import httpx
import pytest
from starlette.applications import Starlette

from services.nudges.pages.slack.slack_answers import NOT_POSSIBLE
from tests.services.nudges.builders.days import NOON
from tests.services.nudges.builders.people import ANA
from tests.services.nudges.builders.rows import Rows
from tests.services.nudges.pages.slack.pressing import Slack
from tests.services.nudges.pages.slack.requests import body_of, press, signed_headers
from tests.serving import served


def _forged(body: bytes) -> dict[str, str]:
    return signed_headers(body, secret="another secret of thirty-two bytes")


def _old(body: bytes) -> dict[str, str]:
    return signed_headers(body, now=NOON - timedelta(seconds=301))


def _of_the_future(body: bytes) -> dict[str, str]:
    return signed_headers(body, now=NOON + timedelta(seconds=301))


def _of_another_body(body: bytes) -> dict[str, str]:
    return signed_headers(body + b"x")


def _unsigned(_: bytes) -> dict[str, str]:
    return {"content-type": "application/x-www-form-urlencoded"}


@pytest.mark.parametrize("headers", [_forged, _old, _of_the_future, _of_another_body, _unsigned])
async def test_what_slack_has_not_just_sent_changes_nothing(slack: Slack, headers: Callable[[bytes], dict[str, str]]) -> None:
    body = body_of(press("not_useful", response_url=slack.stand_in.response_url))

    assert await slack.post(body, headers(body)) == 401

    assert await slack.stored() == []
    assert (slack.scoring.asked, slack.stand_in.replies) == ([], [])


@pytest.mark.parametrize(
    "payload",
    [
        press("not_useful", user="U0000BEN1"),
        press("not_useful", user="U0000MAIL"),
        press("not_useful", user=""),
        press("not_useful", nudge_id="bens"),
        press("recognised", user="U000MARA1"),
        press("recognised"),
        press("coached", nudge_id="reminder", user="U000MARA1"),
        press("not_useful", nudge_id="no-such-nudge"),
    ],
    ids=[
        "another user",
        "an address of another way",
        "no user",
        "the nudge of somebody else",
        "a manager in the place of their rep",
        "an answer that is not theirs to give",
        "an answer that does not fit",
        "a nudge that does not exist",
    ],
)
async def test_what_is_not_theirs_to_answer_is_not_stored(slack: Slack, payload: dict[str, Any]) -> None:
    assert await slack.press(payload) == 200

    assert await slack.stored() == []
    assert slack.stand_in.replies == [{"response_type": "ephemeral", "replace_original": False, "text": NOT_POSSIBLE}]


async def test_whoever_has_left_the_roster_answers_nothing_any_more(slack: Slack) -> None:
    del slack.scoring.roster[ANA.id]

    assert await slack.press(press("not_useful")) == 200

    assert slack.scoring.asked == [ANA.id]
    assert await slack.stored() == []


async def test_a_deferred_nudge_cannot_be_answered(slack: Slack, rows: Rows) -> None:
    await rows.pool.execute("UPDATE nudge SET status = 'deferred'")

    assert await slack.press(press("not_useful")) == 200

    assert await slack.stored() == []


async def test_other_buttons_of_the_app_are_passed_over(slack: Slack) -> None:
    assert await slack.press(press("open_page")) == 200

    assert (await slack.stored(), slack.stand_in.replies) == ([], [])


async def test_a_signed_body_that_cannot_be_read_is_refused(slack: Slack) -> None:
    assert await slack.post(b"payload={") == 400


async def test_a_refused_request_is_logged_once_in_a_while(slack: Slack, capfd: pytest.CaptureFixture[str]) -> None:
    for _ in range(3):
        await slack.post(b"payload=x", _unsigned(b""))

    assert "".join(capfd.readouterr()).count("slack_request_refused") == 1


async def test_a_body_over_the_limit_is_refused_by_the_server(slack: Slack) -> None:
    body = body_of(press("not_useful") | {"message": "x" * 70_000})
    async with served(Starlette(routes=slack.answers.routes())) as port, httpx.AsyncClient() as client:
        answer = await client.post(f"http://127.0.0.1:{port}/slack/interactivity", content=body, headers=signed_headers(body))

    assert answer.status_code == 413
    assert await slack.stored() == []


@pytest.mark.parametrize("method", ["GET", "HEAD"])
async def test_opening_the_address_shows_nothing(slack: Slack, method: str) -> None:
    assert (await slack.client.request(method, "/slack/interactivity")).status_code == 405
