"""What nudges answers when asked over NATS: the list of nudges, and the address of a manager's page."""

from typing import Final

import asyncpg
from nats.aio.client import Client

from services.nudges.list_nudges import link_of, list_nudges
from shared.answering import answer_questions
from shared.nudge_requests import INBOX_LINK, NUDGE_LIST, Link, LinkQuery, NudgePage, NudgeQuery

_QUEUE: Final = "nudges"


class Answers:
    """`base_url` is where managers reach the pages."""

    def __init__(self, pool: asyncpg.Pool, *, base_url: str, link_secret: str | None) -> None:
        self._pool = pool
        self._base_url = base_url
        self._link_secret = link_secret

    async def listen(self, connection: Client) -> None:
        """Begin to answer."""
        await answer_questions(connection, {NUDGE_LIST: self._nudges, INBOX_LINK: self._link}, queue=_QUEUE)

    async def _nudges(self, question: bytes) -> NudgePage:
        return await list_nudges(self._pool, NudgeQuery.model_validate_json(question))

    async def _link(self, question: bytes) -> Link:
        manager = LinkQuery.model_validate_json(question).manager
        return link_of(manager, base_url=self._base_url, secret=self._link_secret)
