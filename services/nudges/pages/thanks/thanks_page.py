"""The page on which a manager writes to a rep of theirs, or a colleague to another, or just says thank you; and the one-click
thanks on managers' cards."""

import re
import secrets
from collections.abc import Callable, Sequence
from datetime import datetime
from http import HTTPStatus
from typing import Final
from urllib.parse import urlencode

import asyncpg
from starlette.datastructures import QueryParams
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import BaseRoute, Route

from services.nudges.context.days import find_newest_day
from services.nudges.context.roster.managed_reps import Sender, find_sender
from services.nudges.decide.decision_context import DecisionSettings
from services.nudges.decide.thanks.occasions import find_occasion, list_thankable
from services.nudges.decide.thanks.recognise_rep import (
    AlreadySent,
    NotTheirRep,
    Recognised,
    TextTooLong,
    TooManyToday,
    Written,
    recognise_rep,
    undo_thanks,
)
from services.nudges.decision_log import log_outcomes
from services.nudges.domain.feedback.thanks import BY_COLLEAGUE_MAX, TEXT_LENGTH_MAX, Occasion, RecognitionId, thanks_phrase
from services.nudges.domain.phrases import first_name, natural_name, sentence
from services.nudges.domain.working_time import local_day
from services.nudges.links import Links
from services.nudges.metrics import NudgesMetrics
from services.nudges.pages.inbox import has_link_of_nudge_ended
from services.nudges.pages.rendering import Renderer
from services.nudges.pages.thanks.thanks_view import lines_of_sender
from services.nudges.pages.thanks.written_thanks import list_written
from shared.clock import Clock
from shared.events import DayReport, ManagerId, NudgeId, PersonId, RepId
from shared.trace import continue_trace
from shared.transient_errors import TRANSIENT_ERRORS

_PAGE: Final = "/recognise/{sender}/{rep}/{token}"
_ID: Final = re.compile(r"[A-Za-z0-9-]{1,64}")
_FORM_BYTES: Final = 16
_FIELDS_MAX: Final = 8
_ONLY_THANKS: Final = "thanks"
_UNDECIDED: Final = (
    "Nothing was sent. You wrote something and pressed “Just say thank you”: send what you wrote, or clear it first."
)
_TOO_LONG: Final = f"Nothing was sent. Your message has {{length}} characters; up to {TEXT_LENGTH_MAX} fit."
_SENT_BEFORE: Final = (
    "Not sent yet: you have sent another message from this form. To send this one as well, press the button again."
)
_TOO_MANY: Final = (
    f"Nothing was sent. You have written to this colleague {BY_COLLEAGUE_MAX} times within a day. Try again tomorrow, or talk "
    "to them."
)


