"""What nudges answers when asked over NATS: the list of nudges, the addresses of pages, a person to forget."""

from typing import Final

import asyncpg
from nats.aio.client import Client

from services.nudges.channels.file import FileChannel
from services.nudges.forget_person import forget_person
from services.nudges.links import Links
from services.nudges.list_nudges import list_nudges
from shared.answering import answer_questions
from shared.clock import Clock
from shared.forget_requests import FORGET_NUDGES, ForgetOrder, ForgottenNudges
from shared.nudge_requests import INBOX_LINK, NUDGE_LIST, OWN_LINK, Link, LinkQuery, NudgePage, NudgeQuery, RepLinkQuery

_QUEUE: Final = "nudges"


class Answers:
    """Whichever replica gets a question answers it. `file` is the file that nudges are appended to, if any."""

    def __init__(self, pool: asyncpg.Pool, clock: Clock, links: Links, *, forget_key: bytes, file: FileChannel | None) -> None:
        self._pool = pool
        self._clock = clock
        self._links = links
        self._forget_key = forget_key
        self._file = file

    async def listen(self, connection: Client) -> None:
        """Begin to answer."""
        answering = {
            NUDGE_LIST: self._nudges,
            INBOX_LINK: self._link,
            OWN_LINK: self._own_link,
            FORGET_NUDGES: self._forget,
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
