"""The page behind the link in a message, and the answer buttons of all pages."""

from collections.abc import Sequence
from dataclasses import replace
from functools import partial
from typing import Final

import asyncpg
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import BaseRoute

from services.nudges.domain.feedback.answers import Answer, WrongReason
from services.nudges.domain.phrases import clock_time
from services.nudges.domain.roster.access import Action
from services.nudges.links import TODAY_PATH, Door, Links, last_day_of_links
from services.nudges.metrics import NudgesMetrics
from services.nudges.pages.answers.ask_again import LATER_NOTICES, ask_again, find_later_time
from services.nudges.pages.answers.record_answer import AnswerNotAllowed, record_answer
from services.nudges.pages.cards.card import Reader
from services.nudges.pages.cards.nudge_cards import make_cards
from services.nudges.pages.doors.form_fields import read_fields
from services.nudges.pages.doors.guard import Guard
from services.nudges.pages.doors.readers import may_read
from services.nudges.pages.entrance import Entrance
from services.nudges.pages.messages.stored_messages import find_message, has_link_ended
from services.nudges.pages.rendering import Renderer
from services.nudges.pages.thanks.thanks_offers import find_thankable
from services.nudges.pages.way_back import ANSWERED, query_of, read_undone
from shared.clock import Clock
from shared.events import ManagerId, NudgeId, PossibleAbsence
from shared.languages.messages import gettext
from shared.transient_errors import TRANSIENT_ERRORS

_SEE_OTHER: Final = 303
_TODAY: Final = "today"
_BUTTON: Final = "{nudge}/{answer}/{reason}"


