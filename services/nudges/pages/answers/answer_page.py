"""The page behind the link in a message, and the answer buttons of all pages."""

from collections.abc import Sequence
from typing import Final

import asyncpg
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import BaseRoute, Route

from services.nudges.domain.feedback.answers import Answer, WrongReason
from services.nudges.domain.phrases import clock_time
from services.nudges.links import Links
from services.nudges.metrics import NudgesMetrics
from services.nudges.pages.answers.ask_again import ask_again, find_later_time
from services.nudges.pages.answers.record_answer import AnswerNotAllowed, record_answer
from services.nudges.pages.former_managers import may_read_nudge
from services.nudges.pages.inbox import find_message, has_link_ended, has_link_of_nudge_ended
from services.nudges.pages.nudge_cards import make_cards
from services.nudges.pages.rendering import Renderer
from services.nudges.pages.thanks.thanks_offers import find_thankable
from shared.clock import Clock
from shared.events import ManagerId, NudgeId, PersonId, PossibleAbsence, RepId
from shared.transient_errors import TRANSIENT_ERRORS

_SEE_OTHER: Final = 303
_NOTICES: Final = {
    "yes": "You'll get this message again later today.",
    "no": "This message can't come again today. You can always read it here.",
}
_BUTTON: Final = "{nudge}/{answer}/{reason}"


class AnswerPage:
    """The page of a single message, and the addresses to which the buttons of every page post."""

    def __init__(self, pool: asyncpg.Pool, links: Links, renderer: Renderer, clock: Clock, metrics: NudgesMetrics) -> None:
        self._pool = pool
        self._links = links
        self._renderer = renderer
        self._clock = clock
        self._metrics = metrics

    def routes(self) -> Sequence[BaseRoute]:
        return [
            Route("/answer/{nudge}/{person}/{token}", self._show),
            Route("/answer/{nudge}/{person}/{token}/later", self._send_later, methods=["POST"]),
            Route("/answer/{nudge}/{person}/{token}/{answer}/{reason}", self._answer_by_link, methods=["POST"]),
            Route(f"/inbox/{{person}}/{{token}}/answer/{_BUTTON}", self._answer_in_inbox, methods=["POST"]),
            Route(f"/you/{{person}}/{{token}}/answer/{_BUTTON}", self._answer_on_own_page, methods=["POST"]),
        ]

    async def _show(self, request: Request) -> Response:
        nudge_id, person_id = NudgeId(request.path_params["nudge"]), PersonId(request.path_params["person"])
        if not self._links.can_open_answer(nudge_id, person_id, request.path_params["token"]):
            return self._renderer.not_found()
        try:
            message = await find_message(self._pool, nudge_id, person_id)
            if message is None or not await may_read_nudge(
                self._pool, person_id, recipient_id=message.person_id, rule=message.rule
            ):
                return self._renderer.not_found()
            if has_link_ended(message, now=self._clock.now()):
                return self._renderer.link_ended()
            thankable = await find_thankable(self._pool, self._links, ManagerId(person_id), [message], root="../../../")
            later_at = await find_later_time(self._pool, message, person_id, now=self._clock.now())
        except TRANSIENT_ERRORS:
            return self._renderer.unavailable()

        def absence_address(absence: PossibleAbsence) -> str:
            return f"../../../absence/{self._links.absence_path(ManagerId(person_id), absence)}"

        (card,) = make_cards([message], reader=person_id, absence_address=absence_address, offers=thankable.offers)
        paths = {card_id: f"../../{self._links.answer_path(card_id, person_id)}" for card_id in card.nudge_ids}
        return self._renderer.page(
            "answer.html",
            has_forms=True,
            card=card,
            paths=paths,
            settings=f"../../../{self._links.mail_path(person_id)}",
            later=clock_time(later_at, message.timezone) if later_at is not None else "",
            later_path=f"./{request.path_params['token']}/later",
            notice=_NOTICES.get(request.query_params.get("later", ""), ""),
        )

    async def _send_later(self, request: Request) -> Response:
        nudge_id, person_id = NudgeId(request.path_params["nudge"]), PersonId(request.path_params["person"])
        token = request.path_params["token"]
        if not self._links.can_open_answer(nudge_id, person_id, token):
            return self._renderer.not_found()
        try:
            message = await find_message(self._pool, nudge_id, person_id)
            if message is None:
                return self._renderer.not_found()
            is_queued = await ask_again(self._pool, message, person_id, now=self._clock.now())
        except TRANSIENT_ERRORS:
            return self._renderer.unavailable()
        return RedirectResponse(f"../{token}?later={'yes' if is_queued else 'no'}", _SEE_OTHER)

    async def _answer_by_link(self, request: Request) -> Response:
        nudge_id, person_id = NudgeId(request.path_params["nudge"]), PersonId(request.path_params["person"])
        token = request.path_params["token"]
        is_signed = self._links.can_open_answer(nudge_id, person_id, token)
        try:
            if is_signed and await has_link_of_nudge_ended(self._pool, nudge_id, person_id, now=self._clock.now()):
                return self._renderer.link_ended()
        except TRANSIENT_ERRORS:
            return self._renderer.unavailable()
        return await self._record(request, is_signed=is_signed, back_to=f"../../{token}#nudge-{nudge_id}")

    async def _answer_in_inbox(self, request: Request) -> Response:
        manager_id, token = ManagerId(request.path_params["person"]), request.path_params["token"]
        is_signed = self._links.can_open_inbox(manager_id, token)
        return await self._record(request, is_signed=is_signed, back_to=_reader_page(request))

    async def _answer_on_own_page(self, request: Request) -> Response:
        rep_id, token = RepId(request.path_params["person"]), request.path_params["token"]
        is_signed = self._links.can_open_own_page(rep_id, token)
        return await self._record(request, is_signed=is_signed, back_to=_reader_page(request))

    async def _record(self, request: Request, *, is_signed: bool, back_to: str) -> Response:
        nudge_id, person_id = NudgeId(request.path_params["nudge"]), PersonId(request.path_params["person"])
        try:
            answer = Answer(request.path_params["answer"])
            reason = WrongReason(request.path_params["reason"]) if answer is Answer.WRONG else None
        except ValueError:
            return self._renderer.not_found()
        if not is_signed:
            return self._renderer.not_found()
        try:
            recorded = await record_answer(self._pool, nudge_id, person_id, answer, reason=reason, now=self._clock.now())
        except AnswerNotAllowed:
            return self._renderer.not_found()
        except TRANSIENT_ERRORS:
            return self._renderer.unavailable()
        if recorded.is_new:
            self._metrics.answers.labels(recorded.rule, answer.value).inc()
        return RedirectResponse(back_to, _SEE_OTHER)


def _reader_page(request: Request) -> str:
    """The page on which the button is, at the nudge that was answered; relative to the button's address."""
    return f"../../../../{request.path_params['token']}#nudge-{request.path_params['nudge']}"
