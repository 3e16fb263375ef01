"""The last step: how people are reached, with a test message to whoever takes the steps, or to somebody of the roster."""

from collections.abc import Sequence
from typing import Final
from urllib.parse import urlencode

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute

from services.nudges.access.operators import find_operator
from services.nudges.deliver.channels.personal import find_personal_channel
from services.nudges.deliver.people.ways_to_people import NoPersonalChannel, send_test, send_test_to_contacts
from services.nudges.domain.phrases import natural_name
from services.nudges.pages.doors.form_fields import read_fields
from services.nudges.pages.entrance import Entrance
from services.nudges.pages.setup.progress import Progress, Step
from services.nudges.pages.setup.setup_frame import SetupFrame, go_to, make_view
from shared.events import PersonId
from shared.languages.messages import gettext, marked
from shared.reach import Contacts
from shared.requests.people import PersonTest, TestResult

LISTED_MAX: Final = 100
"""So many people can be chosen from. The page of delivery finds anybody."""
_STATES: Final = {
    "ok": marked("ok"),
    "failing": marked("failing"),
    "paused": marked("paused"),
    "retrying": marked("retrying"),
    "disabled": marked("disabled"),
}
_NOT_SENT: Final = "/channels?left=1"
"""Where the page says that they have left, or that no personal channel is set up."""


class ChannelsStep:
    """Shows the channels, and sends a test message."""

    def __init__(self, frame: SetupFrame) -> None:
        self._frame = frame

    def routes(self) -> Sequence[BaseRoute]:
        return [
            self._frame.route("/channels", self._show),
            self._frame.route("/channels", self._test, method="POST"),
        ]

    async def _show(self, request: Request, entrance: Entrance, progress: Progress) -> Response:
        asked = request.query_params
        return await self._page(entrance, progress, tested=asked.get("tested", ""), has_left="left" in asked)

    async def _test(self, request: Request, entrance: Entrance, progress: Progress) -> Response:
        person_id = PersonId((await read_fields(request)).get("person", ""))
        names = await self._names(entrance, progress)
        if person_id not in names:
            return go_to(_NOT_SENT)
        try:
            result = await self._send(PersonTest(person=person_id, name=names[person_id]), progress)
        except NoPersonalChannel:
            return go_to(_NOT_SENT)
        if result.error:
            refusal = gettext("The test message did not reach {name}: {error}")
            return await self._page(
                entrance, progress, refusal=refusal.format(name=names[person_id], error=result.error), chosen=person_id
            )
        return go_to(f"/channels?{urlencode({'tested': person_id})}")

    async def _send(self, test: PersonTest, progress: Progress) -> TestResult:
        frame = self._frame
        operator = await find_operator(frame.pool, test.person)
        if operator is None or any(person.person == test.person for person in progress.people):
            return await send_test(frame.pool, frame.channels, test, now=frame.clock.now())
        contacts = Contacts(contacts=operator.contacts)
        return await send_test_to_contacts(frame.channels, test, contacts, now=frame.clock.now())

    async def _names(self, entrance: Entrance, progress: Progress) -> dict[PersonId, str]:
        """Who can get a test message, by id: whoever takes the steps first, if anything is known of how they are reached."""
        people = {person.person: natural_name(person.name) for person in progress.people}
        operator = await find_operator(self._frame.pool, entrance.person_id)
        own = {operator.id: operator.name} if operator is not None and operator.contacts else {}
        if entrance.person_id in people:
            own = {entrance.person_id: people[entrance.person_id]}
        return own | people

    async def _page(
        self,
        entrance: Entrance,
        progress: Progress,
        *,
        refusal: str = "",
        tested: str = "",
        chosen: str = "",
        has_left: bool = False,
    ) -> Response:
        names = await self._names(entrance, progress)
        view = make_view(progress, Step.CHANNELS, refusal=refusal)
        return self._frame.renderer.page(
            "setup_channels.html",
            status=view.status,
            has_forms=True,
            entrance=entrance,
            setup=view,
            channels=[(channel, gettext(_STATES[channel.state])) for channel in progress.channels],
            people=list(names.items())[:LISTED_MAX] if find_personal_channel(self._frame.channels) is not None else [],
            chosen=chosen,
            tested=names.get(PersonId(tested), ""),
            has_left=has_left,
            is_manager=entrance.today.is_manager(entrance.person_id),
        )