class ThanksPage:
    """Opens with the link that is signed for a sender and a rep, while the sender may write to the rep. Opening it sends
    nothing. `on_decided` is called after each commit of a message."""

    def __init__(
        self,
        pool: asyncpg.Pool,
        links: Links,
        renderer: Renderer,
        clock: Clock,
        metrics: NudgesMetrics,
        *,
        settings: DecisionSettings,
        on_decided: Callable[[], None],
    ) -> None:
        self._pool = pool
        self._links = links
        self._renderer = renderer
        self._clock = clock
        self._metrics = metrics
        self._settings = settings
        self._on_decided = on_decided

    def routes(self) -> Sequence[BaseRoute]:
        return [
            Route(_PAGE, self._show),
            Route(f"{_PAGE}/send", self._send, methods=["POST"]),
            Route(f"{_PAGE}/undo/{{recognition}}", self._undo, methods=["POST"]),
            Route("/answer/{nudge}/{person}/{token}/thank", self._thank_by_link, methods=["POST"]),
            Route("/inbox/{person}/{token}/answer/{nudge}/thank", self._thank_in_inbox, methods=["POST"]),
        ]

    async def _show(self, request: Request) -> Response:
        return await self._page(request, request.query_params)

    async def _send(self, request: Request) -> Response:
        sender_id, rep_id = _people_of(request)
        fields = await _form_of(request)
        form, text = fields.get("form", ""), fields.get("text", "")
        if not self._is_signed(request) or not _ID.fullmatch(form):
            return self._renderer.not_found()
        if fields.get("say") == _ONLY_THANKS and text.strip():
            return await self._page(request, fields, refusal=_UNDECIDED)
        written = Written(sender_id=sender_id, rep_id=rep_id, form=form, text=text, nudge_id=_nudge_of(fields))
        try:
            recognised = await self._recognise(written)
        except NotTheirRep:
            return self._renderer.not_found()
        except TextTooLong as refused:
            return await self._page(request, fields, refusal=_TOO_LONG.format(length=refused.length))
        except AlreadySent:
            return await self._page(request, fields, refusal=_SENT_BEFORE)
        except TooManyToday:
            return await self._page(request, fields, refusal=_TOO_MANY)
        except TRANSIENT_ERRORS:
            return self._renderer.unavailable()
        nudge = {"nudge": written.nudge_id} if written.nudge_id is not None else {}
        query = urlencode({**nudge, "done": recognised.id})
        return RedirectResponse(f"../{request.path_params['token']}?{query}", HTTPStatus.SEE_OTHER)

    async def _undo(self, request: Request) -> Response:
        sender_id, rep_id = _people_of(request)
        recognition_id = request.path_params["recognition"]
        if not self._is_signed(request) or not _ID.fullmatch(recognition_id):
            return self._renderer.not_found()
        try:
            is_undone = await undo_thanks(self._pool, RecognitionId(recognition_id), sender_id, rep_id, now=self._clock.now())
        except TRANSIENT_ERRORS:
            return self._renderer.unavailable()
        query = urlencode({"undone": "yes" if is_undone else "no"})
        return RedirectResponse(f"../../{request.path_params['token']}?{query}", HTTPStatus.SEE_OTHER)

    async def _thank_by_link(self, request: Request) -> Response:
        nudge_id, person_id, token = _card_of(request)
        is_signed = self._links.can_open_answer(nudge_id, person_id, token)
        try:
            if is_signed and await has_link_of_nudge_ended(self._pool, nudge_id, person_id, now=self._clock.now()):
                return self._renderer.link_ended()
        except TRANSIENT_ERRORS:
            return self._renderer.unavailable()
        return await self._thank(request, is_signed=is_signed, back_to=f"../{token}#nudge-{nudge_id}")

    async def _thank_in_inbox(self, request: Request) -> Response:
        nudge_id, person_id, token = _card_of(request)
        is_signed = self._links.can_open_inbox(ManagerId(person_id), token)
        return await self._thank(request, is_signed=is_signed, back_to=f"../../../{token}#nudge-{nudge_id}")

    async def _thank(self, request: Request, *, is_signed: bool, back_to: str) -> Response:
        """Thanks for what a card shows. The card is the form: it is sent once."""
        nudge_id, person_id, _ = _card_of(request)
        if not is_signed or not _ID.fullmatch(nudge_id):
            return self._renderer.not_found()
        try:
            thankable = await list_thankable(self._pool, [nudge_id], manager_id=ManagerId(person_id))
            if nudge_id not in thankable:
                return self._renderer.not_found()
            rep_id, _ = thankable[nudge_id]
            await self._recognise(Written(sender_id=person_id, rep_id=rep_id, form=nudge_id, text="", nudge_id=nudge_id))
        except NotTheirRep:
            return self._renderer.not_found()
        except AlreadySent:
            pass  # the rep has been thanked for it with other words
        except TRANSIENT_ERRORS:
            return self._renderer.unavailable()
        return RedirectResponse(back_to, HTTPStatus.SEE_OTHER)

    async def _recognise(self, written: Written) -> Recognised:
        context = self._settings.at(self._clock.now(), traceparent=continue_trace(None))
        recognised = await recognise_rep(self._pool, written, context)
        if recognised.outcome is not None:
            log_outcomes([recognised.outcome], self._metrics, traceparent=context.traceparent)
            self._on_decided()
        return recognised

    async def _page(self, request: Request, fields: QueryParams, *, refusal: str = "") -> Response:
        """The form, with what was written into it and why it was not sent, if it was not."""
        sender_id, rep_id = _people_of(request)
        if not self._is_signed(request):
            return self._renderer.not_found()
        now, nudge_id = self._clock.now(), _nudge_of(fields)
        try:
            report = await find_newest_day(self._pool, rep_id)
            sender = await find_sender(self._pool, sender_id, report) if report is not None else None
            if report is None or sender is None:
                return self._renderer.not_found()
            today = local_day(now, report.timezone)
            occasion = None
            if nudge_id is not None and not sender.is_colleague:
                manager_id = ManagerId(sender_id)
                async with self._pool.acquire() as connection:
                    occasion = await find_occasion(connection, nudge_id, manager_id=manager_id, rep_id=rep_id, today=today)
            written = await list_written(self._pool, sender_id, rep_id)
        except TRANSIENT_ERRORS:
            return self._renderer.unavailable()
        lines = lines_of_sender(written, now=now)
        return self._renderer.page(
            "thanks.html",
            status=HTTPStatus.CONFLICT if refusal else HTTPStatus.OK,
            has_forms=True,
            path=f"{'..' if request.method == 'POST' else '.'}/{request.path_params['token']}",
            form=secrets.token_hex(_FORM_BYTES),
            rep=natural_name(report.rep.name),
            first_name=first_name(report.rep.name),
            length_max=TEXT_LENGTH_MAX,
            occasion=occasion,
            refusal=refusal,
            text=fields.get("text", "") if refusal else "",
            done=next((line for line in lines if line.id == fields.get("done")), None),
            undone=fields.get("undone", ""),
            preview=_preview(occasion, report, sender, now=now),
            lines=lines,
        )

    def _is_signed(self, request: Request) -> bool:
        sender_id, rep_id = _people_of(request)
        return self._links.can_recognise(sender_id, rep_id, request.path_params["token"])


def _preview(occasion: Occasion | None, report: DayReport, sender: Sender, *, now: datetime) -> str:
    """What the rep reads if the sender just says thank you."""
    phrase = thanks_phrase(occasion, today=local_day(now, report.timezone)) if occasion is not None else "thank you"
    return sentence(f"{natural_name(sender.person.name)} says {phrase}")


def _people_of(request: Request) -> tuple[PersonId, RepId]:
    return PersonId(request.path_params["sender"]), RepId(request.path_params["rep"])


def _card_of(request: Request) -> tuple[NudgeId, PersonId, str]:
    parameters = request.path_params
    return NudgeId(parameters["nudge"]), PersonId(parameters["person"]), parameters["token"]


def _nudge_of(fields: QueryParams) -> NudgeId | None:
    nudge_id = fields.get("nudge", "")
    return NudgeId(nudge_id) if _ID.fullmatch(nudge_id) else None


async def _form_of(request: Request) -> QueryParams:
    form = await request.form(max_fields=_FIELDS_MAX, max_files=0)
    return QueryParams([(name, value) for name, value in form.multi_items() if isinstance(value, str)])
