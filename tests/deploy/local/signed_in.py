"""Browsers in which somebody has signed in with the link that a command prints."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import httpx

from tests.running_daymark import RunningDaymark


@asynccontextmanager
async def signed_in(daymark: RunningDaymark, command: str, person: str) -> AsyncIterator[tuple[httpx.AsyncClient, str]]:
    """A browser in which somebody has signed in, and the address of their page."""
    link = (await daymark.command(command, person)).strip()
    async with httpx.AsyncClient(follow_redirects=True, timeout=30) as client:
        yield client, str((await client.post(link)).url)
