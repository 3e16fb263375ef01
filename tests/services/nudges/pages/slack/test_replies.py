"""Where replies go: to Slack, and nowhere else."""

from collections.abc import AsyncIterator

import httpx
import pytest
from starlette.responses import Response

from services.nudges.deliver.personal.slack_message import SlackMessage
from services.nudges.pages.slack import replies as replies_module
from services.nudges.pages.slack.replies import Replies, notice, replacement
from tests.slack import StandIn, slack_stand_in

MESSAGE = SlackMessage(id="", text="Done.", blocks=())


@pytest.fixture
async def slack() -> AsyncIterator[StandIn]:
    async with slack_stand_in() as stand_in:
        yield stand_in


async def test_a_reply_goes_to_the_address_that_slack_gave(slack: StandIn) -> None:
    replies = Replies(base_url=slack.base_url)

    await replies.send(slack.response_url, replacement(MESSAGE))
    await replies.send(slack.response_url, notice("No."))

    assert slack.replies == [
        {"replace_original": True, "text": "Done.", "blocks": []},
        {"response_type": "ephemeral", "replace_original": False, "text": "No."},
    ]


async def test_a_reply_goes_nowhere_else(slack: StandIn, capfd: pytest.CaptureFixture[str]) -> None:
    replies = Replies(base_url="https://slack.com/api/")
    urls = (
        slack.response_url,
        f"http://hooks.slack.com@127.0.0.1:{slack.port}/api/actions/x",
        f"https://hooks.slack.com.127.0.0.1:{slack.port}/api/actions/x",
        "http://169.254.169.254/",
        "http://hooks.slack.com/actions/x",
        "https://hooks.slack.com",
        "file:///etc/passwd",
        "",
    )
    for url in urls:
        await replies.send(url, replacement(MESSAGE))

    logged = "".join(capfd.readouterr())
    assert (logged.count("slack_reply_refused"), logged.count("slack_reply_failed")) == (len(urls), 0)
    assert slack.calls == []


@pytest.mark.parametrize(
    ("base_url", "response_url", "is_allowed"),
    [
        ("https://slack.com/api/", "https://hooks.slack.com/actions/T1/2/c", True),
        ("https://slack-gov.com/api/", "https://hooks.slack-gov.com/actions/T1/2/c", True),
        ("https://slack.com/api/", "https://hooks.slack-gov.com/actions/T1/2/c", False),
        ("http://127.0.0.1:9/api/", "http://127.0.0.1:9/api/actions/T1/2/c", True),
        ("http://127.0.0.1:9/api/", "http://127.0.0.1:99/api/actions/T1/2/c", False),
        ("http://localhost:9/api/", "https://hooks.localhost:9/actions/T1/2/c", False),
    ],
)
async def test_the_address_for_replies_belongs_to_the_slack_that_is_configured(
    monkeypatch: pytest.MonkeyPatch, base_url: str, response_url: str, is_allowed: bool
) -> None:
    posted: list[str] = []

    def post(request: httpx.Request) -> httpx.Response:
        posted.append(str(request.url))
        return httpx.Response(200)

    monkeypatch.setattr(
        replies_module, "make_http_client", lambda *, timeout_s: httpx.AsyncClient(transport=httpx.MockTransport(post))
    )

    await Replies(base_url=base_url).send(response_url, notice("No."))

    assert posted == ([response_url] if is_allowed else [])


async def test_a_redirect_is_not_followed(slack: StandIn) -> None:
    async with slack_stand_in() as elsewhere:
        slack.answers["response_url"] = Response("", 307, headers={"location": elsewhere.response_url})

        await Replies(base_url=slack.base_url).send(slack.response_url, replacement(MESSAGE))

    assert slack.calls == ["response_url"]
    assert elsewhere.calls == []


@pytest.mark.parametrize("status", [404, 500])
async def test_a_slack_that_refuses_the_reply_is_logged_without_the_address(
    slack: StandIn, status: int, capfd: pytest.CaptureFixture[str]
) -> None:
    slack.answers["response_url"] = Response("no", status)

    await Replies(base_url=slack.base_url).send(slack.response_url, replacement(MESSAGE))

    logged = "".join(capfd.readouterr())
    assert f"Slack answered {status}" in logged
    assert "T0001" not in logged


async def test_a_slack_that_is_gone_is_logged_and_no_more(capfd: pytest.CaptureFixture[str]) -> None:
    async with slack_stand_in() as slack:
        pass

    await Replies(base_url=slack.base_url).send(slack.response_url, replacement(MESSAGE))

    assert "ConnectError" in "".join(capfd.readouterr())
