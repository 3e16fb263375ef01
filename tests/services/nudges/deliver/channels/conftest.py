"""A chat channel with Apprise in its own process, and receivers on real sockets."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import timedelta
from ipaddress import ip_network
from typing import Protocol

import certifi
import pytest

from services.nudges.deliver.apprise.process import AppriseProcess
from services.nudges.deliver.channel import EVERYTHING, Outcome
from services.nudges.deliver.channels.chat import ChatChannel
from services.nudges.deliver.public_addresses import Network
from shared.clock import SteppedClock
from tests.mailbox import Mailbox, receiving_mail
from tests.receiver import Receiver, receiving
from tests.services.nudges.builders.days import NOON
from tests.services.nudges.builders.nudges import make_nudge

THIS_MACHINE: Sequence[Network] = (ip_network("127.0.0.0/8"),)
TOKEN = "3ccdd113474722377935511fc85d3dd4"
RECIPIENT = "team@example.com"


class Send(Protocol):
    """Sends one message and returns what came of it."""

    async def __call__(self, url: str, allowed: Sequence[Network] = ()) -> Outcome: ...


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


@pytest.fixture(scope="session")
async def apprise() -> AsyncIterator[AppriseProcess]:
    """One for all tests that look only at what came of a message. To start Apprise takes a second of processor time."""
    process = AppriseProcess(authorities=certifi.where())
    yield process
    await process.aclose()


@pytest.fixture
def send(apprise: AppriseProcess) -> Send:
    """Sends one message."""

    async def send_once(url: str, allowed: Sequence[Network] = THIS_MACHINE) -> Outcome:
        return await chat_channel(apprise, url, allowed=allowed).send(make_nudge(), attempts=1)

    return send_once


@asynccontextmanager
async def chat(
    url: str, *, timeout_s: float = 20, authorities: str | None = None, language: str = "en"
) -> AsyncIterator[ChatChannel]:
    """A channel with a process of its own."""
    process = AppriseProcess(authorities=authorities or certifi.where())
    channel = chat_channel(process, url, timeout_s=timeout_s, language=language)
    try:
        yield channel
    finally:
        await channel.aclose()


def chat_channel(
    process: AppriseProcess,
    url: str,
    *,
    timeout_s: float = 20,
    allowed: Sequence[Network] = THIS_MACHINE,
    language: str = "en",
) -> ChatChannel:
    return ChatChannel(
        process,
        SteppedClock(NOON),
        name="room",
        read_url=lambda: url,
        schemes={"mailto", "mailtos", "mmost"},
        timeout_s=timeout_s,
        give_up_after=timedelta(hours=24),
        allowed=allowed,
        audience=EVERYTHING,
        language=language,
    )
