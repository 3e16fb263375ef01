"""The pages of a company that has a sign-in of its own."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Final

import asyncpg
import httpx

from services.nudges.access.openid_provider import OpenIdProvider
from services.nudges.access.sessions import list_sessions
from services.nudges.pages.site import OpenId
from tests.services.nudges.access.openid_stand_in import CLIENT_ID, CLIENT_SECRET, Issuer, issuing
from tests.services.nudges.builders.days import NOON
from tests.services.nudges.pages.doors.visits import HTTP, Visits, visiting

BACK: Final = f"{HTTP}/sign-in/openid/back"


@dataclass
class Company:
    """The pages, and the company's own sign-in."""

    visits: Visits
    issuer: Issuer

    async def leave(self, browser: httpx.AsyncClient, *, next_path: str = "") -> str:
        """Returns where the browser comes back to."""
        left = await browser.get("/sign-in/openid", params={"next": next_path})
        assert left.status_code == 303
        return self.issuer.authorize(left.headers["location"])

    async def refusal(self) -> int:
        """The status of an attempt after which nobody is signed in."""
        async with self.visits.browser() as browser:
            response = await browser.get(await self.leave(browser))
            assert "daymark-session" not in browser.cookies
        assert await list_sessions(self.visits.pool, None, now=NOON) == []
        return response.status_code


@asynccontextmanager
async def company_sign_in(pool: asyncpg.Pool) -> AsyncIterator[Company]:
    """Both, on real sockets as far as the company's sign-in goes."""
    async with issuing(BACK, now=NOON) as issuer:
        provider = OpenIdProvider(
            issuer=issuer.url, client_id=CLIENT_ID, read_client_secret=lambda: CLIENT_SECRET, redirect_uri=BACK
        )
        async with visiting(pool, openid=OpenId(name="Acme account", provider=provider)) as visits:
            yield Company(visits=visits, issuer=issuer)
