"""The addresses for programs."""

from collections.abc import Awaitable, Callable, Sequence
from datetime import date, timedelta
from http import HTTPStatus
from typing import Final

import asyncpg
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from services.nudges.domain.roster.access import Action, may
from services.nudges.domain.working_time import local_day
from services.nudges.pages.api.documents import (
    ApiError,
    DayScore,
    DayScoreList,
    RuleEffectDocument,
    RuleEffectList,
    WinDocument,
    WinList,
)
from services.nudges.pages.api.people_documents import nudges_document, people_document
from services.nudges.pages.api.team_scores import TeamScoreList, list_team_scores, write_scores_as_csv
from services.nudges.pages.doors.guard import Guard
from services.nudges.pages.effects.effects_view import make_effects
from services.nudges.pages.effects.measured_effects import MeasuredEffects
from services.nudges.pages.entrance import Entrance
from services.nudges.pages.messages.stored_messages import list_received
from services.nudges.pages.own_days import list_own_days
from services.nudges.pages.wins.wins_page import load_wins
from services.nudges.pages.wins.wins_view import make_wins
from shared.clock import Clock
from shared.errors import DaymarkError
from shared.events import PersonId, RepId
from shared.requests.client import NoResponder, Refused
from shared.requests.endpoint import Schema
from shared.transient_errors import TRANSIENT_ERRORS

DAYS_MAX: Final = 366
_DAYS_DEFAULT: Final = timedelta(days=27)
_HEADERS: Final = {"Cache-Control": "no-store", "X-Content-Type-Options": "nosniff"}
_SIGN_IN: Final = (
    "Nobody is signed in, and no token that works was sent. Sign in at /sign-in, or send a token that you made at /tokens, as "
    "`Authorization: Bearer …`."
)
_NOT_FOUND: Final = "There is nothing here that you may see. Check the address, and who manages whom today."
_LATER: Final = "This cannot be answered right now. Try again in a minute."

Answer = Callable[[Request, Entrance], Awaitable[Response]]


class PeriodRefused(DaymarkError):
    """The period cannot be meant. Write `from` and `until` as year, month and day, in this order and within 366 days."""


