"""What the commands ask the services, page by page."""

from collections.abc import AsyncIterator, Callable, Sequence
from datetime import date
from pathlib import Path
from typing import Any, Protocol, TypeVar

from nats.aio.client import Client
from pydantic import BaseModel

from shared.errors import DaymarkError
from shared.requests.client import (
    ANNOUNCEMENT_LIST,
    PLAYBOOK_LIST,
    PLAYBOOK_PREVIEW,
    SCORE_RESCORE,
    SCORE_RESCORE_STATE,
    AnnouncementPage,
    AnnouncementQuery,
    AnnouncementRow,
    Applied,
    DefinitionFile,
    NoResponder,
    PlaybookList,
    Preview,
    PreviewQuery,
    RescoreQuery,
    RescoreState,
    ask,
)
from shared.requests.erasure import (
    ERASE_BEGIN,
    ERASE_FIND,
    ERASE_FINISH,
    ERASE_NUDGES,
    ErasedNudges,
    ErasureOrder,
    ErasureQuery,
)
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
    NudgeRow,
    RepQuery,
    RuleName,
    SilentFeedList,
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
    ScoreRow,
    TotalsList,
    TotalsQuery,
    UnmatchedUserList,
)

_LONG_S = 600.0
Row_co = TypeVar("Row_co", covariant=True)


class _Page(Protocol[Row_co]):
    """Some of the rows, and after what the others come."""

    @property
    def rows(self) -> Sequence[Row_co]: ...

    @property
    def next_after(self) -> object: ...


class FileMissing(DaymarkError):
    """The file cannot be read. Check its name and its rights."""


async def apply_file(connection: Client, subject: str, path: Path, *, revise: str = "") -> Applied:
    """Send a roster or playbook file to scoring.

    Raises:
        FileMissing: it cannot be read.
        Refused: something in it is wrong; names file, line, key and what would be right.
    """
    question = DefinitionFile(name=str(path), text=_text_of(path), revise=revise)
    return Applied.model_validate(await ask(connection, subject, question, timeout_s=_LONG_S))


