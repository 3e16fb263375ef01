"""Chat and mail through Apprise, in its own process, against receivers on real sockets."""

import json
import os
import signal
from datetime import timedelta
from pathlib import Path

import certifi
import pytest
from pydantic import ValidationError

from services.nudges.deliver.apprise import process as apprise_process
from services.nudges.deliver.channel import Audience, Delivered, GiveUp, Outcome, TryLater
from services.nudges.deliver.channel_types import ChannelResources
from services.nudges.deliver.channels import ChannelsSection, open_channels
from services.nudges.deliver.channels.chat import ChatChannel, UrlRefused
from shared.clock import SteppedClock
from shared.events import NudgeKind, Person, TeamId
from shared.service.settings import DEFAULT_FILE, SettingsRefused, read_toml
from tests.mailbox import Mailbox, mail_url
from tests.receiver import HALF_A_LINE, HANG, Receiver, answer, receiving
from tests.services.nudges.builders.days import NOON
from tests.services.nudges.builders.nudges import make_nudge
from tests.services.nudges.builders.people import ANA
from tests.services.nudges.deliver.channels.conftest import RECIPIENT, TOKEN, Send, chat, room
from tests.services.nudges.deliver.personal.directories import no_directory


async def test_a_room_gets_the_text(send: Send, receiver: Receiver) -> None:
    receiver.script(default=answer(200))

    assert await send(room(receiver)) == Delivered()

    (request,) = receiver.received
    assert make_nudge().text in request.body.decode()


async def test_a_room_reads_its_own_language_whatever_the_recipient_reads(receiver: Receiver) -> None:
    receiver.script(default=answer(200))
    nudge = make_nudge().model_copy(update={"for_rooms": ("Plan cumplido, Ana.", "Todo está cumplido.")})
    async with chat(room(receiver), language="es") as channel:
        await channel.send(nudge, attempts=1)

    text = json.loads(receiver.received[0].body)["text"]
    for part in ("Ana Ruiz: plan cumplido", "Plan cumplido, Ana.", "Por qué: Todo está cumplido."):
        assert part in text
    assert nudge.text not in text


async def test_nobody_in_a_room_is_called_by_what_a_name_or_a_message_holds(send: Send, receiver: Receiver) -> None:
    receiver.script(default=answer(200))
    text = "Mara Lind wrote to you: “@everyone <!channel> <@U1> look”"
    async with chat(room(receiver)) as channel:
        person = Person(id=ANA.id, name="Ana @here <!channel>")
        await channel.send(make_nudge(kind=NudgeKind.THANKS, text=text, person=person), attempts=1)
        await channel.send(make_nudge(text="3 < 4 @ noon"), attempts=1)

    thanks, other = (request.body.decode() for request in receiver.received)
    assert "look" in thanks
    for mention in ("@everyone", "@here", "<!channel>", "<@U1>", "&lt;!channel"):
        assert mention not in thanks
    assert "@ noon" in other


async def test_a_text_that_is_longer_than_the_service_takes_is_cut_and_stays_one_message(receiver: Receiver) -> None:
    receiver.script(default=answer(200))
    async with chat(room(receiver) + "?overflow=split") as channel:
        await channel.send(make_nudge(text="A" * 9_000), attempts=1)

    (request,) = receiver.received
    assert 3_000 < len(json.loads(request.body)["text"]) <= 4_000


async def test_the_link_to_a_reps_own_page_does_not_go_to_a_room(receiver: Receiver) -> None:
    receiver.script(default=answer(200))
    async with chat(room(receiver)) as channel:
        await channel.send(make_nudge().model_copy(update={"url": "http://pages/you/ana/secret"}), attempts=1)

    assert b"secret" not in receiver.received[0].body


@pytest.mark.parametrize(
    ("response", "expected"),
    [
        (answer(500), TryLater(error="answered 500")),
        (answer(404), TryLater(error="answered 404")),
        (answer(429, retry_after="30"), TryLater(error="answered 429", after_s=30)),
        (answer(503, retry_after="Mon, 02 Mar 2026 11:00:30 GMT"), TryLater(error="answered 503", after_s=30)),
        (answer(500, retry_after="30"), TryLater(error="answered 500")),
        (answer(413), GiveUp(error="the service refused it as too large (413)")),
        (HALF_A_LINE, TryLater(error="no answer (ConnectionError)")),
    ],
    ids=["500", "404", "429", "503 with a date", "500 that asks to wait", "413", "half a line"],
)
async def test_each_answer_of_a_service_has_one_meaning(
    send: Send, response: bytes, expected: Outcome, receiver: Receiver
) -> None:
    receiver.script(default=response)

    assert await send(room(receiver)) == expected


