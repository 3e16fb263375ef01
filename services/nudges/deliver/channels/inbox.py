"""The manager's inbox. A stored nudge is already there, so delivering it only records the fact. It does not reach a rep."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import timedelta

from services.nudges.deliver.channel import EVERYTHING, Channel, Delivered, Outcome
from services.nudges.deliver.channel_types import ChannelResources, channel_type
from shared.events import Nudge
from shared.service.settings import Section


class InboxSection(Section):
    enabled: bool


class InboxKeys(Section):
    inbox: InboxSection


class InboxChannel:
    name = "inbox"
    audience = EVERYTHING
    destination = b""
    give_up_after = timedelta(hours=24)
    at_once_max = 500
    reaches_recipient = False

    async def send(self, nudge: Nudge, *, attempts: int) -> Outcome:
        return Delivered()


@channel_type("inbox", keys=InboxKeys)
@asynccontextmanager
async def open_inbox(settings: InboxKeys, _: ChannelResources) -> AsyncIterator[Sequence[Channel]]:
    yield [InboxChannel()] if settings.inbox.enabled else []
