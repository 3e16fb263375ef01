"""Where somebody goes on after signing in: to a page of this Daymark, and nowhere else."""

from typing import Final
from urllib.parse import urlencode, urlsplit

_LENGTH_MAX: Final = 500


def own_path(text: str) -> str:
    """The text if it is the path of a page here, with or without a query; otherwise nothing.

    Browsers read `//host`, `/\\host` and a path with a tab or a line break in it as addresses of other hosts.
    """
    if len(text) > _LENGTH_MAX or not text.isascii() or not text.isprintable() or "\\" in text or " " in text:
        return ""
    if not text.startswith("/") or text.startswith("//"):
        return ""
    try:
        parts = urlsplit(text)
    except ValueError:
        return ""
    return "" if parts.scheme or parts.netloc else text


def sign_in_path(next_path: str) -> str:
    """The page on which somebody signs in who wanted another one."""
    return with_next("/sign-in", next_path)


def with_next(path: str, next_path: str) -> str:
    """A path that leads on to another one afterwards."""
    return f"{path}?{urlencode({'next': next_path})}" if next_path else path
