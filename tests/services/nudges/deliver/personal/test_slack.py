"""Direct messages in Slack, to a stand-in of its Web API on a real socket."""

import logging
import ssl
from collections.abc import AsyncIterator
from concurrent.futures import ThreadPoolExecutor

import certifi
import pytest
from starlette.responses import JSONResponse, Response

from services.nudges.deliver.channel import Delivered, GiveUp, TryLater
from services.nudges.deliver.personal.slack import SlackTransport
from services.nudges.deliver.personal.transport import TransportOutcome, personal_message
from shared.clock import SteppedClock
from shared.service.settings import SecretMissing
from tests.receiver import Received, answer, receiving
from tests.services.nudges.builders.days import NOON
from tests.services.nudges.builders.nudges import make_nudge
from tests.slack import HANG, NOT_SLACK, TOKEN, StandIn, error, slack_stand_in

ANAS_ID = "U024BE7LH"
MESSAGE = personal_message(make_nudge(), stop_url="")


@pytest.fixture
async def slack() -> AsyncIterator[StandIn]:
    async with slack_stand_in() as stand_in:
        yield stand_in


async def _send(
    slack: StandIn,
    *,
    token: str | None = TOKEN,
    user: str = ANAS_ID,
    timeout_s: float = 10,
    has_buttons: bool = True,
) -> TransportOutcome:
    def read_token() -> str | None:
        if token is None:
            raise SecretMissing("env:SLACK_TOKEN")
        return token

    workers = ThreadPoolExecutor(1)
    transport = SlackTransport(
        SteppedClock(NOON),
        workers,
        base_url=slack.base_url,
        read_token=read_token,
        timeout_s=timeout_s,
        trusted=ssl.create_default_context(cafile=certifi.where()),
        has_buttons=has_buttons,
    )
    outcome = await transport.send(MESSAGE, user)
    workers.shutdown(wait=False)
    return outcome


async def test_a_message_goes_to_the_conversation_with_its_person(slack: StandIn) -> None:
    assert await _send(slack) == Delivered()

    assert slack.calls == ["conversations.open", "chat.postMessage"]
    (message,) = slack.posted
    assert message["channel"] == "D024BE7LH"
    assert message["text"].startswith("Ana, you did your plan for today: 10 of 10 calls.")
    assert message["metadata"] == {"event_type": "daymark_nudge", "event_payload": {"nudge_id": "plan-done"}}


@pytest.mark.parametrize("has_buttons", [True, False])
async def test_a_message_has_buttons_if_slack_may_post_answers(slack: StandIn, has_buttons: bool) -> None:
    await _send(slack, has_buttons=has_buttons)

    assert ("actions" in [block["type"] for block in slack.posted[0]["blocks"]]) == has_buttons


async def test_slack_is_asked_to_expand_no_link_and_to_find_no_name(slack: StandIn) -> None:
    await _send(slack)

    (message,) = slack.posted
    options = {key: message[key] for key in ("mrkdwn", "parse", "link_names", "unfurl_links", "unfurl_media")}
    assert options == {"mrkdwn": False, "parse": "none", "link_names": False, "unfurl_links": False, "unfurl_media": False}


@pytest.mark.parametrize(("recognises", "count"), [(True, 1), (False, 2)])
async def test_what_is_sent_again_has_the_same_id(slack: StandIn, recognises: bool, count: int) -> None:
    slack.recognises_repetitions = recognises

    outcomes = [await _send(slack) for _ in range(2)]

    assert outcomes == [Delivered(), Delivered()]
    assert len(slack.posted) == count
    assert len({message["client_msg_id"] for message in slack.posted}) == 1


@pytest.mark.parametrize(
    "code",
    ["user_not_found", "users_not_found", "user_disabled", "cannot_dm_bot", "channel_not_found", "is_archived"],
)
@pytest.mark.parametrize("method", ["conversations.open", "chat.postMessage"])
async def test_somebody_whom_slack_does_not_reach_is_given_up(slack: StandIn, method: str, code: str) -> None:
    slack.answers[method] = error(code)

    assert await _send(slack) == GiveUp(error=f"Slack cannot message the member id of the roster ({code})")


async def test_a_user_whom_slack_does_not_know_is_given_up(slack: StandIn) -> None:
    assert isinstance(await _send(slack, user="U0000GONE"), GiveUp)
    assert slack.posted == []


@pytest.mark.parametrize("code", ["invalid_blocks", "msg_too_long", "metadata_too_large"])
async def test_a_message_that_slack_refuses_is_given_up(slack: StandIn, code: str) -> None:
    slack.answers["chat.postMessage"] = error(code)

    assert await _send(slack) == GiveUp(error=f"Slack refused the message ({code})")


