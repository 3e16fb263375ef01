"""Whoever asks for a page as JSON is led to the address that has what it shows."""

import re
from collections.abc import Mapping
from http import HTTPStatus
from typing import Final

from starlette.datastructures import Headers
from starlette.responses import RedirectResponse
from starlette.types import ASGIApp, Receive, Scope, Send

_HTML: Final = "text/html"
_JSON: Final = "application/json"
_DOCUMENTS: Final[Mapping[str, str]] = {
    "/today": "/api/v1/scores",
    "/wins": "/api/v1/wins",
    "/effects": "/api/v1/effects",
    "/people": "/api/v1/people",
}
"""What each page shows, by path."""
_REP: Final = re.compile(r"/people/[^/]+")


class JsonPages:
    """Middleware: a page that is asked for with `Accept: application/json` answers with the address of its document, which
    checks who asks. A browser accepts HTML, and gets the page."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        path = _document_of(scope) if scope["type"] == "http" else ""
        if not path:
            await self._app(scope, receive, send)
            return
        query = scope["query_string"].decode("latin-1")
        response = RedirectResponse(f"{path}?{query}" if query else path, HTTPStatus.SEE_OTHER, headers={"Vary": "Accept"})
        await response(scope, receive, send)


def _document_of(scope: Scope) -> str:
    """The path of the document that is asked for; empty if a page is asked for, or if no document has what it shows."""
    ranges = Headers(scope=scope).get("accept", "").lower().split(",")
    accepted = {media_range.partition(";")[0].strip() for media_range in ranges}
    if scope["method"] != "GET" or _JSON not in accepted or _HTML in accepted:
        return ""
    path: str = scope["path"]
    return f"/api/v1{path}/days" if _REP.fullmatch(path) else _DOCUMENTS.get(path, "")
