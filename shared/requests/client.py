"""Questions that the command line and the pages ask a service over NATS, and the shape of the answers.

Every answer is an `Answer`: either `ok` with `data`, or not, with one sentence in `error` that says what happened and what
to do. Lists are paged: `after` of the next question is `next_after` of the last answer.
"""

import asyncio
from datetime import date, datetime
from decimal import Decimal
from typing import Any, Final, Literal

import nats
import nats.errors
from nats.aio.client import Client
from pydantic import BaseModel, ConfigDict, Field

from shared.errors import DaymarkError

ROSTER_APPLY: Final = "roster.apply.v1"
PLAYBOOK_APPLY: Final = "playbook.apply.v1"
PLAYBOOK_PREVIEW: Final = "playbook.preview.v1"
PLAYBOOK_LIST: Final = "playbook.list.v1"
PLAYBOOK_TELLING: Final = "playbook.telling.v1"
SCORE_RESCORE: Final = "score.rescore.v1"
SCORE_RESCORE_STATE: Final = "score.rescore_state.v1"
_ATTEMPTS_MAX: Final = 12
_AGAIN_S: Final = 0.25


class NobodyAnswers(DaymarkError):
    """No service answers this question. Is Daymark running, and is the service ready? Try its /readyz."""


class Refused(DaymarkError):
    """The service refused what was asked; its sentence says why and what to do."""

    def __init__(self, sentence: str) -> None:
        super().__init__()
        self.args = (sentence,)


class Shape(BaseModel):
    model_config = ConfigDict(frozen=True, extra="ignore")


class Answer(Shape):
    ok: bool
    error: str = ""
    data: dict[str, Any] = {}


class DefinitionFile(Shape):
    """A roster or playbook file as its author wrote it; `name` is only for messages. `revise` is why a version begins in
    the past."""

    name: str
    text: str
    revise: str = ""


class Applied(Shape):
    """What applying a file did, in one line for people. So many reps' days are scored anew in the background by then, and so
    many reps are told of a definition that is new to them."""

    summary: str
    reps_to_rescore: int
    reps_to_tell: int = 0


class RescoreQuery(Shape):
    """Which days to score anew: of one rep, or of a team, or of everybody; from `first` to `last`, both included."""

    rep: str | None = None
    team: str | None = None
    first: date | None = None
    last: date | None = None


class RescoreState(Shape):
    """How many reps have days that wait to be scored anew, and how many such days are known: more may come to light while
    activities are placed."""

    reps: int
    days: int


class PreviewQuery(Shape):
    """A playbook file, and how many weeks back to judge by it."""

    name: str
    text: str
    weeks: int = Field(default=4, ge=1, le=53)


class PreviewDay(Shape):
    """A day's score as it was judged, and as it would be."""

    day: date
    was: Decimal | None
    would_be: Decimal | None


class PreviewRep(Shape):
    """Means over the days with a score, and on how many the plan was, or would be, done."""

    rep: str
    name: str
    was: Decimal | None
    would_be: Decimal | None
    done: int
    would_be_done: int
    days: tuple[PreviewDay, ...]


class Preview(Shape):
    reps: tuple[PreviewRep, ...]


class PlaybookVersion(Shape):
    """One version. `revises` is why it begins before the day on which it was applied; empty where it does not. It was
    `announced` to so many reps, of whom some were `told` and some have `acknowledged` it."""

    team: str
    effective_from: date
    version: int = 0
    announced: int = 0
    told: int = 0
    acknowledged: int = 0
    state: Literal["past", "in force", "coming"]
    revises: str
    behaviours: tuple[str, ...]
    goals: tuple[str, ...]


class PlaybookList(Shape):
    versions: tuple[PlaybookVersion, ...]


class TellingQuery(Shape):
    """Who was told of which version; of one team, or of those that begin on one day."""

    team: str | None = None
    effective_from: date | None = None
    after: tuple[int, str] | None = None
    limit: int = Field(default=1_000, ge=1, le=1_000)


class TellingRow(Shape):
    """One version and one rep whom it judges from `binds_from` on, unless that was withdrawn. `name` is empty for who is no
    longer in the roster."""

    version: int
    team: str
    effective_from: date
    rep: str
    name: str
    binds_from: date
    announced_at: datetime
    told_at: datetime | None
    acknowledged_at: datetime | None
    withdrawn_at: datetime | None = None


class TellingPage(Shape):
    """The newest version first, reps in the order of their ids."""

    rows: tuple[TellingRow, ...]
    next_after: tuple[int, str] | None = None


async def ask(
    connection: Client,
    subject: str,
    question: BaseModel | None = None,
    *,
    timeout_s: float = 30.0,
    attempts_max: int = _ATTEMPTS_MAX,
) -> dict[str, Any]:
    """Put one question and give back the answer's data. A service that is just being started again is waited for, for a
    quarter of a second after each attempt.

    Raises:
        NobodyAnswers: no service is there, or it took longer than `timeout_s` seconds.
        Refused: the service answered no, and why.
    """
    payload = question.model_dump_json().encode() if question is not None else b""
    reply = None
    for _ in range(attempts_max):
        try:
            reply = await connection.request(subject, payload, timeout=timeout_s)
            break
        except nats.errors.NoRespondersError:
            await asyncio.sleep(_AGAIN_S)
        except (nats.errors.ConnectionClosedError, TimeoutError):
            break
    if reply is None:
        raise NobodyAnswers(subject)
    answer = Answer.model_validate_json(reply.data)
    if not answer.ok:
        raise Refused(answer.error)
    return answer.data
