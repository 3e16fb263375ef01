"""The guard at every page: who the visitor is, and whether they may come in."""

from collections.abc import Awaitable, Callable, Sequence
from http import HTTPStatus
from typing import Final

import asyncpg
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from services.nudges.access.api_tokens import find_api_token
from services.nudges.access.page_addresses import find_page_address_end
from services.nudges.access.roster_today import ReadRoster
from services.nudges.access.sessions import find_session
from services.nudges.access.tokens import csrf_token_of
from services.nudges.domain.roster.access import EMPTY_TODAY, Action, may
from services.nudges.links import SIGNED_IN, Door, Links, Signature, inbox_path, own_page_path
from services.nudges.pages.doors.form_fields import is_from_own_form, read_fields
from services.nudges.pages.doors.own_paths import own_path, sign_in_path
from services.nudges.pages.doors.session_cookie import SessionCookie
from services.nudges.pages.entrance import Entrance
from services.nudges.pages.messages.stored_messages import has_link_of_nudge_ended
from services.nudges.pages.rendering import Renderer
from services.nudges.preferences.stored_preferences import find_language
from shared.clock import Clock
from shared.events import NudgeId, PersonId
from shared.languages.current import set_language
from shared.requests.client import NoResponder, Refused
from shared.transient_errors import TRANSIENT_ERRORS

Handler = Callable[[Request, Entrance], Awaitable[Response]]
_BY_LINK_ONLY: Final = frozenset({Door.ANSWER})
"""What a message links to shows one nudge. Whoever is signed in reads it on their own page."""
_ENDS_WITH_ITS_MESSAGE: Final = frozenset({Door.ANSWER, Door.MAIL})
"""Their signatures name no last day: how long they work is known otherwise."""
_NEEDS_NO_ROSTER: Final = frozenset({Action.CHOOSE_MAIL})