class AnswerPage:
    """The page of a single message, and the addresses to which the buttons of every page post."""

    def __init__(
        self, pool: asyncpg.Pool, links: Links, renderer: Renderer, clock: Clock, metrics: NudgesMetrics, guard: Guard
    ) -> None:
        self._pool = pool
        self._links = links
        self._renderer = renderer
        self._clock = clock
        self._metrics = metrics
        self._guard = guard

    def routes(self) -> Sequence[BaseRoute]:
        by_link = partial(self._guard.route, door=Door.ANSWER, action=Action.OPEN_MESSAGE)
        on_page = partial(self._guard.route, methods=["POST"])
        return [
            by_link("/answer/{nudge}/{person}/{token}", self._show),
            by_link("/answer/{nudge}/{person}/{token}/later", self._send_later, methods=["POST"]),
            by_link("/answer/{nudge}/{person}/{token}/{answer}/{reason}", self._answer_by_link, methods=["POST"]),
            on_page(
                f"/inbox/{{person}}/{{token}}/answer/{_BUTTON}",
                self._answer_on_page,
                door=Door.INBOX,
                action=Action.OPEN_INBOX,
            ),
            on_page(
                "/inbox/{person}/{token}/answer/{nudge}/later",
                self._send_later_on_page,
                door=Door.INBOX,
                action=Action.OPEN_INBOX,
            ),
            on_page(
                f"/you/{{person}}/{{token}}/answer/{_BUTTON}",
                self._answer_on_page,
                door=Door.OWN_PAGE,
                action=Action.OPEN_OWN_PAGE,
            ),
        ]

    async def _show(self, request: Request, entrance: Entrance) -> Response:
        nudge_id, person_id, now = NudgeId(request.path_params["nudge"]), entrance.person_id, self._clock.now()
        try:
            message = await find_message(self._pool, nudge_id, person_id)
            if message is None or not may_read(person_id, message.person_id, message.rule, entrance.today):
                return self._renderer.not_found()
            if has_link_ended(message, now=now):
                return self._renderer.link_ended()
            entrance = replace(entrance, last_day=last_day_of_links(message.send_at or now))
            thankable = await find_thankable(self._pool, self._links, entrance, [message], root="../../../", now=now)
            later_at = await find_later_time(self._pool, message, person_id, now=now)
        except TRANSIENT_ERRORS:
            return self._renderer.unavailable()

        def absence_address(absence: PossibleAbsence) -> str:
            path = self._links.absence_path(ManagerId(person_id), absence, last_day=entrance.last_day)
            return f"../../../absence/{path}"

        reader = Reader(id=person_id, now=now, offers=thankable.offers, absence_address=absence_address)
        (card,) = make_cards([message], reader)
        paths = {card_id: f"../../{self._links.answer_path(card_id, person_id)}" for card_id in card.nudge_ids}
        return self._renderer.page(
            "answer.html",
            has_forms=True,
            entrance=entrance,
            card=card,
            paths=paths,
            settings=f"../../../{self._links.mail_path(person_id)}",
            later=clock_time(later_at, message.timezone) if later_at is not None else "",
            later_path=f"./{entrance.token}/later",
            undone=read_undone(request),
            notice=_later_notice(request),
        )

    async def _send_later(self, request: Request, entrance: Entrance) -> Response:
        return await self._queue_again(request, entrance, back_to=f"../{entrance.token}")

    async def _send_later_on_page(self, request: Request, entrance: Entrance) -> Response:
        back_to = await _page_of_form(request) or f"../../../{entrance.token}"
        return await self._queue_again(request, entrance, back_to=back_to)

    async def _queue_again(self, request: Request, entrance: Entrance, *, back_to: str) -> Response:
        nudge_id, person_id = NudgeId(request.path_params["nudge"]), entrance.person_id
        try:
            message = await find_message(self._pool, nudge_id, person_id)
            if message is None or not may_read(person_id, message.person_id, message.rule, entrance.today):
                return self._renderer.not_found()
            is_queued = await ask_again(self._pool, message, person_id, now=self._clock.now())
        except TRANSIENT_ERRORS:
            return self._renderer.unavailable()
        return RedirectResponse(f"{back_to}?later={'yes' if is_queued else 'no'}", _SEE_OTHER)

    async def _answer_by_link(self, request: Request, entrance: Entrance) -> Response:
        back_to = f"../../{entrance.token}#nudge-{request.path_params['nudge']}"
        return await self._record(request, entrance, back_to=back_to)

    async def _answer_on_page(self, request: Request, entrance: Entrance) -> Response:
        """Back to the page on which the button is, at the nudge that was answered."""
        nudge_id = request.path_params["nudge"]
        if page := await _page_of_form(request):
            return await self._record(request, entrance, back_to=f"{page}{query_of(request, {ANSWERED: nudge_id})}")
        back_to = f"../../../../{entrance.token}{query_of(request)}#nudge-{nudge_id}"
        return await self._record(request, entrance, back_to=back_to)

    async def _record(self, request: Request, entrance: Entrance, *, back_to: str) -> Response:
        nudge_id = NudgeId(request.path_params["nudge"])
        try:
            answer = Answer(request.path_params["answer"])
            reason = WrongReason(request.path_params["reason"]) if answer is Answer.WRONG else None
        except ValueError:
            return self._renderer.not_found(entrance)
        try:
            recorded = await record_answer(
                self._pool, nudge_id, entrance.person_id, answer, reason=reason, today=entrance.today, now=self._clock.now()
            )
        except AnswerNotAllowed:
            return self._renderer.not_found(entrance)
        except TRANSIENT_ERRORS:
            return self._renderer.unavailable()
        if recorded.is_new:
            self._metrics.answers.labels(recorded.rule, answer.value).inc()
        return RedirectResponse(back_to, _SEE_OTHER)


def _later_notice(request: Request) -> str:
    """What came of asking for the message again; empty if nobody has."""
    notice = LATER_NOTICES.get(request.query_params.get("later", ""))
    return gettext(notice) if notice is not None else ""


async def _page_of_form(request: Request) -> str:
    """The page that a form names on which it stands; empty for those that name none."""
    return TODAY_PATH if (await read_fields(request)).get("page") == _TODAY else ""
