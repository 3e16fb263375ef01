"""What nudges answers when asked over NATS: the list of nudges, the addresses of pages, a person to forget, quiet
feeds, the channels."""

from collections.abc import Sequence
from typing import Final

import asyncpg
from nats.aio.client import Client

from services.nudges.calibrate_teams import calibrate_teams
from services.nudges.channels.file import FileChannel
from services.nudges.enable_channel import enable_channel
from services.nudges.forget_person import forget_person
from services.nudges.links import Links
from services.nudges.list_channels import show_channels
from services.nudges.list_feeds import list_quiet_feeds
from services.nudges.list_nudges import list_nudges
from shared.answering import answer_questions
from shared.clock import Clock
from shared.forget_requests import FORGET_NUDGES, ForgetOrder, ForgottenNudges
from shared.nudge_requests import (
    CHANNEL_ENABLE,
    CHANNEL_LIST,
    DROP_CALIBRATE,
    FEED_LIST,
    INBOX_LINK,
    NUDGE_LIST,
    OWN_LINK,
    CalibrateQuery,
    CalibrationList,
    ChannelList,
    ChannelName,
    FeedList,
    Link,
    LinkQuery,
    NudgePage,
    NudgeQuery,
    RepLinkQuery,
)

_QUEUE: Final = "nudges"


class Answers:
    """Whichever replica gets a question answers it. `file` is the file that nudges are appended to, if any."""

    def __init__(
        self,
        pool: asyncpg.Pool,
        clock: Clock,
        links: Links,
        *,
        channels: Sequence[str],
        forget_key: bytes,
        file: FileChannel | None,
    ) -> None:
        self._pool = pool
        self._clock = clock
        self._links = links
        self._channels = channels
        self._forget_key = forget_key
        self._file = file

    async def listen(self, connection: Client) -> None:
        """Begin to answer."""
        answering = {
            NUDGE_LIST: self._nudges,
            INBOX_LINK: self._link,
            OWN_LINK: self._own_link,
            FORGET_NUDGES: self._forget,
            DROP_CALIBRATE: self._calibrate,
            FEED_LIST: self._list_feeds,
            CHANNEL_LIST: self._list_channels,
            CHANNEL_ENABLE: self._enable_channel,
        }
        await answer_questions(connection, answering, queue=_QUEUE)

    async def _nudges(self, question: bytes) -> NudgePage:
        return await list_nudges(self._pool, NudgeQuery.model_validate_json(question))

    async def _link(self, question: bytes) -> Link:
        return Link(url=self._links.of_manager(LinkQuery.model_validate_json(question).manager))

    async def _own_link(self, question: bytes) -> Link:
        return Link(url=self._links.of_rep(RepLinkQuery.model_validate_json(question).rep))

    async def _forget(self, question: bytes) -> ForgottenNudges:
        person = ForgetOrder.model_validate_json(question).person
        return await forget_person(self._pool, self._file, person, forget_key=self._forget_key, now=self._clock.now())

    async def _calibrate(self, question: bytes) -> CalibrationList:
        return await calibrate_teams(self._pool, CalibrateQuery.model_validate_json(question).team, now=self._clock.now())

    async def _list_feeds(self, _: bytes) -> FeedList:
        return await list_quiet_feeds(self._pool)

    async def _list_channels(self, _: bytes) -> ChannelList:
        return await show_channels(self._pool, self._channels, now=self._clock.now())

    async def _enable_channel(self, question: bytes) -> ChannelList:
        name = ChannelName.model_validate_json(question).name
        await enable_channel(self._pool, name)
        return await show_channels(self._pool, [name], now=self._clock.now())