@pytest.mark.parametrize(("retry_after", "after_s"), [("30", 30), ("", None), ("soon", None)])
@pytest.mark.parametrize("method", ["conversations.open", "chat.postMessage"])
async def test_slack_says_when_it_takes_messages_again(
    slack: StandIn, method: str, retry_after: str, after_s: float | None
) -> None:
    slack.answers[method] = error("ratelimited", status=429, retry_after=retry_after)

    assert await _send(slack) == TryLater(error="Slack's rate limit was reached (ratelimited)", after_s=after_s)
    assert slack.calls[-1] == method, "it is tried once"


async def test_a_time_that_comes_with_another_refusal_counts_too(slack: StandIn) -> None:
    async with receiving() as receiver:
        slack.port = receiver.port
        body = b'{"ok": false, "error": "service_unavailable"}'
        receiver.script(answer(503, body, content_type="application/json", Retry_After="30"))

        assert await _send(slack) == TryLater(error="Slack answered service_unavailable", after_s=30)


async def test_a_connection_that_breaks_is_the_channels_to_try_again(slack: StandIn) -> None:
    requests: list[Received] = []

    def hang_up(request: Received) -> bytes:
        requests.append(request)
        raise ConnectionResetError

    async with receiving() as receiver:
        slack.port, receiver.behave = receiver.port, hang_up

        outcome = await _send(slack)

    assert outcome == TryLater(error="no answer from Slack (RemoteDisconnected)")
    assert len(requests) == 1


@pytest.mark.parametrize(
    ("code", "remedy"),
    [
        ("invalid_auth", "check channels.slack.token"),
        ("not_authed", "check channels.slack.token"),
        ("token_revoked", "check channels.slack.token"),
        ("token_expired", "check channels.slack.token"),
        ("missing_scope", "give it chat:write and im:write"),
        ("org_login_required", "ask its administrator"),
        ("messages_tab_disabled", "turn on the Messages Tab"),
    ],
)
async def test_what_the_operator_can_mend_names_the_setting(slack: StandIn, code: str, remedy: str) -> None:
    slack.answers["chat.postMessage"] = error(code)

    outcome = await _send(slack)

    assert isinstance(outcome, TryLater)
    assert f"({code})" in outcome.error
    assert remedy in outcome.error
    assert "channels.slack.token" in outcome.error


async def test_an_inactive_account_is_the_persons_while_slack_accepts_the_token(slack: StandIn) -> None:
    slack.answers["conversations.open"] = error("account_inactive")

    of_person = await _send(slack)
    slack.answers["auth.test"] = error("account_inactive")
    of_app = await _send(slack)

    assert of_person == GiveUp(error="the person's Slack account is deactivated (account_inactive)")
    assert of_app == TryLater(error="Slack refused the token (account_inactive); check channels.slack.token")


@pytest.mark.parametrize(
    ("answer", "problem"),
    [
        (error("fatal_error"), "Slack answered fatal_error"),
        (error("internal_error", status=500), "Slack answered internal_error"),
        (NOT_SLACK, "Slack answered 502"),
        (error("Bearer xoxb-1 <ana@example.com>"), "Slack answered 200"),
        (Response("", 200), "Slack answered 200"),
        (JSONResponse({"ok": True}), "no answer from Slack (not an answer of Slack's)"),
        (JSONResponse(["ok"]), "no answer from Slack (AttributeError)"),
        (Response("{}", 200, headers={"content-type": "text/plain; charset=none"}), "no answer from Slack (LookupError)"),
        (Response("", 302, headers={"location": "/api/nowhere"}), "Slack answered 404"),
    ],
)
async def test_anything_else_is_tried_again_and_only_a_code_is_repeated(slack: StandIn, answer: Response, problem: str) -> None:
    slack.answers["conversations.open"] = answer

    assert await _send(slack) == TryLater(error=problem)


async def test_a_slack_that_hangs_is_left_after_the_timeout(slack: StandIn) -> None:
    slack.answers["conversations.open"] = HANG

    assert await _send(slack, timeout_s=0.05) == TryLater(error="no answer from Slack within 0.05 s")
    assert "chat.postMessage" not in slack.calls


async def test_a_slack_that_is_not_there_is_tried_again() -> None:
    async with slack_stand_in() as slack:
        pass

    assert await _send(slack) == TryLater(error="no answer from Slack (ConnectionRefusedError)")


async def test_a_missing_token_is_named(slack: StandIn) -> None:
    outcome = await _send(slack, token=None)

    assert isinstance(outcome, TryLater)
    assert "env:SLACK_TOKEN" in outcome.error


async def test_neither_errors_nor_logs_show_the_token_the_address_or_the_message(
    slack: StandIn, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    shown: list[str] = []
    for refusal in (error("token_revoked"), error("user_not_found"), NOT_SLACK, Response(f"{TOKEN} {ANAS_ID}", 200), None):
        slack.answers = {"chat.postMessage": refusal} if refusal is not None else {}
        outcome = await _send(slack)
        shown.append("" if isinstance(outcome, Delivered) else outcome.error)

    text = "\n".join((*shown, *(record.getMessage() for record in caplog.records)))
    assert not [secret for secret in (TOKEN, ANAS_ID, "D024BE7LH", "10 of 10", "Bearer") if secret in text]
