"""The cookie that holds the token of a session."""

from typing import Final

from starlette.requests import Request
from starlette.responses import Response

from services.nudges.access.sessions import SESSION_AGE_MAX

_NAME: Final = "daymark-session"
_HOST_PREFIX: Final = "__Host-"
"""A browser takes such a cookie only by HTTPS and from this very host, so no neighbouring host can plant one (RFC 6265bis)."""


class SessionCookie:
    """No script reads it, and other sites cannot send it along when they post. `is_secure`: the pages are reached by HTTPS."""

    def __init__(self, *, is_secure: bool) -> None:
        self._is_secure = is_secure
        self.name = f"{_HOST_PREFIX}{_NAME}" if is_secure else _NAME

    def read(self, request: Request) -> str:
        """The token; empty if there is none."""
        return request.cookies.get(self.name, "")

    def set_on(self, response: Response, token: str) -> None:
        """Give the browser the token."""
        response.set_cookie(
            self.name,
            token,
            max_age=int(SESSION_AGE_MAX.total_seconds()),
            path="/",
            secure=self._is_secure,
            httponly=True,
            samesite="lax",
        )

    def remove_from(self, response: Response) -> None:
        """Let the browser drop the token."""
        response.delete_cookie(self.name, path="/", secure=self._is_secure, httponly=True, samesite="lax")
