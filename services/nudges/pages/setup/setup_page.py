"""The overview of the first use."""

from collections.abc import Sequence

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute

from services.nudges.pages.doors.session_cookie import SessionCookie
from services.nudges.pages.entrance import Entrance
from services.nudges.pages.setup.channels_step import ChannelsStep
from services.nudges.pages.setup.people_step import PeopleStep
from services.nudges.pages.setup.playbook_step import PlaybookStep
from services.nudges.pages.setup.progress import Progress
from services.nudges.pages.setup.setup_frame import SetupFrame, make_view
from services.nudges.pages.setup.source_step import SourceStep
from services.nudges.pages.setup.team_step import TeamStep


class SetupPage:
    """Shows which steps are done, whoever did them, and leads to the next."""

    def __init__(self, frame: SetupFrame, cookie: SessionCookie) -> None:
        self._frame = frame
        self._steps = (TeamStep(frame, cookie), SourceStep(frame), PeopleStep(frame), PlaybookStep(frame), ChannelsStep(frame))

    def routes(self) -> Sequence[BaseRoute]:
        return [
            self._frame.route("", self._show),
            *(route for step in self._steps for route in step.routes()),
        ]

    async def _show(self, _: Request, entrance: Entrance, progress: Progress) -> Response:
        view = make_view(progress)
        return self._frame.renderer.page(
            "setup.html",
            status=view.status,
            has_forms=True,
            entrance=entrance,
            setup=view,
        )
