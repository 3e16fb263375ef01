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
SCORE_LIST: Final = "score.list.v1"
SCORE_EXPLAIN: Final = "score.explain.v1"
SCORE_AUDIT: Final = "score.audit.v1"
SCORE_RESCORE: Final = "score.rescore.v1"
SCORE_NOBODYS: Final = "score.nobodys.v1"
SCORE_RESCORE_STATE: Final = "score.rescore_state.v1"
_ATTEMPTS_MAX: Final = 12
_AGAIN_S: Final = 0.25
NUDGE_LIST: Final = "nudge.list.v1"
INBOX_LINK: Final = "inbox.link.v1"


class NobodyAnswers(DaymarkError):
    """No service answers this question. Is Daymark running, and is the service ready? Try its /readyz."""


class Refused(DaymarkError):
    """The service refused what was asked; its sentence says why and what to do."""

    def __init__(self, sentence: str) -> None:
        super().__init__()
        self.args = (sentence,)


class _Model(BaseModel):
    model_config = ConfigDict(frozen=True, extra="ignore")


class Answer(_Model):
    ok: bool
    error: str = ""
    data: dict[str, Any] = {}


class DefinitionFile(_Model):
    """A roster or playbook file as its author wrote it; `name` is only for messages. `revise` is why a version begins in
    the past."""

    name: str
    text: str
    revise: str = ""


class Applied(_Model):
    """What applying a file did, in one line for people. So many reps' days are scored anew in the background by then."""

    summary: str
    reps_to_rescore: int


class RescoreQuery(_Model):
    """Which days to score anew: of one rep, or of a team, or of everybody; from `first` to `last`, both included."""

    rep: str | None = None
    team: str | None = None
    first: date | None = None
    last: date | None = None


class RescoreState(_Model):
    """How many reps have days that wait to be scored anew, and how many such days are known: more may come to light while
    activities are placed."""

    reps: int
    days: int


class PreviewQuery(_Model):
    """A playbook file, and how many weeks back to judge by it."""

    name: str
    text: str
    weeks: int = Field(default=4, ge=1, le=53)


class PreviewDay(_Model):
    """A day's score as it was judged, and as it would be."""

    day: date
    was: Decimal | None
    would_be: Decimal | None


class PreviewRep(_Model):
    """Means over the days with a score, and on how many the plan was, or would be, done."""

    rep: str
    name: str
    was: Decimal | None
    would_be: Decimal | None
    done: int
    would_be_done: int
    days: tuple[PreviewDay, ...]


class Preview(_Model):
    reps: tuple[PreviewRep, ...]


class PlaybookVersion(_Model):
    """One version. `revises` is why it begins before the day on which it was applied; empty where it does not."""

    team: str
    effective_from: date
    state: Literal["past", "in force", "coming"]
    revises: str
    behaviours: tuple[str, ...]
    goals: tuple[str, ...]


class PlaybookList(_Model):
    versions: tuple[PlaybookVersion, ...]


class ScoreQuery(_Model):
    """Days from `first` to `last`, both included. `silent_days` adds the days on which nothing counted. As judged `then`:
    by the version that was in force on the day; `now`: by the one in force today."""

    first: date
    last: date
    team: str | None = None
    silent_days: bool = False
    as_judged: Literal["then", "now"] = "then"
    after: tuple[str, date] | None = None
    limit: int = 1_000


class ScoreRow(_Model):
    """One rep's day. `score` has two decimals, half up; None when the day has no target. `counts` holds counts above 0."""

    rep: str
    day: date
    score: Decimal | None
    counts: dict[str, int]


class ScorePage(_Model):
    rows: tuple[ScoreRow, ...]
    next_after: tuple[str, date] | None = None


class ExplainQuery(_Model):
    rep: str
    day: date


class ExplainedActivity(_Model):
    """One activity of the day: its facts, what it counts for, or else the filter it failed, by behaviour. `unverified` says
    what is in doubt about it, if anything: a question to look into, no verdict."""

    source: str
    account: str
    activity_id: str
    kind: str
    facts: dict[str, Any]
    counts_for: tuple[str, ...]
    fails: dict[str, str]
    unverified: tuple[str, ...] = ()


class ExplainedLine(_Model):
    key: str
    label: str
    count: int
    target: Decimal
    weight: Decimal
    cap: Decimal
    points: Decimal


class Explanation(_Model):
    """A day's score with everything that it rests on. `arithmetic` is the sum, written out."""

    rep: str
    day: date
    timezone: str
    presence: str
    playbook_from: date | None
    score: Decimal | None
    arithmetic: str
    lines: tuple[ExplainedLine, ...]
    activities: tuple[ExplainedActivity, ...]


class AuditQuery(_Model):
    """What to recount: everything, or days from `first` to `last`, both included, or one rep's."""

    rep: str | None = None
    first: date | None = None
    last: date | None = None


class AuditReport(_Model):
    """The outcome of recounting from the stored facts. Each difference is one sentence; `waiting` reps were left out, because
    they are being scored anew."""

    activities: int
    days: int
    waiting: int = 0
    differences: tuple[str, ...]


class Nobodys(_Model):
    """Activities of a CRM user whom the roster does not know. They count as soon as somebody has this identity."""

    source: str
    account: str
    user: str
    activities: int
    newest_at: datetime | None


class NobodysList(_Model):
    """Those with the newest activities first, at most a hundred."""

    identities: tuple[Nobodys, ...]


class NudgeQuery(_Model):
    person: str | None = None
    after: str | None = None
    limit: int = 500


class NudgeRow(_Model):
    """One nudge with what became of it. `status` is sent, held or dropped, `because` says why it was held or dropped;
    `delivered` lists the channels that said yes."""

    id: str
    rule: str
    kind: str
    person: str
    person_name: str
    team: str
    occasion: str
    day: date
    text: str
    reason: str
    status: str
    because: str
    decided_at: datetime
    send_at: datetime | None
    delivered: tuple[str, ...]


class NudgePage(_Model):
    """In the order in which they were decided."""

    rows: tuple[NudgeRow, ...]
    next_after: str | None = None


class LinkQuery(_Model):
    manager: str


class Link(_Model):
    url: str


async def ask(
    connection: Client, subject: str, question: BaseModel | None = None, *, timeout_s: float = 30.0
) -> dict[str, Any]:
    """Put one question and give back the answer's data. A service that is just being started again is waited for.

    Raises:
        NobodyAnswers: no service is there, or it took longer than `timeout_s` seconds.
        Refused: the service answered no, and why.
    """
    payload = question.model_dump_json().encode() if question is not None else b""
    reply = None
    for _ in range(_ATTEMPTS_MAX):
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
