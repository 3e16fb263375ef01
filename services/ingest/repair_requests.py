"""Answers how webhooks that were not understood, or misread, are read again."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Final

import structlog

from services.ingest.domain.webhook import Source
from services.ingest.reprocess.carry_out import carry_out
from services.ingest.reprocess.new_reading import Span, read_again
from services.ingest.reprocess.plan import make_plan
from services.ingest.settings import UnknownSource
from shared.clock import Clock
from shared.errors import DaymarkError, Refusal, in_english
from shared.event_types import WEBHOOK_RECEIVED
from shared.jetstream.client import LeanClient
from shared.jetstream.dead_letters import Letter, NoSuchLetter, find_letter, list_newest_letters, replay_letter
from shared.jetstream.streams import WEBHOOKS
from shared.languages.catalogue import ENGLISH
from shared.languages.current import using_language
from shared.observation import SourceName
from shared.requests.router import RequestRouter
from shared.requests.sources.endpoints import StoredName
from shared.requests.sources.repairs import (
    REPLAYED_MAX,
    SOURCE_LETTERS,
    SOURCE_REPLAY,
    SOURCE_REPROCESS,
    LetterList,
    LetterRow,
    LettersToReplay,
    ReadingBegun,
    Replayed,
)
from shared.transient_errors import TRANSIENT_ERRORS

_log = structlog.get_logger()
_WEBHOOKS_MAX: Final = 20_000
"""More would take the process that receives webhooks too much time and memory."""
FindSource = Callable[[SourceName], Awaitable[Source | None]]


class ReadAgainAlready(Refusal):
    """Webhooks of this source are being read again already. Wait a few minutes, and look whether anything is left to do."""


class TooManyToReadAgain(Refusal):
    """The source has sent so many webhooks within seven days that a command has to read them again, beside the services: run
    `daymark webhooks reprocess --source NAME --yes`."""


class RepairRequests:
    """The handlers. A new reading goes on in the background; one that is interrupted is asked for again."""

    def __init__(self, client: LeanClient, find_source: FindSource, clock: Clock, *, contact_secret: bytes) -> None:
        self._client = client
        self._find_source = find_source
        self._clock = clock
        self._contact_secret = contact_secret
        self._readings: dict[SourceName, asyncio.Task[None]] = {}

    def register(self, requests: RequestRouter) -> None:
        """Answer on these subjects."""
        requests.handles(SOURCE_LETTERS)(self._list_letters)
        requests.handles(SOURCE_REPLAY)(self._replay)
        requests.handles(SOURCE_REPROCESS)(self._begin_reading)

    async def _list_letters(self, query: StoredName) -> LetterList:
        letters = await list_newest_letters(self._client, service="ingest", number=REPLAYED_MAX)
        rows = [
            LetterRow(number=letter.id, since=letter.since, reason=letter.reason, detail=letter.detail)
            for letter in reversed(letters)
            if _is_of(letter, query.name)
        ]
        return LetterList(rows=tuple(rows))

    async def _replay(self, query: LettersToReplay) -> Replayed:
        count = 0
        for number in query.numbers:
            try:
                letter = await find_letter(self._client, number)
            except NoSuchLetter:
                continue  # somebody else was faster
            if _is_of(letter, query.name):
                await replay_letter(self._client, letter, now=self._clock.now())
                count += 1
        return Replayed(letters=count)

    async def _begin_reading(self, query: StoredName) -> ReadingBegun:
        """Raises:
        UnknownSource: there is no such source, or it takes no webhooks.
        TooManyToReadAgain: that would disturb those who send webhooks now.
        ReadAgainAlready: it has begun before and goes on.
        """
        source = await self._find_source(query.name)
        if source is None:
            raise UnknownSource(query.name)
        if query.name in self._readings:
            raise ReadAgainAlready(query.name)
        subject = f"{WEBHOOK_RECEIVED}.{query.name}"
        counts = (await self._client.jetstream().stream_info(WEBHOOKS, subjects_filter=subject)).state.subjects or {}
        if (webhooks := counts.get(subject, 0)) > _WEBHOOKS_MAX:
            raise TooManyToReadAgain(f"{query.name}: {webhooks} webhooks")
        with using_language(ENGLISH):  # its task writes only logs
            reading = asyncio.create_task(self._read_again(source), name=f"read-again-{query.name}")
        self._readings[query.name] = reading
        reading.add_done_callback(lambda _: self._readings.pop(query.name, None))
        return ReadingBegun(webhooks=webhooks)

    async def _read_again(self, source: Source) -> None:
        try:
            now = self._clock.now()
            reading = await read_again(
                self._client, source, Span(), contact_secret=self._contact_secret, now=now, on_progress=_ignore
            )
            plan = await make_plan(self._client, reading, on_progress=_ignore)
            await carry_out(self._client, plan, on_progress=_ignore)
        except (DaymarkError, *TRANSIENT_ERRORS) as failed:  # nobody awaits it; whoever asked sees that nothing has changed
            _log.error("reading_again_failed", source=source.name, error=type(failed).__name__, detail=in_english(failed))
        else:
            _log.info("read_again", source=source.name, webhooks=reading.webhooks, events=len(plan.events))


def _is_of(letter: Letter, name: SourceName) -> bool:
    return letter.origin == f"{WEBHOOK_RECEIVED}.{name}"


def _ignore(_step: str, _done: int, _total: int) -> None:
    """Nobody watches."""
