"""In which language a request is answered."""

import httpx
import pytest
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.routing import Route

from services.nudges.pages.languages.readers_language import ReadersLanguage
from shared.languages.current import current_language


async def _say_language(_: Request) -> PlainTextResponse:
    return PlainTextResponse(current_language())


@pytest.mark.parametrize(("accepted", "language"), [("en", "en"), ("fr, en;q=0.1", "en"), ("fr", "es"), ("", "es")])
async def test_a_browser_that_prefers_none_of_ours_gets_the_language_of_the_installation(accepted: str, language: str) -> None:
    app = Starlette(routes=[Route("/", _say_language)], middleware=[Middleware(ReadersLanguage, default="es")])
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://pages") as browser:
        answer = await browser.get("/", headers={"Accept-Language": accepted})

    assert answer.text == language
    assert current_language() == "en"