def _text_of(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as failed:
        raise FileMissing(f"{path} ({failed})") from None


async def preview(connection: Client, path: Path, *, weeks: int) -> Preview:
    """What the last weeks would have looked like under a playbook file.

    Raises:
        FileMissing: it cannot be read.
        Refused: something in it is wrong.
    """
    query = PreviewQuery(name=str(path), text=_text_of(path), weeks=weeks)
    return Preview.model_validate(await ask(connection, PLAYBOOK_PREVIEW, query, timeout_s=_LONG_S))


async def list_playbooks(connection: Client) -> PlaybookList:
    """Every version of every playbook."""
    return PlaybookList.model_validate(await ask(connection, PLAYBOOK_LIST))


def list_telling(connection: Client, query: AnnouncementQuery) -> AsyncIterator[AnnouncementRow]:
    """Who was told of which version, the newest version first."""
    return _rows(connection, ANNOUNCEMENT_LIST, query, AnnouncementPage.model_validate)


async def rescore(connection: Client, query: RescoreQuery) -> RescoreState:
    """Have days scored anew in the background."""
    return RescoreState.model_validate(await ask(connection, SCORE_RESCORE, query))


async def list_nobodys(connection: Client) -> UnmatchedUserList:
    """CRM users with activities whom the roster does not know."""
    return UnmatchedUserList.model_validate(await ask(connection, UNMATCHED_USERS))


async def rescore_state(connection: Client) -> RescoreState:
    """How many days are still to be scored anew, and of how many reps."""
    return RescoreState.model_validate(await ask(connection, SCORE_RESCORE_STATE))


def list_scores(connection: Client, query: ScoreQuery) -> AsyncIterator[ScoreRow]:
    """Every row of the query, sorted by rep and day."""
    return _rows(connection, SCORE_LIST, query, ScorePage.model_validate)


async def list_totals(connection: Client, query: TotalsQuery) -> TotalsList:
    """What teams did, month by month."""
    return TotalsList.model_validate(await ask(connection, SCORE_TOTALS, query, timeout_s=_LONG_S))


def list_nudges(connection: Client, *, person: str | None) -> AsyncIterator[NudgeRow]:
    """Every nudge, in the order in which they were decided."""
    return _rows(connection, NUDGE_LIST, NudgeQuery(person=person), NudgePage.model_validate)


async def calibrate(connection: Client, query: CalibrationQuery) -> CalibrationList:
    """Have the watch for drops re-checked on the teams' own history.

    Raises:
        Refused: there is no such team.
    """
    return CalibrationList.model_validate(await ask(connection, DROP_CALIBRATE, query, timeout_s=_LONG_S))


async def list_quiet_feeds(connection: Client) -> SilentFeedList:
    """The teams that nothing is heard of."""
    return SilentFeedList.model_validate(await ask(connection, SILENT_FEEDS))


async def explain(connection: Client, rep: str, day: date) -> Explanation:
    """Everything that a day's score rests on."""
    return Explanation.model_validate(await ask(connection, SCORE_EXPLAIN, ExplainQuery(rep=rep, day=day)))


async def list_contests(connection: Client, rep: str, day: date) -> DisputeList | None:
    """What the rep says of the day's activities; None where nudges is away, as an explanation needs only scoring."""
    try:
        return DisputeList.model_validate(await ask(connection, DISPUTE_LIST, DisputeQuery(rep=rep, day=day), timeout_s=5.0))
    except NoResponder:
        return None


async def audit(connection: Client, query: AuditQuery) -> AuditReport:
    """Recount from the stored facts; takes minutes on a large history."""
    return AuditReport.model_validate(await ask(connection, SCORE_AUDIT, query, timeout_s=_LONG_S))


async def inbox_link(connection: Client, manager: str) -> Link:
    """The address of a manager's page."""
    return Link.model_validate(await ask(connection, INBOX_LINK, ManagerQuery(manager=manager)))


async def own_link(connection: Client, rep: str) -> Link:
    """The address of a rep's own page."""
    return Link.model_validate(await ask(connection, OWN_PAGE_LINK, RepQuery(rep=rep)))


async def find_forgettable(connection: Client, query: ErasureQuery) -> ErasureTarget:
    """Who is meant by somebody to be forgotten, and what would be erased; takes minutes on a large history."""
    return ErasureTarget.model_validate(await ask(connection, ERASE_FIND, query, timeout_s=_LONG_S))


async def begin_forgetting(connection: Client, order: ErasureOrder) -> None:
    """Have nothing of theirs taken in any more."""
    await ask(connection, ERASE_BEGIN, order)


async def forget_nudges(connection: Client, order: ErasureOrder) -> ErasedNudges:
    """Have nudges erase what it has of a person."""
    return ErasedNudges.model_validate(await ask(connection, ERASE_NUDGES, order, timeout_s=_LONG_S))


async def finish_forgetting(connection: Client, order: ErasureOrder) -> ErasedScores:
    """Have scoring erase what it has of them."""
    return ErasedScores.model_validate(await ask(connection, ERASE_FINISH, order, timeout_s=_LONG_S))


async def list_channels(connection: Client) -> ChannelList:
    """How the channels fare."""
    return ChannelList.model_validate(await ask(connection, CHANNEL_LIST))


async def enable_channel(connection: Client, name: str) -> ChannelList:
    """Send through a channel again.

    Raises:
        Refused: there is none of this name.
    """
    return ChannelList.model_validate(await ask(connection, CHANNEL_ENABLE, ChannelName(name=name)))


async def list_effects(connection: Client) -> EffectList:
    """What each rule does to the score of the next worked day; takes a while on years of nudges."""
    return EffectList.model_validate(await ask(connection, EFFECT_LIST, timeout_s=_LONG_S))


async def resume_rule(connection: Client, rule: str) -> None:
    """Let a rule speak again that was paused.

    Raises:
        Refused: it is not paused.
    """
    await ask(connection, RULE_RESUME, RuleName(rule=rule))


async def _rows(
    connection: Client, subject: str, query: BaseModel, read: Callable[[dict[str, Any]], _Page[Row_co]]
) -> AsyncIterator[Row_co]:
    """Every row, page after page."""
    while True:
        page = read(await ask(connection, subject, query))
        for row in page.rows:
            yield row
        if page.next_after is None:
            return
        query = query.model_copy(update={"after": page.next_after})
