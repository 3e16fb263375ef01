"""Chat and mail by Apprise, in its own process, against receivers on real sockets."""

import os
import signal
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import timedelta
from ipaddress import ip_network
from pathlib import Path

import pytest

from services.nudges.app import ways_out
from services.nudges.deliver.channels import apprise_process
from services.nudges.deliver.channels.apprise_process import AppriseProcess
from services.nudges.deliver.channels.channel import EVERYTHING, Audience, Delivered, GiveUp, Outcome, TryLater
from services.nudges.deliver.channels.chat import ChatChannel, UrlRefused
from services.nudges.deliver.channels.way_out import Network
from services.nudges.settings import NudgesSettings, trusted_authorities
from shared.clock import SteppedClock
from shared.events import NudgeKind
from shared.service.settings import SettingsRefused, load_settings
from tests.mailbox import Mailbox, mail_url, receiving_mail
from tests.receiver import HALF_A_LINE, HANG, Receiver, answer, receiving
from tests.services.nudges.reports import MONDAY, at, nudge

NOW = at(MONDAY, "12:00")
THIS_MACHINE: Sequence[Network] = (ip_network("127.0.0.0/8"),)
TOKEN = "3ccdd113474722377935511fc85d3dd4"
RECIPIENT = "team@example.com"


@pytest.fixture
async def receiver() -> AsyncIterator[Receiver]:
    async with receiving() as running:
        yield running


@pytest.fixture
async def mailbox() -> AsyncIterator[Mailbox]:
    async with receiving_mail() as running:
        yield running


def room(receiver: Receiver) -> str:
    return f"mmost://127.0.0.1:{receiver.port}/{TOKEN}"


@asynccontextmanager
async def chat(
    url: str, *, timeout_s: float = 20, allowed: Sequence[Network] = THIS_MACHINE, authorities: str | None = None
) -> AsyncIterator[ChatChannel]:
    channel = ChatChannel(
        AppriseProcess(authorities=authorities or trusted_authorities()),
        SteppedClock(NOW),
        name="room",
        read_url=lambda: url,
        schemes={"mailto", "mailtos", "mmost"},
        timeout_s=timeout_s,
        patience=timedelta(hours=24),
        allowed=allowed,
        audience=EVERYTHING,
    )
    try:
        yield channel
    finally:
        await channel.aclose()


async def sent(url: str, *, allowed: Sequence[Network] = THIS_MACHINE) -> Outcome:
    async with chat(url, allowed=allowed) as channel:
        return await channel.send(nudge(), attempts=1)


async def test_a_room_is_told_the_same(receiver: Receiver) -> None:
    receiver.script(then=answer(200))

    assert await sent(room(receiver)) == Delivered()

    (request,) = receiver.received
    assert nudge().text in request.body.decode()


async def test_a_link_to_a_page_of_a_reps_own_is_not_for_a_room(receiver: Receiver) -> None:
    receiver.script(then=answer(200))
    async with chat(room(receiver)) as channel:
        await channel.send(nudge().model_copy(update={"url": "http://pages/you/ana/secret"}), attempts=1)

    assert b"secret" not in receiver.received[0].body


