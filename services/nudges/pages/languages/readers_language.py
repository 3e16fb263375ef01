"""Pages are written in the language that a browser prefers, until its visitor is known to have chosen another one."""

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Receive, Scope, Send

from shared.languages.current import preferred_language, using_language


class ReadersLanguage:
    """Middleware: each request is answered in its own language, or in a default if its browser prefers none of ours."""

    def __init__(self, app: ASGIApp, *, default: str) -> None:
        self._app = app
        self._default = default

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        accepted = Headers(scope=scope).get("accept-language", "")
        with using_language(preferred_language(accepted, self._default)):
            await self._app(scope, receive, send)
