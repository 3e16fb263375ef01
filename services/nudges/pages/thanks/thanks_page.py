"""The page on which a manager writes to a rep of theirs, or a colleague to another, or just says thank you; and the one-click
thanks on managers' cards."""

import re
import secrets
from collections.abc import Sequence
from datetime import datetime
from functools import partial
from http import HTTPStatus
from typing import Final
from urllib.parse import urlencode

import asyncpg
from starlette.datastructures import QueryParams
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import BaseRoute

from services.nudges.context.days import find_newest_day
from services.nudges.context.roster.managed_reps import Sender, find_sender
from services.nudges.decide.thanks.occasions import find_occasion
from services.nudges.decide.thanks.recognise_rep import (
    AlreadySent,
    NotTheirRep,
    TextTooLong,
    TooManyToday,
    Written,
    undo_thanks,
)
from services.nudges.domain.feedback.thanks import BY_COLLEAGUE_MAX, TEXT_LENGTH_MAX, Occasion, RecognitionId, thanks_sentence
from services.nudges.domain.feedback.undo import UNDO_FOR
from services.nudges.domain.phrases import first_name, natural_name
from services.nudges.domain.roster.access import Action
from services.nudges.domain.working_time import local_day
from services.nudges.links import Door
from services.nudges.pages.doors.form_fields import read_fields
from services.nudges.pages.doors.guard import Guard
from services.nudges.pages.entrance import Entrance
from services.nudges.pages.rendering import Renderer
from services.nudges.pages.thanks.send_thanks import ThanksSender, too_long_message
from services.nudges.pages.thanks.thanks_view import lines_of_sender
from services.nudges.pages.thanks.written_thanks import list_written
from services.nudges.pages.way_back import query_of
from shared.clock import Clock
from shared.events import DayReport, ManagerId, NudgeId, PersonId, RepId
from shared.languages.messages import gettext, marked
from shared.transient_errors import TRANSIENT_ERRORS

_PAGE: Final = "/recognise/{person}/{rep}/{token}"
_ID: Final = re.compile(r"[A-Za-z0-9-]{1,64}")
_FORM_BYTES: Final = 16
_ONLY_THANKS: Final = "thanks"
_UNDECIDED: Final = marked(
    "Nothing was sent. You wrote something and pressed “Just say thank you”: send what you wrote, or clear it first."
)
_SENT_BEFORE: Final = marked(
    "Not sent yet: you have sent another message from this form. To send this one as well, press the button again."
)
_TOO_MANY: Final = marked(
    "Nothing was sent. You have written to this colleague {count} times within a day. Try again tomorrow, or talk to them."
)


