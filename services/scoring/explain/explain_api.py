"""Explanations over HTTP, as JSON, for programs that have the token: `GET /v1/explain/{rep}/{day}`."""

import hmac
from collections.abc import Sequence
from datetime import date
from http import HTTPStatus
from typing import Final

import asyncpg
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route

from services.scoring.definitions.cache import DefinitionsCache
from services.scoring.definitions.check_names import NoSuchRep
from services.scoring.explain.explain_day import explain_day
from shared.transient_errors import TRANSIENT_ERRORS

_BEARER: Final = "bearer "
_HEADERS: Final = {"Cache-Control": "no-store"}


class ExplainApi:
    """Without a configured token every request is refused: a day is personal data."""

    def __init__(self, pool: asyncpg.Pool, cache: DefinitionsCache, *, token: str | None) -> None:
        self._pool = pool
        self._cache = cache
        self._token = token

    def routes(self) -> Sequence[BaseRoute]:
        return [Route("/v1/explain/{rep}/{day}", self._explain)]

    async def _explain(self, request: Request) -> Response:
        if not self._is_authorized(request.headers.get("authorization", "")):
            return _refusal(HTTPStatus.UNAUTHORIZED, "send scoring.api_token as a bearer token", {"WWW-Authenticate": "Bearer"})
        try:
            day = date.fromisoformat(request.path_params["day"])
        except ValueError:
            return _refusal(HTTPStatus.NOT_FOUND, "the day is not a date; write it as 2026-03-02")
        try:
            explanation = await explain_day(self._pool, self._cache, request.path_params["rep"], day)
        except NoSuchRep as refused:
            return _refusal(HTTPStatus.NOT_FOUND, str(refused))
        except TRANSIENT_ERRORS:
            sentence = "Postgres is down or too busy; ask again in a moment"
            return _refusal(HTTPStatus.SERVICE_UNAVAILABLE, sentence, {"Retry-After": "2"})
        return Response(explanation.model_dump_json(), media_type="application/json", headers=_HEADERS)

    def _is_authorized(self, authorization: str) -> bool:
        if self._token is None or not authorization.lower().startswith(_BEARER):
            return False
        token = authorization[len(_BEARER) :].strip()
        return hmac.compare_digest(token.encode("utf-8", "surrogateescape"), self._token.encode())


def _refusal(status: HTTPStatus, sentence: str, headers: dict[str, str] | None = None) -> Response:
    return JSONResponse({"error": sentence}, status, headers={**_HEADERS, **(headers or {})})
