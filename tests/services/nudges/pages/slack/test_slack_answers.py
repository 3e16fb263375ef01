"""Answers from Slack: over HTTP, on a real database, with a stand-in of Slack for the replies."""

import asyncio
import json
from datetime import timedelta

import asyncpg
import pytest

from services.nudges.deliver.personal.slack_message import slack_message
from services.nudges.deliver.personal.transport import personal_message
from services.nudges.domain.feedback.answers import Answer
from services.nudges.metrics import NudgesMetrics
from services.nudges.pages.slack import slack_answers
from services.nudges.preferences.stored_preferences import save_language
from shared.events import NudgeId
from shared.requests.client import NoResponder, Refused
from shared.service.settings import SecretMissing
from tests.services.nudges.builders.days import NOON
from tests.services.nudges.builders.nudges import make_nudge
from tests.services.nudges.builders.people import ANA, MARA
from tests.services.nudges.builders.rows import Rows
from tests.services.nudges.pages.slack.pressing import Slack
from tests.services.nudges.pages.slack.requests import body_of, press


def _counted(metrics: NudgesMetrics, answer: str) -> float | None:
    labels = {"rule": "plan_done", "answer": answer}
    return metrics.registry.get_sample_value("daymark_nudges_answers_total", labels)


async def test_a_button_stores_the_answer_and_is_replaced_by_it(slack: Slack, metrics: NudgesMetrics) -> None:
    assert await slack.press(press("not_useful")) == 200

    assert await slack.stored() == [("plan-done", "ana", "not_useful", "")]
    assert _counted(metrics, "not_useful") == 1
    (reply,) = slack.stand_in.replies
    assert reply["replace_original"] is True
    assert "You answered: not useful" in str(reply["blocks"])
    assert "actions" not in [block["type"] for block in reply["blocks"]]


async def test_the_menu_stores_the_reason(slack: Slack) -> None:
    assert await slack.press(press("wrong", option="missing")) == 200

    assert await slack.stored() == [("plan-done", "ana", "wrong", "missing")]
    assert "wrong (something is missing from the records)" in str(slack.stand_in.replies)


async def test_the_reply_is_in_the_language_of_whoever_clicked(slack: Slack, pool: asyncpg.Pool) -> None:
    await save_language(pool, ANA.id, "es", now=NOON)

    for click in (press("not_useful"), press("not_useful", nudge_id="bens", user="U0000BEN1"), press("later")):
        await slack.press(click)

    spanish, english, later = [str(reply) for reply in slack.stand_in.replies]
    assert "Tu respuesta: no es útil. No recibirás mensajes como este durante 30 días." in spanish
    assert "Por qué recibes este mensaje:" in spanish
    assert "You answered: not useful. You won't get messages like this one for 30 days." in english
    assert "No podemos volver a enviar este mensaje hoy. Sigue en Daymark." in later


async def test_a_manager_recognises_from_the_reminder(slack: Slack) -> None:
    assert await slack.press(press("recognised", nudge_id="reminder", user="U000MARA1")) == 200

    assert await slack.stored() == [("reminder", "mara", "recognised", "")]


async def test_every_button_of_the_message_that_is_sent_can_be_pressed(slack: Slack) -> None:
    sent = slack_message(personal_message(make_nudge(), stop_url=""), has_buttons=True).blocks
    (actions,) = json.loads(json.dumps([block for block in sent if block["type"] == "actions"]))
    *answers, menu, later = actions["elements"]
    buttons = [(element["action_id"], None) for element in answers]
    choices = [(menu["action_id"], option["value"]) for option in menu["options"]]

    for number, (answer, option) in enumerate([*buttons, *choices]):
        payload = press(answer, nudge_id=actions["block_id"], option=option, clicked_at=str(number))
        assert await slack.press(payload) == 200
        assert await slack.stored() == [("plan-done", "ana", answer, option or "")]

    assert (len(buttons), len(choices), later["action_id"]) == (1, 5, "later")


async def test_two_clicks_at_once_are_one_answer(slack: Slack, metrics: NudgesMetrics) -> None:
    clicks = [press("not_useful", clicked_at=f"1767610800.00010{number}") for number in range(2)]

    assert await asyncio.gather(*[slack.press(click) for click in clicks]) == [200, 200]

    assert await slack.stored() == [("plan-done", "ana", "not_useful", "")]
    assert _counted(metrics, "not_useful") == 1


@pytest.mark.parametrize("later_s", [0, 60], ids=["replayed", "sent again by Slack"])
async def test_the_same_click_again_does_not_overwrite_a_later_answer(slack: Slack, rows: Rows, later_s: int) -> None:
    click = press("not_useful")
    await slack.press(click)
    await rows.pool.execute("UPDATE answer SET answer = 'wrong', reason = 'twice'")
    slack.clock.step_to(NOON + timedelta(seconds=later_s))

    assert await slack.press(click) == 200

    assert await slack.stored() == [("plan-done", "ana", "wrong", "twice")]
    assert "You answered: wrong" in str(slack.stand_in.replies[-1])


async def test_another_click_counts_as_a_new_answer(slack: Slack) -> None:
    await slack.press(press("not_useful"))
    await slack.press(press("wrong", option="other", clicked_at="1767610900.000100"))

    assert await slack.stored() == [("plan-done", "ana", "wrong", "other")]


async def test_only_the_newest_clicks_are_kept(slack: Slack, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(slack_answers, "_CLICKS_MAX", 2)

    for number in range(5):
        await slack.press(press("not_useful", clicked_at=str(number)))

    assert [clicked_at for _, _, clicked_at in slack.answers._recorded] == ["3", "4"]


@pytest.mark.parametrize("failure", [NoResponder("person.contacts.v1"), Refused("not now"), TimeoutError()])
async def test_while_scoring_does_not_answer_the_user_sees_an_error_and_can_press_again(
    slack: Slack, failure: Exception
) -> None:
    slack.scoring.failure = failure
    assert await slack.press(press("not_useful")) == 503
    assert (await slack.stored(), slack.stand_in.replies) == ([], [])

    slack.scoring.failure = None
    assert await slack.press(press("not_useful")) == 200
    assert await slack.stored() == [("plan-done", "ana", "not_useful", "")]


async def test_an_answer_is_stored_even_if_its_reply_goes_nowhere(slack: Slack) -> None:
    assert await slack.post(body_of(press("not_useful", response_url="http://169.254.169.254/"))) == 200

    assert await slack.stored() == [("plan-done", "ana", "not_useful", "")]


async def test_the_reply_does_not_show_what_others_have_answered(slack: Slack, rows: Rows) -> None:
    await rows.add_answer(NudgeId("plan-done"), MARA.id, Answer.RECOGNISED)

    await slack.press(press("not_useful"))

    assert "recognised" not in str(slack.stand_in.replies)


async def test_without_the_secret_nothing_is_accepted(slack: Slack) -> None:
    def read_secret() -> str:
        raise SecretMissing("env:SLACK_SIGNING_SECRET")

    slack.answers._read_secret = read_secret

    assert await slack.press(press("not_useful")) == 503
    assert await slack.stored() == []


async def test_the_database_being_down_is_an_error_that_the_user_sees(slack: Slack, unreachable_pool: asyncpg.Pool) -> None:
    slack.answers._pool = unreachable_pool

    assert await slack.press(press("not_useful")) == 503
