"""What is read of Slack's requests."""

from typing import Any

import pytest

from services.nudges.domain.feedback.answers import Answer, WrongReason
from services.nudges.pages.slack.click import Answered, AskedAgain, Click, Thanked, UnreadableClick, read_click
from shared.events import NudgeId
from tests.services.nudges.pages.slack.requests import body_of, press, press_thanks


def test_a_button_names_the_nudge_and_the_answer() -> None:
    assert read_click(body_of(press("not_useful"))) == Click(
        user="U024BE7LH",
        nudge_id=NudgeId("plan-done"),
        action=Answered(answer=Answer.NOT_USEFUL),
        clicked_at="1767610800.000100",
        response_url="https://hooks.slack.com/actions/T0001/1/abc",
    )


def test_the_menu_names_the_reason_too() -> None:
    click = read_click(body_of(press("wrong", option="missing")))

    assert click is not None
    assert click.action == Answered(answer=Answer.WRONG, reason=WrongReason.MISSING)


@pytest.mark.parametrize(("typed", "text"), [("Great call, <@U1>!", "Great call, <@U1>!"), ("", ""), (None, "")])
def test_thanks_come_with_what_was_typed(typed: str | None, text: str) -> None:
    click = read_click(body_of(press_thanks(typed)))

    assert click is not None
    assert (click.nudge_id, click.action) == ("reminder", Thanked(text=text))


def test_what_stands_in_another_field_is_not_sent() -> None:
    state = press_thanks("for Ben", nudge_id="other")["state"]
    click = read_click(body_of(press("thank", nudge_id="thanks:reminder") | {"state": state}))

    assert click is not None
    assert click.action == Thanked(text="")


def test_a_message_can_be_asked_for_again() -> None:
    click = read_click(body_of(press("later")))

    assert click is not None
    assert (click.nudge_id, click.action) == ("plan-done", AskedAgain())


@pytest.mark.parametrize(
    "payload",
    [
        press("not_useful", nudge_id="thanks:reminder"),
        press("thank"),
        press("not_useful") | {"type": "view_submission"},
        press("not_useful") | {"actions": []},
        press("open_page"),
        press("wrong"),
        press("wrong", option="because"),
        {"type": "shortcut", "user": {"id": "U1"}},
    ],
)
def test_what_is_no_answer_is_passed_over(payload: dict[str, Any]) -> None:
    assert read_click(body_of(payload)) is None


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"payload=",
        b"payload={",
        b"payload=[]",
        b"payload=%7B%7D&payload=%7B%7D",
        b"text=hello",
        b"\xff\xfe",
        b"payload=" + b"%5B" * 20_000,
        b"&".join([b"a=1"] * 1_000),
        body_of({"type": "block_actions"}),
        body_of(press("not_useful") | {"user": "U024BE7LH"}),
        body_of(press("not_useful") | {"actions": press("not_useful")["actions"] * 2}),
        body_of(press("not_useful") | {"actions": [{}]}),
        body_of(press("not_useful") | {"response_url": 1}),
    ],
)
def test_what_slack_does_not_send_is_refused(body: bytes) -> None:
    with pytest.raises(UnreadableClick):
        read_click(body)