async def test_a_redirect_is_not_followed_even_if_the_url_asks_for_it(send: Send, receiver: Receiver) -> None:
    async with receiving() as elsewhere:
        receiver.script(default=answer(307, location=elsewhere.url))

        outcome = await send(room(receiver) + "?redirect=yes&retry=3&optional=yes")

    assert outcome == TryLater(error="answered 307; redirects are not followed")
    assert (len(receiver.received), len(elsewhere.received)) == (1, 0)


async def test_an_address_that_is_not_public_is_refused_before_anything_is_sent(
    send: Send, receiver: Receiver, mailbox: Mailbox
) -> None:
    for url in (room(receiver), mail_url(mailbox)):
        outcome = await send(url, allowed=())

        assert isinstance(outcome, TryLater)
        assert outcome.error == (
            "it leads to 127.0.0.1, which is not public; if that is intended, list it in channels.chat.room.allow_networks"
        )
    assert (receiver.received, mailbox.messages) == ([], [])


async def test_an_attempt_at_a_service_that_hangs_ends_in_time(receiver: Receiver) -> None:
    receiver.script(answer(200), HANG, default=answer(200))
    async with chat(room(receiver), timeout_s=20) as channel:
        await channel.send(make_nudge(), attempts=1)
        channel._timeout_s = 0.5

        first = await channel.send(make_nudge(), attempts=1)
        channel._timeout_s = 20
        second = await channel.send(make_nudge(), attempts=2)

    assert first in (TryLater(error="no answer (ReadTimeout)"), TryLater(error="no answer within 0.5 s"))
    assert second == Delivered()


async def test_a_process_that_does_not_answer_is_killed_and_replaced_for_the_next_message(receiver: Receiver) -> None:
    receiver.script(default=answer(200))
    async with chat(room(receiver)) as channel:
        await channel.send(make_nudge(), attempts=1)
        stuck = _pid_of(channel)
        os.kill(stuck, signal.SIGSTOP)
        channel._timeout_s = 0.2

        first = await channel.send(make_nudge(), attempts=1)
        channel._timeout_s = 20
        second = await channel.send(make_nudge(), attempts=2)

        assert (first, second) == (TryLater(error="no answer within 0.2 s"), Delivered())
        assert _pid_of(channel) != stuck
        assert not Path(f"/proc/{stuck}").exists()


async def test_a_process_that_died_is_replaced(receiver: Receiver) -> None:
    receiver.script(default=answer(200))
    async with chat(room(receiver)) as channel:
        outcomes = [await channel.send(make_nudge(), attempts=1)]
        os.kill(_pid_of(channel), signal.SIGKILL)

        outcomes += [await channel.send(make_nudge(), attempts=attempt) for attempt in (2, 3)]

    assert outcomes[-1] == Delivered()
    assert len(receiver.received) == outcomes.count(Delivered())


async def test_checking_a_url_leaves_no_process_behind(receiver: Receiver) -> None:
    async with chat(room(receiver)) as channel:
        await channel.check()

        assert channel._process._process is None
        assert receiver.received == []


