"""The second step: a CRM, its address and its secret, and then the wait for the first webhook."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Final

from starlette.datastructures import QueryParams
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute

from services.nudges.pages.doors.form_fields import read_fields
from services.nudges.pages.entrance import Entrance
from services.nudges.pages.setup.progress import Progress, Step
from services.nudges.pages.setup.senders import SENDER_OF_KIND, SENDERS, Sender
from services.nudges.pages.setup.setup_frame import SetupFrame, make_view
from services.nudges.pages.setup.source_form import (
    DEFAULT_PLACE,
    FIELD_LINES,
    LOGIN_USER,
    SIGNATURE_HEADER,
    read_source_form,
    webhook_address,
)
from shared.languages.value_names import kind_name
from shared.requests.client import Refused
from shared.requests.sources.endpoints import SOURCE_STORE, SourceRow
from shared.requests.sources.reports import SOURCE_REPORT, SourceQuery
from shared.requests.sources.source_toml import source_to_toml

_A_DAY: Final = timedelta(days=1)
_LOCAL: Final = ("http://127.0.0.1", "http://localhost", "http://0.0.0.0")


class SourceStep:
    """A secret is shown once, on the page that answers its making."""

    def __init__(self, frame: SetupFrame) -> None:
        self._frame = frame

    def routes(self) -> Sequence[BaseRoute]:
        return [
            self._frame.route("/source", self._choose),
            self._frame.route("/source/new/{kind}", self._show_form),
            self._frame.route("/source/new/{kind}", self._add, method="POST"),
            self._frame.route("/source/{source}", self._wait),
        ]

    async def _choose(self, _: Request, entrance: Entrance, progress: Progress) -> Response:
        view = make_view(progress, Step.SOURCE)
        return self._frame.renderer.page(
            "setup_source.html",
            status=view.status,
            has_forms=True,
            entrance=entrance,
            setup=view,
            senders=[sender.as_read() for sender in SENDERS],
            sources=[(row.name, _title_of(row)) for row in progress.sources],
        )

    async def _show_form(self, request: Request, entrance: Entrance, progress: Progress) -> Response:
        sender = SENDER_OF_KIND.get(request.path_params["kind"])
        if sender is None:
            return self._frame.renderer.not_found(entrance)
        return self._form(sender, entrance, progress, _initial_fields(sender, progress))

    async def _add(self, request: Request, entrance: Entrance, progress: Progress) -> Response:
        sender = SENDER_OF_KIND.get(request.path_params["kind"])
        if sender is None:
            return self._frame.renderer.not_found(entrance)
        fields = await read_fields(request)
        new = read_source_form(fields, sender, base_url=progress.base_url)
        try:
            row = await self._frame.ask(SOURCE_STORE, new.query)
        except Refused as refused:
            return self._form(sender, entrance, progress, fields, refusal=str(refused))
        return await self._added(row, entrance, progress, secret=new.secret)

    async def _wait(self, request: Request, entrance: Entrance, progress: Progress) -> Response:
        rows = [row for row in progress.sources if row.name == request.path_params["source"]]
        if not rows:
            return self._frame.renderer.not_found(entrance)
        return await self._added(rows[0], entrance, progress, secret="")

    async def _added(self, row: SourceRow, entrance: Entrance, progress: Progress, *, secret: str) -> Response:
        sender = SENDER_OF_KIND.get(row.description.kind)
        since = self._frame.clock.now() - _A_DAY
        report = await self._frame.ask(SOURCE_REPORT, SourceQuery(name=row.name, since=since)) if not row.problem else None
        address = webhook_address(progress.base_url, row.name)
        query = sender.address_query if sender is not None else ""
        view = make_view(progress, Step.SOURCE)
        return self._frame.renderer.page(
            "setup_source_added.html",
            status=view.status,
            has_forms=True,
            entrance=entrance,
            setup=view,
            has_script=True,
            row=row,
            sender=sender.as_read() if sender is not None else None,
            address=f"{address}{query.format(secret=secret or 'SECRET')}",
            is_local=address.startswith(_LOCAL),
            secret=secret.removeprefix(f"{LOGIN_USER}:") if sender is not None and sender.maker == "login" else secret,
            login_user=LOGIN_USER,
            report=report,
            recent=[(kind_name(activity.kind), activity.user) for activity in report.recent] if report is not None else [],
            file_lines=source_to_toml(row),
        )

    def _form(
        self, sender: Sender, entrance: Entrance, progress: Progress, fields: QueryParams, *, refusal: str = ""
    ) -> Response:
        view = make_view(progress, Step.SOURCE, refusal=refusal)
        return self._frame.renderer.page(
            "setup_source_form.html",
            status=view.status,
            has_forms=True,
            entrance=entrance,
            setup=view,
            sender=sender.as_read(),
            fields=fields,
            address=webhook_address(progress.base_url, fields.get("name", "")),
        )


def _initial_fields(sender: Sender, progress: Progress) -> QueryParams:
    """A name that is free, and where a sender of any JSON usually has its facts."""
    taken = {row.name for row in progress.sources}
    names = [sender.kind, *(f"{sender.kind}-{number}" for number in range(2, len(taken) + 2))]
    name = next(name for name in names if name not in taken)
    return QueryParams(
        {
            "name": name,
            "fields": FIELD_LINES if "fields" in sender.asks_for else "",
            "header": SIGNATURE_HEADER,
            "secret_in": DEFAULT_PLACE,
        }
    )


def _title_of(row: SourceRow) -> str:
    sender = SENDER_OF_KIND.get(row.description.kind)
    return sender.as_read().title if sender is not None else row.description.kind