@pytest.mark.parametrize(
    ("said", "expected"),
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
async def test_each_answer_of_a_service_means_one_thing(said: bytes, expected: Outcome, receiver: Receiver) -> None:
    receiver.script(then=said)

    assert await sent(room(receiver)) == expected


async def test_a_redirect_is_not_followed_also_where_the_url_asks_for_it(receiver: Receiver) -> None:
    async with receiving() as elsewhere:
        receiver.script(then=answer(307, location=elsewhere.url))

        outcome = await sent(room(receiver) + "?redirect=yes&retry=3&optional=yes")

    assert outcome == TryLater(error="answered 307; redirects are not followed")
    assert (len(receiver.received), len(elsewhere.received)) == (1, 0)


async def test_an_address_that_is_not_public_is_refused_before_anything_is_sent(receiver: Receiver, mailbox: Mailbox) -> None:
    for url in (room(receiver), mail_url(mailbox)):
        outcome = await sent(url, allowed=())

        assert outcome == TryLater(
            error="it leads to 127.0.0.1, which is not public; if that is meant, list it in channels.chat.room.allow_networks"
        )
    assert (receiver.received, mailbox.messages) == ([], [])


async def test_a_service_that_hangs_is_given_up_on(receiver: Receiver) -> None:
    receiver.script(answer(200), HANG, then=answer(200))
    async with chat(room(receiver), timeout_s=20) as channel:
        await channel.send(nudge(), attempts=1)
        channel._timeout_s = 0.5

        first = await channel.send(nudge(), attempts=1)
        channel._timeout_s = 20
        second = await channel.send(nudge(), attempts=2)

    assert first in (TryLater(error="no answer (ReadTimeout)"), TryLater(error="no answer within 0.5 s"))
    assert second == Delivered()


async def test_a_process_that_does_not_answer_is_killed_and_the_next_message_has_another(receiver: Receiver) -> None:
    receiver.script(then=answer(200))
    async with chat(room(receiver)) as channel:
        await channel.send(nudge(), attempts=1)
        stuck = _pid_of(channel)
        os.kill(stuck, signal.SIGSTOP)
        channel._timeout_s = 0.2

        first = await channel.send(nudge(), attempts=1)
        channel._timeout_s = 20
        second = await channel.send(nudge(), attempts=2)

        assert (first, second) == (TryLater(error="no answer within 0.2 s"), Delivered())
        assert _pid_of(channel) != stuck
        assert not Path(f"/proc/{stuck}").exists()


async def test_a_process_that_died_is_replaced(receiver: Receiver) -> None:
    receiver.script(then=answer(200))
    async with chat(room(receiver)) as channel:
        outcomes = [await channel.send(nudge(), attempts=1)]
        os.kill(_pid_of(channel), signal.SIGKILL)

        outcomes += [await channel.send(nudge(), attempts=attempt) for attempt in (2, 3)]

    assert outcomes[-1] == Delivered()
    assert len(receiver.received) == outcomes.count(Delivered())


async def test_looking_at_a_url_leaves_no_process_behind(receiver: Receiver) -> None:
    async with chat(room(receiver)) as channel:
        await channel.check()

        assert channel._process._process is None
        assert receiver.received == []


async def test_a_process_without_work_ends(receiver: Receiver, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(apprise_process, "_IDLE_S", 0)
    receiver.script(then=answer(200))
    async with chat(room(receiver)) as channel:
        await channel.send(nudge(), attempts=1)
        process = channel._process._process
        assert process is not None

        await process.wait()
        outcome = await channel.send(nudge(), attempts=1)

    assert outcome == Delivered()


async def test_the_process_knows_no_secret_and_no_proxy_of_ours(receiver: Receiver, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NUDGES_DATABASE_PASSWORD", "hunter2")
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
    receiver.script(then=answer(200))
    async with chat(room(receiver)) as channel:
        outcome = await channel.send(nudge(), attempts=1)
        environment = Path(f"/proc/{_pid_of(channel)}/environ").read_text()

    assert outcome == Delivered()
    assert "hunter2" not in environment
    assert "PROXY" not in environment.upper()


@pytest.mark.parametrize(
    ("url", "said"),
    [
        ("mmost://", "Apprise does not understand the URL"),
        ("mailto://mail.example.com/?from=a@example.com&to=b@example.com,c@example.com", "one recipient"),
        ("mailto://mail.example.com/?from=a@example.com&to=b@example.com&cc=c@example.com", "one recipient"),
        ("mailto://mail.example.com/?from=a@example.com&to=b@example.com&bcc=c@example.com", "one recipient"),
    ],
)
async def test_a_url_that_cannot_be_used_is_refused_at_the_start(url: str, said: str) -> None:
    async with chat(url) as channel:
        with pytest.raises(UrlRefused) as refused:
            await channel.check()

    assert str(refused.value).startswith("channels.chat.room.url: ")
    assert said in str(refused.value)
    assert "example.com" not in str(refused.value)


@pytest.mark.parametrize("url", [f"json://127.0.0.1/{TOKEN}", f"https://hooks.slack.com/{TOKEN}", TOKEN, f"/{TOKEN}"])
async def test_a_scheme_that_is_not_listed_is_refused_without_telling_the_url(url: str) -> None:
    with pytest.raises(UrlRefused) as refused:
        async with chat(url):
            pass

    assert TOKEN not in str(refused.value)


async def test_no_failure_tells_a_token_or_a_recipient(
    receiver: Receiver, mailbox: Mailbox, caplog: pytest.LogCaptureFixture
) -> None:
    mailbox.to_recipients = f"550 {RECIPIENT} is not here"
    told = []
    for said in (answer(403, body=TOKEN.encode()), HALF_A_LINE):
        receiver.script(then=said)
        told.append(repr(await sent(room(receiver))))
    told += [repr(await sent(mail_url(mailbox))), repr(await sent(f"mmost://127.0.0.1:9/{TOKEN}")), caplog.text]

    assert not any(secret in text for secret in (TOKEN, RECIPIENT) for text in told)


async def test_the_channels_are_those_of_the_configuration(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "daymark.toml").write_text('[channels.chat.room]\nurl = "env:ROOM"\nteams = ["north"]\ngive_up_after_h = 2\n')
    monkeypatch.setenv("DAYMARK_CONFIG", str(tmp_path / "daymark.toml"))
    monkeypatch.setenv("ROOM", "slack://T1JJ3T3L2/A1BRTD4JD/TIiajkdnlazkcOXrIdevi7FQ")
    async with ways_out(load_settings(NudgesSettings), SteppedClock(NOW)) as channels:
        channel = channels["chat.room"]

        assert channels.keys() == {"inbox", "chat.room"}
        assert channel.audience == Audience(teams=("north",), kinds=(NudgeKind.CELEBRATION,))
        assert channel.patience == timedelta(hours=2)

    monkeypatch.setenv("ROOM", "slack://not-enough")
    with pytest.raises(SettingsRefused, match="Apprise does not understand the URL"):
        async with ways_out(load_settings(NudgesSettings), SteppedClock(NOW)):
            pass


def _pid_of(channel: ChatChannel) -> int:
    process = channel._process._process
    assert process is not None
    return process.pid
