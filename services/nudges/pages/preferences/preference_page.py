"""The page behind the last link of a message: a person chooses what they get, when and where, and stops mail."""

from collections.abc import Sequence
from functools import partial
from http import HTTPStatus
from typing import Final

import asyncpg
from starlette.datastructures import QueryParams
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import BaseRoute

from services.nudges.deliver.personal.mail_stops import has_stopped_mail, resume_mail, stop_mail
from services.nudges.domain.feedback.preferences import Preference
from services.nudges.domain.roster.access import Action
from services.nudges.domain.working_time import local_day
from services.nudges.links import Door
from services.nudges.pages.doors.form_fields import read_fields
from services.nudges.pages.doors.guard import Guard
from services.nudges.pages.entrance import Entrance
from services.nudges.pages.preferences.preference_form import FormRefused, read_form, wanted_groups
from services.nudges.pages.preferences.readers import Reader, find_reader
from services.nudges.pages.rendering import Renderer
from services.nudges.preferences.stored_preferences import find_preference, save_preference
from shared.clock import Clock
from shared.languages.messages import gettext, marked
from shared.reach import MAIL, SLACK, TEAMS, WEBHOOK
from shared.transient_errors import TRANSIENT_ERRORS

_AS_IN_ROSTER: Final = marked("the way that the roster lists first")
_LABELS: Final = {
    MAIL.name: marked("mail"),
    SLACK.name: "Slack",
    TEAMS.name: "Teams",
    WEBHOOK.name: marked("my own webhook"),
}


class PreferencePage:
    """Opens with the link in a message, or for its person. Opening it changes nothing, since mail scanners open every link."""

    def __init__(
        self, pool: asyncpg.Pool, renderer: Renderer, clock: Clock, guard: Guard, *, transports: Sequence[str]
    ) -> None:
        """`transports` are those that this installation has."""
        self._pool = pool
        self._renderer = renderer
        self._clock = clock
        self._guard = guard
        self._has_mail = MAIL.name in transports
        self._ways = [("", _AS_IN_ROSTER), *((name, _LABELS[name]) for name in transports)] if len(transports) > 1 else []

    def routes(self) -> Sequence[BaseRoute]:
        """A mailbox that unsubscribes for its owner posts to the address of the page itself (RFC 8058)."""
        route = partial(self._guard.route, door=Door.MAIL, action=Action.CHOOSE_MAIL)
        return [
            route("/mail/{person}/{token}", self._show),
            route("/mail/{person}/{token}", self._unsubscribe, methods=["POST"]),
            route("/mail/{person}/{token}/save", self._save, methods=["POST"]),
            route("/mail/{person}/{token}/{choice}", self._choose, methods=["POST"]),
        ]

    async def _show(self, request: Request, entrance: Entrance) -> Response:
        person_id = entrance.person_id
        try:
            preference = await find_preference(self._pool, person_id)
            fields = _fields_of(preference, await find_reader(self._pool, person_id))
            return await self._page(
                request, entrance, fields, notice=gettext("Saved.") if "saved" in request.query_params else ""
            )
        except TRANSIENT_ERRORS:
            return self._renderer.unavailable()

    async def _save(self, request: Request, entrance: Entrance) -> Response:
        person_id, fields, now = entrance.person_id, await read_fields(request), self._clock.now()
        try:
            reader = await find_reader(self._pool, person_id)
            if not reader.groups:
                return self._renderer.not_found(entrance)
            before = await find_preference(self._pool, person_id)
            preference = read_form(fields, before, reader, today=local_day(now, reader.timezone))
            await save_preference(self._pool, person_id, preference, now=now)
        except FormRefused as refused:
            return await self._page(request, entrance, fields, refusal=refused.subject, status=HTTPStatus.CONFLICT)
        except TRANSIENT_ERRORS:
            return self._renderer.unavailable()
        return RedirectResponse(f"../{entrance.token}?saved", HTTPStatus.SEE_OTHER)

    async def _unsubscribe(self, _: Request, entrance: Entrance) -> Response:
        return await self._store(entrance, stops=True) or Response(status_code=200)

    async def _choose(self, request: Request, entrance: Entrance) -> Response:
        choice = request.path_params["choice"]
        if choice not in ("stop", "resume"):
            return self._renderer.not_found(entrance)
        failure = await self._store(entrance, stops=choice == "stop")
        return failure or RedirectResponse(f"../{entrance.token}", HTTPStatus.SEE_OTHER)

    async def _store(self, entrance: Entrance, *, stops: bool) -> Response | None:
        """Returns a page if it could not be stored."""
        try:
            if stops:
                await stop_mail(self._pool, entrance.person_id, now=self._clock.now())
            else:
                await resume_mail(self._pool, entrance.person_id)
        except TRANSIENT_ERRORS:
            return self._renderer.unavailable()
        return None

    async def _page(
        self,
        request: Request,
        entrance: Entrance,
        fields: QueryParams,
        *,
        notice: str = "",
        refusal: str = "",
        status: HTTPStatus = HTTPStatus.OK,
    ) -> Response:
        """With the form as it is filled in."""
        reader = await find_reader(self._pool, entrance.person_id)
        has_stopped = await has_stopped_mail(self._pool, entrance.person_id)
        is_posted = request.method == "POST"  # then the buttons are one segment further up
        return self._renderer.page(
            "preferences.html",
            status=status,
            has_forms=True,
            entrance=entrance,
            has_stopped=has_stopped,
            has_mail=self._has_mail or has_stopped or not entrance.is_signed_in,
            path=f"{'..' if is_posted else '.'}/{entrance.token}",
            ways=[(name, gettext(label)) for name, label in self._ways],
            is_rep=reader.is_rep,
            groups=[(group.value, gettext(label), group in wanted_groups(fields)) for group, label in reader.groups.items()],
            fields={name: fields.get(name, "") for name in ("first", "not_before", "not_after", "paused_until")},
            notice=notice,
            refusal=refusal,
        )


def _fields_of(preference: Preference, reader: Reader) -> QueryParams:
    """The form that would ask for this."""
    wanted = [("wanted", group.value) for group in reader.groups if group not in preference.unwanted]
    not_before, not_after, until = preference.not_before, preference.not_after, preference.paused_until
    return QueryParams(
        [
            *wanted,
            ("first", preference.first_transport),
            ("not_before", f"{not_before:%H:%M}" if not_before is not None else ""),
            ("not_after", f"{not_after:%H:%M}" if not_after is not None else ""),
            ("paused_until", until.isoformat() if until is not None else ""),
        ]
    )