class ThanksPage:
    """Opens for a manager and a rep whom they manage, and for a colleague where the team lets them thank each other. Opening it
    sends nothing."""

    def __init__(
        self,
        pool: asyncpg.Pool,
        renderer: Renderer,
        clock: Clock,
        guard: Guard,
        *,
        thanks: ThanksSender,
    ) -> None:
        self._pool = pool
        self._renderer = renderer
        self._clock = clock
        self._guard = guard
        self._thanks = thanks

    def routes(self) -> Sequence[BaseRoute]:
        route = self._guard.route
        of_rep = partial(route, door=Door.RECOGNISE, action=Action.RECOGNISE, subject="rep")
        return [
            of_rep(_PAGE, self._show),
            of_rep(f"{_PAGE}/send", self._send, methods=["POST"]),
            of_rep(f"{_PAGE}/undo/{{recognition}}", self._undo, methods=["POST"]),
            route(
                "/answer/{nudge}/{person}/{token}/thank",
                self._thank_by_link,
                door=Door.ANSWER,
                action=Action.OPEN_INBOX,
                methods=["POST"],
            ),
            route(
                "/inbox/{person}/{token}/answer/{nudge}/thank",
                self._thank_in_inbox,
                door=Door.INBOX,
                action=Action.OPEN_INBOX,
                methods=["POST"],
            ),
        ]

    async def _show(self, request: Request, entrance: Entrance) -> Response:
        return await self._page(request, entrance, request.query_params)

    async def _send(self, request: Request, entrance: Entrance) -> Response:
        sender_id, rep_id = _people_of(request, entrance)
        fields = await read_fields(request)
        form, text = fields.get("form", ""), fields.get("text", "")
        if not _ID.fullmatch(form):
            return self._renderer.not_found(entrance)
        if fields.get("say") == _ONLY_THANKS and text.strip():
            return await self._page(request, entrance, fields, refusal=gettext(_UNDECIDED))
        written = Written(sender_id=sender_id, rep_id=rep_id, form=form, text=text, nudge_id=_nudge_of(fields))
        try:
            recognised = await self._thanks.send(written)
        except NotTheirRep:
            return self._renderer.not_found(entrance)
        except TextTooLong as refused:
            return await self._page(request, entrance, fields, refusal=too_long_message(refused.length))
        except AlreadySent:
            return await self._page(request, entrance, fields, refusal=gettext(_SENT_BEFORE))
        except TooManyToday:
            return await self._page(request, entrance, fields, refusal=gettext(_TOO_MANY).format(count=BY_COLLEAGUE_MAX))
        except TRANSIENT_ERRORS:
            return self._renderer.unavailable()
        nudge = {"nudge": written.nudge_id} if written.nudge_id is not None else {}
        query = urlencode({**nudge, "done": recognised.id})
        return RedirectResponse(f"../{entrance.token}?{query}", HTTPStatus.SEE_OTHER)

    async def _undo(self, request: Request, entrance: Entrance) -> Response:
        sender_id, rep_id = _people_of(request, entrance)
        recognition_id = request.path_params["recognition"]
        if not _ID.fullmatch(recognition_id):
            return self._renderer.not_found(entrance)
        try:
            is_undone = await undo_thanks(self._pool, RecognitionId(recognition_id), sender_id, rep_id, now=self._clock.now())
        except TRANSIENT_ERRORS:
            return self._renderer.unavailable()
        query = urlencode({"undone": "yes" if is_undone else "no"})
        return RedirectResponse(f"../../{entrance.token}?{query}", HTTPStatus.SEE_OTHER)

    async def _thank_by_link(self, request: Request, entrance: Entrance) -> Response:
        nudge_id = NudgeId(request.path_params["nudge"])
        return await self._thank(nudge_id, entrance, back_to=f"../{entrance.token}#nudge-{nudge_id}")

    async def _thank_in_inbox(self, request: Request, entrance: Entrance) -> Response:
        nudge_id = NudgeId(request.path_params["nudge"])
        return await self._thank(nudge_id, entrance, back_to=f"../../../{entrance.token}{query_of(request)}#nudge-{nudge_id}")

    async def _thank(self, nudge_id: NudgeId, entrance: Entrance, *, back_to: str) -> Response:
        """Thanks for what a card shows. The card is the form: it is sent once, after the time in which it can be undone."""
        manager_id = ManagerId(entrance.person_id)
        if not _ID.fullmatch(nudge_id):
            return self._renderer.not_found(entrance)
        try:
            await self._thanks.send_for_nudge(manager_id, nudge_id, "", entrance.today, hold=UNDO_FOR)
        except NotTheirRep:
            return self._renderer.not_found(entrance)
        except AlreadySent:
            pass  # the rep has been thanked for it with other words
        except TRANSIENT_ERRORS:
            return self._renderer.unavailable()
        return RedirectResponse(back_to, HTTPStatus.SEE_OTHER)

    async def _page(self, request: Request, entrance: Entrance, fields: QueryParams, *, refusal: str = "") -> Response:
        """The form, with what was written into it and why it was not sent, if it was not."""
        sender_id, rep_id = _people_of(request, entrance)
        now, nudge_id = self._clock.now(), _nudge_of(fields)
        try:
            report = await find_newest_day(self._pool, rep_id)
            sender = await find_sender(self._pool, sender_id, report) if report is not None else None
            if report is None or sender is None:
                return self._renderer.not_found(entrance)
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
            entrance=entrance,
            path=f"{'..' if request.method == 'POST' else '.'}/{entrance.token}",
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


def _preview(occasion: Occasion | None, report: DayReport, sender: Sender, *, now: datetime) -> str:
    """What the rep reads if the sender just says thank you."""
    about_day, facts = (occasion.about_day, occasion.facts) if occasion is not None else (None, "")
    return thanks_sentence(about_day, facts, sender=natural_name(sender.person.name), today=local_day(now, report.timezone))


def _people_of(request: Request, entrance: Entrance) -> tuple[PersonId, RepId]:
    return entrance.person_id, RepId(request.path_params["rep"])


def _nudge_of(fields: QueryParams) -> NudgeId | None:
    nudge_id = fields.get("nudge", "")
    return NudgeId(nudge_id) if _ID.fullmatch(nudge_id) else None
