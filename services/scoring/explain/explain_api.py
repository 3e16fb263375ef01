"""Explanations over HTTP, as JSON, for programs that hold the token: `GET /v1/explain/{rep}/{day}`."""

import hmac
from collections.abc import Sequence
from datetime import date
from typing import Final

import asyncpg
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route

from services.scoring.definitions.cache import DefinitionsCache
from services.scoring.explain.explain_day import NoSuchRep, explain_day

_BEARER: Final = "bearer "
_HEADERS: Final = {"Cache-Control": "no-store"}
_AWAY: Final = (asyncpg.PostgresError, asyncpg.InterfaceError, OSError, TimeoutError)


class Api:
    """Without a token configured nothing is answered: a day is somebody's personal data."""

    def __init__(self, pool: asyncpg.Pool, cache: DefinitionsCache, *, token: str | None) -> None:
        self._pool = pool
        self._cache = cache
        self._token = token

    def routes(self) -> Sequence[BaseRoute]:
        return [Route("/v1/explain/{rep}/{day}", self._explain)]

    async def _explain(self, request: Request) -> Response:
        if not self._opens(request.headers.get("authorization", "")):
            headers = {"WWW-Authenticate": "Bearer"}
            return _refused(401, "send scoring.api_token as a bearer token", headers)
        try:
            day = date.fromisoformat(request.path_params["day"])
        except ValueError:
            return _refused(404, "the day is no date; write it as 2026-03-02")
        try:
            explanation = await explain_day(self._pool, self._cache, request.path_params["rep"], day)
        except NoSuchRep as refused:
            return _refused(404, str(refused))
        except _AWAY:
            return _refused(503, "Postgres is away or too busy; ask again in a moment", {"Retry-After": "2"})
        return Response(explanation.model_dump_json(), media_type="application/json", headers=_HEADERS)

    def _opens(self, authorization: str) -> bool:
        if self._token is None or not authorization.lower().startswith(_BEARER):
            return False
        given = authorization[len(_BEARER) :].strip()
        return hmac.compare_digest(given.encode("utf-8", "surrogateescape"), self._token.encode())


def _refused(status: int, sentence: str, headers: dict[str, str] | None = None) -> Response:
    return JSONResponse({"error": sentence}, status, headers={**_HEADERS, **(headers or {})})