async def test_an_idle_process_exits(receiver: Receiver, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(apprise_process, "_IDLE_S", 0)
    receiver.script(default=answer(200))
    async with chat(room(receiver)) as channel:
        await channel.send(make_nudge(), attempts=1)
        process = channel._process._process
        assert process is not None

        await process.wait()
        outcome = await channel.send(make_nudge(), attempts=1)

    assert outcome == Delivered()


async def test_the_process_inherits_no_secret_and_no_proxy(receiver: Receiver, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NUDGES_DATABASE_PASSWORD", "hunter2")
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
    receiver.script(default=answer(200))
    async with chat(room(receiver)) as channel:
        outcome = await channel.send(make_nudge(), attempts=1)
        environment = Path(f"/proc/{_pid_of(channel)}/environ").read_text()

    assert outcome == Delivered()
    assert "hunter2" not in environment
    assert "PROXY" not in environment.upper()


@pytest.mark.parametrize(
    ("url", "problem"),
    [
        ("mmost://", "Apprise does not understand the URL"),
        ("mailto://mail.example.com/?from=a@example.com&to=b@example.com,c@example.com", "one recipient"),
        ("mailto://mail.example.com/?from=a@example.com&to=b@example.com&cc=c@example.com", "one recipient"),
        ("mailto://mail.example.com/?from=a@example.com&to=b@example.com&bcc=c@example.com", "one recipient"),
    ],
)
async def test_a_url_that_cannot_be_used_is_refused_at_the_start(url: str, problem: str) -> None:
    async with chat(url) as channel:
        with pytest.raises(UrlRefused) as refused:
            await channel.check()

    assert str(refused.value).startswith("channels.chat.room.url: ")
    assert problem in str(refused.value)
    assert "example.com" not in str(refused.value)


@pytest.mark.parametrize("url", [f"json://127.0.0.1/{TOKEN}", f"https://hooks.slack.com/{TOKEN}", TOKEN, f"/{TOKEN}"])
async def test_a_scheme_that_is_not_listed_is_refused_without_naming_the_url(url: str) -> None:
    with pytest.raises(UrlRefused) as refused:
        async with chat(url):
            pass

    assert TOKEN not in str(refused.value)


async def test_no_failure_reveals_a_token_or_a_recipient(
    send: Send, receiver: Receiver, mailbox: Mailbox, caplog: pytest.LogCaptureFixture
) -> None:
    mailbox.to_recipients = f"550 {RECIPIENT} is not here"
    outcomes = []
    for response in (answer(403, body=TOKEN.encode()), HALF_A_LINE):
        receiver.script(default=response)
        outcomes.append(await send(room(receiver)))
    outcomes += [await send(mail_url(mailbox)), await send(f"mmost://127.0.0.1:9/{TOKEN}")]

    texts = [*map(repr, outcomes), caplog.text]
    assert not any(secret in text for secret in (TOKEN, RECIPIENT) for text in texts)


def _settings(chat_section: dict[str, object]) -> ChannelsSection:
    defaults = read_toml(DEFAULT_FILE)["channels"]
    return ChannelsSection.model_validate({**defaults, "chat": {"room": chat_section}})


async def test_a_chat_channel_is_opened_as_it_is_configured(monkeypatch: pytest.MonkeyPatch) -> None:
    settings = _settings({"url": "env:ROOM", "teams": ["north"], "give_up_after_h": 2})
    resources = ChannelResources(clock=SteppedClock(NOON), authorities=certifi.where(), find_directory=no_directory)
    monkeypatch.setenv("ROOM", "slack://T1JJ3T3L2/A1BRTD4JD/TIiajkdnlazkcOXrIdevi7FQ")
    async with open_channels(settings, resources) as channels:
        channel = channels["chat.room"]

        assert channels.keys() == {"inbox", "chat.room"}
        assert channel.audience == Audience(teams=(TeamId("north"),), kinds=(NudgeKind.CELEBRATION,))
        assert channel.give_up_after == timedelta(hours=2)

    monkeypatch.setenv("ROOM", "slack://not-enough")
    with pytest.raises(SettingsRefused, match="Apprise does not understand the URL"):
        async with open_channels(settings, resources):
            pass


@pytest.mark.parametrize(
    ("changes", "problem"),
    [
        ({"chat_schemes": ["slack", "json"]}, "json: posts to any address or acts on this machine"),
        ({"chat": {"Team Room": {"url": "env:ROOM"}}}, "should match pattern"),
        ({"chat": {"room": {"url": ""}}}, "at least 1 character"),
        ({"chat": {"room": {"url": "env:ROOM", "timeout_s": 20.1}}}, "less than or equal to 20"),
        ({"chat": {"room": {"url": "env:ROOM", "give_up_after_h": 0}}}, "greater than 0"),
    ],
)
def test_what_cannot_work_is_refused(changes: dict[str, object], problem: str) -> None:
    defaults = read_toml(DEFAULT_FILE)["channels"]

    with pytest.raises(ValidationError, match=problem):
        ChannelsSection.model_validate({**defaults, **changes})


def _pid_of(channel: ChatChannel) -> int:
    process = channel._process._process
    assert process is not None
    return process.pid
