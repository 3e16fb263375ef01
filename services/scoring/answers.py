"""What scoring answers when asked over NATS: files to apply, scores, explanations, audits."""

from collections.abc import Callable
from typing import Final

import asyncpg
from nats.aio.client import Client

from services.scoring.apply_definitions import apply_playbooks, apply_roster
from services.scoring.audit_scores import audit_scores
from services.scoring.explain_day import explain_day
from services.scoring.list_scores import list_scores
from services.scoring.store import DefinitionsCache
from shared.answering import answer_questions
from shared.clock import Clock
from shared.requests import (
    PLAYBOOK_APPLY,
    ROSTER_APPLY,
    SCORE_AUDIT,
    SCORE_EXPLAIN,
    SCORE_LIST,
    Applied,
    AuditReport,
    DefinitionFile,
    ExplainQuery,
    Explanation,
    ScorePage,
    ScoreQuery,
)

_QUEUE: Final = "scoring"


class Answers:
    """Definitions are applied, and questions answered, by whichever replica gets them."""

    def __init__(self, pool: asyncpg.Pool, cache: DefinitionsCache, clock: Clock, *, on_changed: Callable[[], None]) -> None:
        self._pool = pool
        self._cache = cache
        self._clock = clock
        self._on_changed = on_changed

    async def listen(self, connection: Client) -> None:
        """Begin to answer."""
        answering = {
            ROSTER_APPLY: self._roster,
            PLAYBOOK_APPLY: self._playbook,
            SCORE_LIST: self._scores,
            SCORE_EXPLAIN: self._explanation,
            SCORE_AUDIT: self._audit,
        }
        await answer_questions(connection, answering, queue=_QUEUE)

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
