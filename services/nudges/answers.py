"""What nudges answers when asked over NATS: the list of nudges, and the addresses of pages."""

from typing import Final

import asyncpg
from nats.aio.client import Client

from services.nudges.links import Links
from services.nudges.list_nudges import list_nudges
from shared.answering import answer_questions
from shared.nudge_requests import INBOX_LINK, NUDGE_LIST, OWN_LINK, Link, LinkQuery, NudgePage, NudgeQuery, RepLinkQuery

_QUEUE: Final = "nudges"


class Answers:
    """Whichever replica gets a question answers it."""

    def __init__(self, pool: asyncpg.Pool, links: Links) -> None:
        self._pool = pool
        self._links = links

    async def listen(self, connection: Client) -> None:
        """Begin to answer."""
        answering = {NUDGE_LIST: self._nudges, INBOX_LINK: self._link, OWN_LINK: self._own_link}
        await answer_questions(connection, answering, queue=_QUEUE)

    async def _nudges(self, question: bytes) -> NudgePage:
        return await list_nudges(self._pool, NudgeQuery.model_validate_json(question))

    async def _link(self, question: bytes) -> Link:
        return Link(url=self._links.of_manager(LinkQuery.model_validate_json(question).manager))

    async def _own_link(self, question: bytes) -> Link:
        return Link(url=self._links.of_rep(RepLinkQuery.model_validate_json(question).rep))
