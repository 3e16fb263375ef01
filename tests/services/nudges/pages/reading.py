"""What somebody reads on a page."""

import re
from html import unescape
from typing import Final

import httpx

_MAIN: Final = re.compile(r"<main\b.*?</main>", re.DOTALL)
_TAG: Final = re.compile(r"<[^>]*>")


def read(page: httpx.Response) -> str:
    """The text between the tags of the page's main part, also what only a screen reader says, with single spaces."""
    (main,) = _MAIN.findall(page.text)
    return " ".join(unescape(_TAG.sub(" ", main)).split())