class Api:
    """Everything is read, and nothing is changed. Rights are those of the pages."""

    def __init__(self, pool: asyncpg.Pool, clock: Clock, guard: Guard, effects: MeasuredEffects) -> None:
        self._pool = pool
        self._clock = clock
        self._guard = guard
        self._effects = effects

    def routes(self) -> Sequence[BaseRoute]:
        return [
            self._route("/api/v1/people", self._people, action=Action.USE_API),
            self._route("/api/v1/people/{rep}/days", self._days, action=Action.SEE_REP, subject="rep"),
            self._route("/api/v1/people/{rep}/nudges", self._nudges, action=Action.SEE_REP, subject="rep"),
            self._route("/api/v1/scores", self._scores, action=Action.EXPORT_SCORES),
            self._route("/api/v1/scores.csv", self._scores_as_csv, action=Action.EXPORT_SCORES),
            self._route("/api/v1/wins", self._wins, action=Action.SEE_WINS),
            self._route("/api/v1/effects", self._rule_effects, action=Action.SEE_EFFECTS),
        ]

    def _route(self, path: str, answer: Answer, *, action: Action, subject: str = "") -> Route:
        """`subject` is the segment that names whom the action concerns; without it, the action concerns the visitor."""

        async def admit(request: Request) -> Response:
            try:
                entrance = await self._guard.find_program(request) or await self._guard.find_visitor(request)
                if entrance is None:
                    return _refuse(HTTPStatus.UNAUTHORIZED, _SIGN_IN)
                concerned = PersonId(request.path_params[subject]) if subject else entrance.person_id
                if not may(entrance.person_id, action, concerned, entrance.today):
                    return _refuse(HTTPStatus.NOT_FOUND, _NOT_FOUND)
                return await answer(request, entrance)
            except PeriodRefused as refused:
                return _refuse(HTTPStatus.BAD_REQUEST, str(refused))
            except (*TRANSIENT_ERRORS, NoResponder, Refused):
                return _refuse(HTTPStatus.SERVICE_UNAVAILABLE, _LATER)

        return Route(path, admit)

    async def _days(self, request: Request, _: Entrance) -> Response:
        rep_id = RepId(PersonId(request.path_params["rep"]))
        first, last = self._period(request)
        days = await list_own_days(self._pool, rep_id, since=first)
        return _respond(
            DayScoreList(
                rep=rep_id,
                days=tuple(
                    DayScore(
                        day=day.day,
                        presence=day.presence,
                        score=day.score,
                        is_open=day.is_open,
                        playbook_version=day.playbook_version,
                        disputes=day.disputes,
                    )
                    for day in days
                    if day.day <= last
                ),
            )
        )

    async def _people(self, _: Request, entrance: Entrance) -> Response:
        return _respond(people_document(entrance.person_id, entrance.today))

    async def _nudges(self, request: Request, _: Entrance) -> Response:
        rep_id = RepId(PersonId(request.path_params["rep"]))
        first, last = self._period(request)
        received = await list_received(self._pool, rep_id, since=first)
        return _respond(nudges_document(rep_id, [message for message in received if message.day <= last]))

    async def _scores(self, request: Request, entrance: Entrance) -> Response:
        first, last = self._period(request)
        scores = await list_team_scores(self._pool, _managed_by(entrance), first=first, last=last)
        return _respond(TeamScoreList(scores=tuple(scores)))

    async def _scores_as_csv(self, request: Request, entrance: Entrance) -> Response:
        first, last = self._period(request)
        text = write_scores_as_csv(await list_team_scores(self._pool, _managed_by(entrance), first=first, last=last))
        headers = {"Content-Disposition": f'attachment; filename="scores-{first}-{last}.csv"', **_HEADERS}
        return Response(text, media_type="text/csv; charset=utf-8", headers=headers)

    async def _wins(self, _: Request, entrance: Entrance) -> Response:
        wins = await load_wins(self._pool, entrance, self._clock)
        days = make_wins(wins, entrance.person_id, entrance.today, now=self._clock.now())
        documents = (
            WinDocument(day=day.day, rep=line.rep, title=line.title, text=line.text, author=line.author)
            for day in days
            for line in day.lines
        )
        return _respond(WinList(wins=tuple(documents)))

    async def _rule_effects(self, _: Request, __: Entrance) -> Response:
        measurement = await self._effects.read()
        rows = zip(measurement.effects.rules, make_effects(measurement), strict=True)
        documents = (
            RuleEffectDocument(
                rule=row.rule,
                title=view.title,
                sent=view.sent,
                withheld=view.withheld,
                answered=view.answered,
                points=row.effect.points if row.effect is not None else None,
                low=row.effect.low if row.effect is not None else None,
                high=row.effect.high if row.effect is not None else None,
                not_known_because=view.unknown,
            )
            for row, view in rows
        )
        return _respond(RuleEffectList(measured_at=measurement.measured_at, rules=tuple(documents)))

    def _period(self, request: Request) -> tuple[date, date]:
        """`from` and `until` of the query, both included; by default the last four weeks."""
        asked = request.query_params
        try:
            last = date.fromisoformat(asked["until"]) if "until" in asked else local_day(self._clock.now(), "UTC")
            first = date.fromisoformat(asked["from"]) if "from" in asked else last - _DAYS_DEFAULT
        except (ValueError, OverflowError):
            raise PeriodRefused from None
        if not 0 <= (last - first).days < DAYS_MAX:
            raise PeriodRefused
        return first, last


def _managed_by(entrance: Entrance) -> list[PersonId]:
    return [rep for rep in entrance.today.people if may(entrance.person_id, Action.MANAGE, rep, entrance.today)]


def _respond(document: Schema, status: HTTPStatus = HTTPStatus.OK) -> Response:
    return Response(document.model_dump_json(), status, media_type="application/json", headers=_HEADERS)


def _refuse(status: HTTPStatus, error: str) -> Response:
    response = _respond(ApiError(error=error), status)
    if status is HTTPStatus.SERVICE_UNAVAILABLE:
        response.headers["Retry-After"] = "2"
    return response
