"""What scoring answers when asked over NATS: files to apply, scores, explanations, audits."""

from collections.abc import Awaitable, Callable, Mapping
from typing import Final

import asyncpg
import structlog
from nats.aio.client import Client
from nats.aio.msg import Msg
from pydantic import BaseModel, ValidationError

from services.scoring.apply_definitions import apply_playbooks, apply_roster
from services.scoring.audit_scores import audit_scores
from services.scoring.domain.definition_files import DefinitionRefused
from services.scoring.explain_day import NoSuchRep, explain_day
from services.scoring.list_scores import list_scores
from services.scoring.store import DefinitionsCache
from shared.clock import Clock
from shared.requests import (
    PLAYBOOK_APPLY,
    ROSTER_APPLY,
    SCORE_AUDIT,
    SCORE_EXPLAIN,
    SCORE_LIST,
    Answer,
    Applied,
    AuditReport,
    DefinitionFile,
    ExplainQuery,
    Explanation,
    ScorePage,
    ScoreQuery,
)

_log = structlog.get_logger()
_QUEUE: Final = "scoring"
_AWAY: Final = (asyncpg.PostgresError, asyncpg.InterfaceError, OSError, TimeoutError)
Answering = Callable[[bytes], Awaitable[BaseModel]]


class Answers:
    """Each question goes to one replica."""

    def __init__(self, pool: asyncpg.Pool, cache: DefinitionsCache, clock: Clock, *, on_changed: Callable[[], None]) -> None:
        self._pool = pool
        self._cache = cache
        self._clock = clock
        self._on_changed = on_changed

    async def listen(self, connection: Client) -> None:
        """Begin to answer."""
        answering: Mapping[str, Answering] = {
            ROSTER_APPLY: self._roster,
            PLAYBOOK_APPLY: self._playbook,
            SCORE_LIST: self._scores,
            SCORE_EXPLAIN: self._explanation,
            SCORE_AUDIT: self._audit,
        }
        for subject, answer in answering.items():
            await connection.subscribe(subject, queue=_QUEUE, cb=_replying(answer))

    async def _roster(self, question: bytes) -> Applied:
        file = DefinitionFile.model_validate_json(question)
        applied = await apply_roster(self._pool, self._cache, file.text, file=file.name, now=self._clock.now())
        self._on_changed()
        return applied

    async def _playbook(self, question: bytes) -> Applied:
        file = DefinitionFile.model_validate_json(question)
        applied = await apply_playbooks(self._pool, self._cache, file.text, file=file.name, now=self._clock.now())
        self._on_changed()
        return applied

    async def _scores(self, question: bytes) -> ScorePage:
        return await list_scores(self._pool, self._cache, ScoreQuery.model_validate_json(question))

    async def _explanation(self, question: bytes) -> Explanation:
        query = ExplainQuery.model_validate_json(question)
        return await explain_day(self._pool, self._cache, query.rep, query.day)

    async def _audit(self, _: bytes) -> AuditReport:
        return await audit_scores(self._pool, self._cache)


def _replying(answer: Answering) -> Callable[[Msg], Awaitable[None]]:
    async def reply(message: Msg) -> None:
        try:
            said = Answer(ok=True, data=(await answer(message.data)).model_dump(mode="json"))
        except (DefinitionRefused, NoSuchRep) as refused:
            said = Answer(ok=False, error=str(refused))
        except ValidationError:
            said = Answer(ok=False, error=f"{message.subject}: not a question of this kind; see shared/requests.py")
        except _AWAY as failed:
            _log.warning("answer_failed", subject=message.subject, error=type(failed).__name__, detail=str(failed))
            said = Answer(ok=False, error="Postgres is away or too busy; ask again in a moment")
        await message.respond(said.model_dump_json().encode())

    return reply
