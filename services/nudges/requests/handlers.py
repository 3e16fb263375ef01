"""What nudges answers when asked over NATS: the list of nudges, the addresses of pages, a person to forget, quiet feeds,
the channels, the effects of rules, calibration, and what is contested."""

from collections.abc import Sequence
from typing import Final

import asyncpg
from nats.aio.client import Client
from shared.requests.answering import answer_questions

from services.nudges.context.list_silent_feeds import list_quiet_feeds
from services.nudges.decide.policy.holdout import Lottery
from services.nudges.deliver.channels.file import FileChannel
from services.nudges.deliver.enable_channel import enable_channel
from services.nudges.deliver.list_channels import show_channels
from services.nudges.experiments.calibration import calibrate_teams
from services.nudges.experiments.list_effects import list_effects
from services.nudges.experiments.resume_rule import resume_rule
from services.nudges.links import Links
from services.nudges.pages.disputes.list_disputes import list_contests
from services.nudges.pages.list_nudges import list_nudges
from services.nudges.requests.erase_person import forget_person
from shared.clock import Clock
from shared.requests.erasure import ERASE_NUDGES, ErasedNudges, ErasureOrder
from shared.requests.nudges import (
    CHANNEL_ENABLE,
    CHANNEL_LIST,
    DISPUTE_LIST,
    DROP_CALIBRATE,
    EFFECT_LIST,
    INBOX_LINK,
    NUDGE_LIST,
    OWN_PAGE_LINK,
    RULE_RESUME,
    SILENT_FEEDS,
    CalibrationList,
    CalibrationQuery,
    ChannelList,
    ChannelName,
    DisputeList,
    DisputeQuery,
    EffectList,
    Link,
    ManagerQuery,
    NudgePage,
    NudgeQuery,
    RepQuery,
    RuleName,
    SilentFeedList,
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
        lottery: Lottery,
        forget_key: bytes,
        file: FileChannel | None,
    ) -> None:
        self._pool = pool
        self._clock = clock
        self._links = links
        self._channels = channels
        self._lottery = lottery
        self._forget_key = forget_key
        self._file = file

    async def listen(self, connection: Client) -> None:
        """Begin to answer."""
        answering = {
            NUDGE_LIST: self._nudges,
            INBOX_LINK: self._link,
            OWN_PAGE_LINK: self._own_link,
            ERASE_NUDGES: self._forget,
            DROP_CALIBRATE: self._calibrate,
            SILENT_FEEDS: self._list_feeds,
            CHANNEL_LIST: self._list_channels,
            CHANNEL_ENABLE: self._enable_channel,
            EFFECT_LIST: self._effects,
            RULE_RESUME: self._resume_rule,
            DISPUTE_LIST: self._contests,
        }
        await answer_questions(connection, answering, queue=_QUEUE)

    async def _nudges(self, question: bytes) -> NudgePage:
        return await list_nudges(self._pool, NudgeQuery.model_validate_json(question))

    async def _link(self, question: bytes) -> Link:
        return Link(url=self._links.of_manager(ManagerQuery.model_validate_json(question).manager))

    async def _own_link(self, question: bytes) -> Link:
        return Link(url=self._links.of_rep(RepQuery.model_validate_json(question).rep))

    async def _forget(self, question: bytes) -> ErasedNudges:
        person = ErasureOrder.model_validate_json(question).person
        return await forget_person(self._pool, self._file, person, forget_key=self._forget_key, now=self._clock.now())

    async def _calibrate(self, question: bytes) -> CalibrationList:
        return await calibrate_teams(self._pool, CalibrationQuery.model_validate_json(question).team, now=self._clock.now())

    async def _list_feeds(self, _: bytes) -> SilentFeedList:
        return await list_quiet_feeds(self._pool)

    async def _list_channels(self, _: bytes) -> ChannelList:
        return await show_channels(self._pool, self._channels, now=self._clock.now())

    async def _enable_channel(self, question: bytes) -> ChannelList:
        name = ChannelName.model_validate_json(question).name
        await enable_channel(self._pool, name)
        return await show_channels(self._pool, [name], now=self._clock.now())

    async def _effects(self, _: bytes) -> EffectList:
        return await list_effects(self._pool, self._lottery)

    async def _contests(self, question: bytes) -> DisputeList:
        return await list_contests(self._pool, DisputeQuery.model_validate_json(question))

    async def _resume_rule(self, question: bytes) -> RuleName:
        asked = RuleName.model_validate_json(question)
        await resume_rule(self._pool, asked.rule, now=self._clock.now())
        return asked
