"""Where Slack posts what people press in their messages: the interactivity address of the Slack app."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime, timedelta
from typing import Final

import asyncpg
import structlog
from starlette.background import BackgroundTask
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from services.nudges.access.roster_today import ReadRoster
from services.nudges.decide.thanks.recognise_rep import AlreadySent, NotTheirRep, TextTooLong
from services.nudges.links import Links
from services.nudges.metrics import NudgesMetrics
from services.nudges.pages.answers.ask_again import AGAIN, NOT_AGAIN, ask_again
from services.nudges.pages.answers.record_answer import AnswerNotAllowed, record_answer
from services.nudges.pages.messages.stored_messages import find_message
from services.nudges.pages.slack.click import Answered, AskedAgain, Click, Thanked, UnreadableClick, read_click
from services.nudges.pages.slack.clicked_message import answered_message, find_clicked_message
from services.nudges.pages.slack.replies import Replies, Reply, notice, replacement
from services.nudges.pages.slack.signature import is_signed
from services.nudges.pages.thanks.send_thanks import ThanksSender, too_long_message
from shared.clock import Clock
from shared.errors import in_english
from shared.events import ManagerId, Nudge, NudgeId, PersonId
from shared.languages.current import using_language
from shared.languages.messages import gettext, marked
from shared.reach import SLACK
from shared.requests.client import NoResponder, Refused
from shared.requests.people import ContactList
from shared.service.settings import SecretMissing, SecretTooShort
from shared.transient_errors import TRANSIENT_ERRORS

_log = structlog.get_logger()
_ANSWER_S: Final = 2.5
"""Slack shows the user an error after three seconds."""
_CLICKS_MAX: Final = 1_000
_LOGGED_EVERY: Final = timedelta(minutes=5)
NOT_POSSIBLE: Final = marked("You can't do this here. If the message is still open for you, you'll find it in Daymark.")
WRITTEN_BEFORE: Final = marked(
    "Nothing was sent. You've already written to them about this. To write again, open the message in Daymark."
)
AskScoring = Callable[[PersonId], Awaitable[ContactList]]
LanguageOf = Callable[[PersonId], Awaitable[str]]


class SlackAnswers:
    """An answer is stored before Slack is answered, so none is lost in silence: if it cannot be, the user sees an error and the
    buttons stay. The message is replaced afterwards."""

    def __init__(
        self,
        pool: asyncpg.Pool,
        links: Links,
        clock: Clock,
        metrics: NudgesMetrics,
        *,
        ask_scoring: AskScoring,
        read_roster: ReadRoster,
        language_of: LanguageOf,
        read_secret: Callable[[], str],
        replies: Replies,
        thanks: ThanksSender,
    ) -> None:
        self._pool = pool
        self._links = links
        self._clock = clock
        self._metrics = metrics
        self._ask_scoring = ask_scoring
        self._read_roster = read_roster
        self._language_of = language_of
        self._read_secret = read_secret
        self._replies = replies
        self._thanks = thanks
        self._recorded: dict[tuple[str, NudgeId, str], None] = {}
        self._refusal_logged_at: datetime | None = None

    def routes(self) -> Sequence[BaseRoute]:
        return [Route("/slack/interactivity", self._receive, methods=["POST"])]

    async def _receive(self, request: Request) -> Response:
        try:
            body = await request.body()
            if not self._is_slacks(request, body):
                return Response(status_code=401)
            click = read_click(body)
            if click is None:
                return Response()
            async with asyncio.timeout(_ANSWER_S):
                reply = await self._answer(click)
        except (UnreadableClick, ClientDisconnect):
            return Response(status_code=400)
        except (SecretMissing, SecretTooShort) as unusable:
            _log.error("slack_request_not_checked", error=in_english(unusable))
            return Response(status_code=503)
        except (NoResponder, Refused, *TRANSIENT_ERRORS):
            return Response(status_code=503)
        return Response(background=BackgroundTask(self._replies.send, click.response_url, reply))

    def _is_slacks(self, request: Request, body: bytes) -> bool:
        now = self._clock.now()
        is_slacks = is_signed(
            body,
            timestamp=request.headers.get("x-slack-request-timestamp", ""),
            signature=request.headers.get("x-slack-signature", ""),
            secret=self._read_secret(),
            now=now,
        )
        if not is_slacks and (self._refusal_logged_at is None or now - self._refusal_logged_at >= _LOGGED_EVERY):
            self._refusal_logged_at = now
            _log.warning("slack_request_refused", remedy="check channels.slack.signing_secret and the clock")
        return is_slacks

    async def _answer(self, click: Click) -> Reply:
        nudge = await find_clicked_message(self._pool, click.nudge_id)
        if nudge is None or not await self._is_recipient(click.user, nudge.person.id):
            return notice(gettext(NOT_POSSIBLE))
        with using_language(await self._language_of(nudge.person.id)):
            return await self._answer_recipient(click, nudge)

    async def _answer_recipient(self, click: Click, nudge: Nudge) -> Reply:
        """In the language in which they read their messages."""
        if isinstance(click.action, AskedAgain):
            return notice(await self._ask_again(nudge))
        if isinstance(click.action, Thanked):
            refusal = await self._thank(click.nudge_id, click.action, ManagerId(nudge.person.id))
        else:
            refusal = await self._record(click, click.action, nudge.person.id)
        if refusal:
            return notice(refusal)
        return replacement(await answered_message(self._pool, nudge, self._links, now=self._clock.now()))

    async def _is_recipient(self, user: str, person_id: PersonId) -> bool:
        """Whether today's roster has this Slack user for the person."""
        today = await self._ask_scoring(person_id)
        return any(contact.transport == SLACK.name and contact.address == user for contact in today.contacts)

    async def _record(self, click: Click, answered: Answered, person_id: PersonId) -> str:
        """Returns why it was not recorded. A click that Slack sends again, or that somebody replays, must not overwrite what
        was answered since."""
        key = (click.user, click.nudge_id, click.clicked_at)
        if key in self._recorded:
            return ""
        answer, reason = answered.answer, answered.reason
        today = await self._read_roster(person_id)
        try:
            recorded = await record_answer(
                self._pool, click.nudge_id, person_id, answer, reason=reason, today=today, now=self._clock.now()
            )
        except AnswerNotAllowed:
            return gettext(NOT_POSSIBLE)
        self._recorded[key] = None
        while len(self._recorded) > _CLICKS_MAX:
            self._recorded.pop(next(iter(self._recorded)))
        if recorded.is_new:
            self._metrics.answers.labels(recorded.rule, answer.value).inc()
        return ""

    async def _thank(self, nudge_id: NudgeId, thanked: Thanked, manager_id: ManagerId) -> str:
        """Returns why it was not sent."""
        try:
            today = await self._read_roster(manager_id)
            await self._thanks.send_for_nudge(manager_id, nudge_id, thanked.text, today)
        except NotTheirRep:
            return gettext(NOT_POSSIBLE)
        except AlreadySent:
            return gettext(WRITTEN_BEFORE)
        except TextTooLong as refused:
            return too_long_message(refused.length)
        return ""

    async def _ask_again(self, nudge: Nudge) -> str:
        """Returns what becomes of it."""
        now, message = self._clock.now(), await find_message(self._pool, nudge.id, nudge.person.id)
        if message is None or not await ask_again(self._pool, message, nudge.person.id, now=now):
            return gettext(NOT_AGAIN)
        return gettext(AGAIN)
