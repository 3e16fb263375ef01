"""The page of delivery, with the buttons that send a test, send again, and turn a channel on."""

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from http import HTTPStatus
from typing import Final
from urllib.parse import urlencode

import asyncpg
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import BaseRoute

from services.nudges.deliver.channel import Channel
from services.nudges.deliver.enable_channel import NoSuchChannel, enable_channel
from services.nudges.deliver.list_channels import list_channels
from services.nudges.deliver.people.ways_to_people import NoPersonalChannel, list_ways, send_test
from services.nudges.domain.phrases import natural_name
from services.nudges.domain.roster.access import Action
from services.nudges.links import DELIVERY_PATH
from services.nudges.pages.delivery.delivery_view import make_delivery
from services.nudges.pages.delivery.undelivered import list_undelivered, list_waiting, requeue_undelivered
from services.nudges.pages.doors.form_fields import read_fields
from services.nudges.pages.doors.guard import Guard
from services.nudges.pages.entrance import Entrance
from services.nudges.pages.people.ask_scoring import AskScoring
from services.nudges.pages.rendering import Renderer
from shared.clock import Clock
from shared.events import NudgeId, PersonId
from shared.requests.client import NoResponder, Refused
from shared.requests.people import PERSON_LIST, PersonQuery, PersonRow, PersonTest
from shared.transient_errors import TRANSIENT_ERRORS

_UNAVAILABLE: Final = (*TRANSIENT_ERRORS, NoResponder, Refused)


class DeliveryPage:
    """Opens for operators. `on_queued` is called when there is something to deliver."""

    def __init__(
        self,
        pool: asyncpg.Pool,
        renderer: Renderer,
        clock: Clock,
        guard: Guard,
        *,
        channels: Mapping[str, Channel],
        ask_scoring: AskScoring,
        on_queued: Callable[[], None],
    ) -> None:
        self._pool = pool
        self._renderer = renderer
        self._clock = clock
        self._guard = guard
        self._channels = channels
        self._ask_scoring = ask_scoring
        self._on_queued = on_queued

    def routes(self) -> Sequence[BaseRoute]:
        route = partial(self._guard.signed_in_route, action=Action.OPERATE)
        return [
            route(DELIVERY_PATH, self._show),
            route(f"{DELIVERY_PATH}/test", self._test, methods=["POST"]),
            route(f"{DELIVERY_PATH}/again", self._send_again, methods=["POST"]),
            route(f"{DELIVERY_PATH}/channel", self._enable, methods=["POST"]),
        ]

    async def _show(self, request: Request, entrance: Entrance) -> Response:
        now, asked = self._clock.now(), request.query_params
        searched, about = asked.get("who", ""), asked.get("about", "")
        try:
            rows = await self._list_people()
            view = make_delivery(
                rows,
                await list_ways(self._pool, self._channels),
                await list_channels(self._pool, self._channels, now=now),
                waiting=await list_waiting(self._pool),
                undelivered=await list_undelivered(self._pool, now=now),
                searched=searched,
                about=about,
                now=now,
            )
        except _UNAVAILABLE:
            return self._renderer.unavailable()
        return self._renderer.page(
            "delivery.html",
            has_forms=True,
            entrance=entrance,
            view=view,
            searched=searched,
            done=asked.get("done", ""),
            tested=next((line for line in view.people if line.id == about), None),
        )

    async def _list_people(self, person: PersonId | None = None) -> list[PersonRow]:
        rows: list[PersonRow] = []
        query: PersonQuery | None = PersonQuery(person=person)
        while query is not None:
            page = await self._ask_scoring(PERSON_LIST, query)
            rows.extend(page.rows)
            query = PersonQuery(after=page.next_after) if page.next_after is not None else None
        return rows

    async def _test(self, request: Request, _: Entrance) -> Response:
        """What becomes of the test stands on the page: as the newest success, or as an error. If nothing was tried, only the
        notice says so."""
        person_id = PersonId((await read_fields(request)).get("person", ""))
        try:
            rows = await self._list_people(person_id)
            if not rows:
                return _back("left")
            test = PersonTest(person=person_id, name=natural_name(rows[0].name))
            result = await send_test(self._pool, self._channels, test, now=self._clock.now())
        except NoPersonalChannel:
            return _back("left")
        except _UNAVAILABLE:
            return self._renderer.unavailable()
        return _back("tested" if result.tried else "untried", about=person_id)

    async def _send_again(self, request: Request, _: Entrance) -> Response:
        nudge_id = NudgeId((await read_fields(request)).get("nudge", ""))
        try:
            is_queued = await requeue_undelivered(self._pool, nudge_id, now=self._clock.now())
        except TRANSIENT_ERRORS:
            return self._renderer.unavailable()
        if is_queued:
            self._on_queued()
        return _back("queued" if is_queued else "not-queued")

    async def _enable(self, request: Request, _: Entrance) -> Response:
        name = (await read_fields(request)).get("channel", "")
        try:
            await enable_channel(self._pool, name, configured=self._channels)
        except NoSuchChannel:
            return _back("no-channel")
        except TRANSIENT_ERRORS:
            return self._renderer.unavailable()
        self._on_queued()
        return _back("enabled")


def _back(done: str, **query: str) -> Response:
    return RedirectResponse(f"{DELIVERY_PATH}?{urlencode({'done': done, **query})}", HTTPStatus.SEE_OTHER)