class Guard:
    """Makes the routes of pages. A handler runs only for a visitor who may do what the route is for."""

    def __init__(
        self,
        pool: asyncpg.Pool,
        links: Links,
        renderer: Renderer,
        clock: Clock,
        *,
        read_roster: ReadRoster,
        cookie: SessionCookie,
    ) -> None:
        self._pool = pool
        self._links = links
        self._renderer = renderer
        self._clock = clock
        self._read_roster = read_roster
        self._cookie = cookie

    def route(
        self,
        path: str,
        handler: Handler,
        *,
        door: Door,
        action: Action,
        subject: str = "person",
        methods: Sequence[str] = ("GET",),
    ) -> Route:
        """A route with `{person}` and `{token}` in its path: whose page it is, and a signature or `SIGNED_IN`. `subject` is the
        segment that names whom the action concerns."""

        async def admit(request: Request) -> Response:
            try:
                entrance = await self._enter(request, door, action)
            except (*TRANSIENT_ERRORS, NoResponder, Refused):
                return self._renderer.unavailable()
            if isinstance(entrance, Response):
                return entrance
            if not may(entrance.person_id, action, PersonId(request.path_params[subject]), entrance.today):
                return self._renderer.not_found(entrance)
            try:
                if door is Door.ANSWER and request.method == "POST" and await self._has_message_ended(request, entrance):
                    return self._renderer.link_ended()
            except TRANSIENT_ERRORS:
                return self._renderer.unavailable()
            return await handler(request, entrance)

        return Route(path, admit, methods=list(methods))

    def signed_in_route(
        self,
        path: str,
        handler: Handler,
        *,
        action: Action,
        subject: str = "",
        methods: Sequence[str] = ("GET",),
        is_use: bool = True,
    ) -> Route:
        """A route that opens for whoever is signed in, and by no signature. `subject` is the segment that names whom the action
        concerns; without it, the action concerns the visitor. What a page asks for by itself `is_use` of no session."""

        async def admit(request: Request) -> Response:
            try:
                entrance = await self.find_visitor(request, is_use=is_use)
                if entrance is None:
                    return RedirectResponse(sign_in_path(own_path(_address_of(request))), HTTPStatus.SEE_OTHER)
                if request.method == "POST" and not is_from_own_form(await read_fields(request), entrance):
                    return self._renderer.stale_form(entrance)
            except (*TRANSIENT_ERRORS, NoResponder, Refused):
                return self._renderer.unavailable()
            concerned = PersonId(request.path_params[subject]) if subject else entrance.person_id
            if not may(entrance.person_id, action, concerned, entrance.today):
                return self._renderer.not_found(entrance)
            return await handler(request, entrance)

        return Route(path, admit, methods=list(methods))

    async def find_visitor(self, request: Request, *, is_use: bool = True) -> Entrance | None:
        """Who is signed in; None if nobody is, or if the roster does not list them any more. With `is_use` the session goes on
        for longer. From here on everything is in the language that they have chosen.

        Raises:
            NoResponder, Refused: scoring cannot answer now.
        """
        token = self._cookie.read(request)
        session = await find_session(self._pool, token, now=self._clock.now(), is_use=is_use) if token else None
        if session is None:
            return None
        today = await self._read_roster(session.person_id)
        if not today.lists(session.person_id):
            return None
        set_language(session.language)
        return Entrance(
            person_id=session.person_id,
            today=today,
            csrf=csrf_token_of(token),
            session_id=session.id,
            address=_address_of(request),
        )

    async def find_program(self, request: Request) -> Entrance | None:
        """For whom a program reads that sends a token of theirs; None if it sends none that works, or if the roster does not
        list them any more. It is not signed in: it opens no page, and changes nothing.

        Raises:
            NoResponder, Refused: scoring cannot answer now.
        """
        scheme, _, token = request.headers.get("authorization", "").partition(" ")
        if scheme.lower() != "bearer" or not token:
            return None
        api_token = await find_api_token(self._pool, token, now=self._clock.now())
        if api_token is None:
            return None
        today = await self._read_roster(api_token.person_id)
        if not may(api_token.person_id, Action.USE_API, api_token.person_id, today):
            return None
        return Entrance(person_id=api_token.person_id, today=today)

    async def _has_message_ended(self, request: Request, entrance: Entrance) -> bool:
        """Whether what somebody answers by the link in a message is too old for that. The message's page says so itself."""
        nudge_id = NudgeId(request.path_params["nudge"])
        return await has_link_of_nudge_ended(self._pool, nudge_id, entrance.person_id, now=self._clock.now())

    async def _enter(self, request: Request, door: Door, action: Action) -> Entrance | Response:
        """Who came in, or the response that tells them why not."""
        parameters, token = request.path_params, request.path_params["token"]
        if token == SIGNED_IN and door not in _BY_LINK_ONLY:
            return await self._enter_signed_in(request, door)
        signature = self._links.find_signature(door, parameters, token)
        if signature is None:
            return self._renderer.not_found()
        return await self._enter_by_link(request, door, action, signature)

    async def _enter_signed_in(self, request: Request, door: Door) -> Entrance | Response:
        entrance = await self.find_visitor(request)
        if entrance is None:
            return RedirectResponse(sign_in_path(_page_of(request, door)), HTTPStatus.SEE_OTHER)
        if entrance.person_id != request.path_params["person"]:
            return self._renderer.not_found(entrance)
        if request.method == "POST" and not is_from_own_form(await read_fields(request), entrance):
            return self._renderer.stale_form(entrance)
        return entrance

    async def _enter_by_link(self, request: Request, door: Door, action: Action, signature: Signature) -> Entrance | Response:
        person_id, now = PersonId(request.path_params["person"]), self._clock.now()
        ends_on = None
        if signature.last_day is not None:
            if signature.last_day < now.date():
                return self._renderer.link_ended()
        elif door not in _ENDS_WITH_ITS_MESSAGE:
            ends_at = await find_page_address_end(self._pool)
            if ends_at <= now:
                return self._renderer.address_ended(sign_in_path(_page_of(request, door)))
            ends_on = ends_at.date()
        today = EMPTY_TODAY if action in _NEEDS_NO_ROSTER else await self._read_roster(person_id)
        set_language(await find_language(self._pool, person_id))
        return Entrance(
            person_id=person_id,
            today=today,
            token=request.path_params["token"],
            last_day=signature.last_day or ends_on,
            address_ends_on=ends_on,
        )


def _page_of(request: Request, door: Door) -> str:
    """The page that somebody wanted who has to sign in first. What they posted is not done later by itself."""
    person_id = PersonId(request.path_params["person"])
    if door is Door.OWN_PAGE:
        page = own_page_path(person_id)
    elif door is Door.INBOX:
        page = inbox_path(person_id)
    else:
        page = ""
    if request.method == "GET" and request.path_params["token"] == SIGNED_IN:
        page = _address_of(request)
    return own_path(page)


def _address_of(request: Request) -> str:
    """The address of a page that can be opened; empty for what is posted."""
    if request.method != "GET":
        return ""
    return f"{request.url.path}?{request.url.query}" if request.url.query else request.url.path
