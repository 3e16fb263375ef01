"""Pages are written in the language that a browser prefers, until its visitor is known to have chosen another one."""

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Receive, Scope, Send

from shared.languages.current import preferred_language, using_language


class ReadersLanguage:
    """Middleware: each request is answered in its own language."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        with using_language(preferred_language(Headers(scope=scope).get("accept-language", ""))):
            await self._app(scope, receive, send)
