"""What scoring answers when asked over NATS: files to apply, scores, explanations, audits, people to forget."""

from collections.abc import Callable
from typing import Final

import asyncpg
from nats.aio.client import Client
from shared.requests.answering import answer_questions

from services.scoring.definitions.apply_definitions import apply_playbooks, apply_roster
from services.scoring.definitions.cache import DefinitionsCache
from services.scoring.definitions.list_announcements import list_telling
from services.scoring.definitions.list_playbooks import list_playbooks
from services.scoring.definitions.pending_rescores import rescore_state
from services.scoring.erase.erase_contact import begin_forgetting_contact, finish_forgetting_contact
from services.scoring.erase.erase_rep import begin_forgetting_rep, finish_forgetting_rep
from services.scoring.erase.find_erasure_target import find_forgettable
from services.scoring.explain.audit_scores import audit_scores
from services.scoring.explain.explain_day import explain_day
from services.scoring.explain.list_scores import list_scores
from services.scoring.explain.list_totals import list_totals
from services.scoring.explain.list_unmatched_users import list_nobodys
from services.scoring.explain.preview_playbook import preview_playbooks
from services.scoring.rescore.rescore_days import ask_for_rescore
from shared.clock import Clock
from shared.requests.client import (
    ANNOUNCEMENT_LIST,
    PLAYBOOK_APPLY,
    PLAYBOOK_LIST,
    PLAYBOOK_PREVIEW,
    ROSTER_APPLY,
    SCORE_RESCORE,
    SCORE_RESCORE_STATE,
    AnnouncementPage,
    AnnouncementQuery,
    Applied,
    DefinitionFile,
    PlaybookList,
    Preview,
    PreviewQuery,
    RescoreQuery,
    RescoreState,
)
from shared.requests.erasure import (
    ERASE_BEGIN,
    ERASE_FIND,
    ERASE_FINISH,
    ErasureOrder,
    ErasureQuery,
)
from shared.requests.scores import (
    SCORE_AUDIT,
    SCORE_EXPLAIN,
    SCORE_LIST,
    SCORE_TOTALS,
    UNMATCHED_USERS,
    AuditQuery,
    AuditReport,
    ExplainQuery,
    Explanation,
    ScorePage,
    ScoreQuery,
    TotalsList,
    TotalsQuery,
    UnmatchedUserList,
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
            PLAYBOOK_PREVIEW: self._preview,
            PLAYBOOK_LIST: self._playbooks,
            ANNOUNCEMENT_LIST: self._telling,
            SCORE_LIST: self._scores,
            SCORE_EXPLAIN: self._explanation,
            SCORE_AUDIT: self._audit,
            UNMATCHED_USERS: self._nobodys,
            SCORE_TOTALS: self._totals,
            SCORE_RESCORE: self._rescore,
            SCORE_RESCORE_STATE: self._rescore_state,
            ERASE_FIND: self._forgettable,
            ERASE_BEGIN: self._begin_forgetting,
            ERASE_FINISH: self._finish_forgetting,
        }
        await answer_questions(connection, answering, queue=_QUEUE)

    async def _roster(self, question: bytes) -> Applied:
        file = DefinitionFile.model_validate_json(question)
        applied = await apply_roster(self._pool, self._cache, file.text, file=file.name, now=self._clock.now())
        self._on_changed()
        return applied

    async def _playbook(self, question: bytes) -> Applied:
        file = DefinitionFile.model_validate_json(question)
        applied = await apply_playbooks(
            self._pool, self._cache, file.text, file=file.name, revise=file.revise, now=self._clock.now()
        )
        self._on_changed()
        return applied

    async def _scores(self, question: bytes) -> ScorePage:
        return await list_scores(self._pool, self._cache, ScoreQuery.model_validate_json(question), now=self._clock.now())

    async def _preview(self, question: bytes) -> Preview:
        query = PreviewQuery.model_validate_json(question)
        return await preview_playbooks(self._pool, self._cache, query, now=self._clock.now())

    async def _playbooks(self, _: bytes) -> PlaybookList:
        return await list_playbooks(self._pool, self._cache, now=self._clock.now())

    async def _telling(self, question: bytes) -> AnnouncementPage:
        return await list_telling(self._pool, self._cache, AnnouncementQuery.model_validate_json(question))

    async def _explanation(self, question: bytes) -> Explanation:
        query = ExplainQuery.model_validate_json(question)
        return await explain_day(self._pool, self._cache, query.rep, query.day)

    async def _audit(self, question: bytes) -> AuditReport:
        query = AuditQuery.model_validate_json(question) if question else AuditQuery()
        return await audit_scores(self._pool, self._cache, query)

    async def _nobodys(self, _: bytes) -> UnmatchedUserList:
        return await list_nobodys(self._pool)

    async def _totals(self, question: bytes) -> TotalsList:
        return await list_totals(self._pool, self._cache, TotalsQuery.model_validate_json(question))

    async def _rescore(self, question: bytes) -> RescoreState:
        query = RescoreQuery.model_validate_json(question)
        state = await ask_for_rescore(self._pool, self._cache, query, now=self._clock.now())
        self._on_changed()
        return state

    async def _rescore_state(self, _: bytes) -> RescoreState:
        async with self._pool.acquire() as connection:
            return await rescore_state(connection)

    async def _forgettable(self, question: bytes) -> ErasureTarget:
        return await find_forgettable(self._pool, self._cache, ErasureQuery.model_validate_json(question))

    async def _begin_forgetting(self, question: bytes) -> ErasedScores:
        order, now = ErasureOrder.model_validate_json(question), self._clock.now()
        if order.who == "person":
            return await begin_forgetting_rep(self._pool, self._cache, order.person, now=now)
        for contact_key in order.contact_keys:
            await begin_forgetting_contact(self._pool, self._cache, contact_key, source=order.source, now=now)
        return ErasedScores()

    async def _finish_forgetting(self, question: bytes) -> ErasedScores:
        order, now = ErasureOrder.model_validate_json(question), self._clock.now()
        if order.who == "person":
            return await finish_forgetting_rep(self._pool, self._cache, order.person)
        activities = 0
        for contact_key in order.contact_keys:
            erased = await finish_forgetting_contact(self._pool, self._cache, contact_key, source=order.source, now=now)
            activities += erased.activities
        return ErasedScores(activities=activities)
