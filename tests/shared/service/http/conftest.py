"""A server with small limits."""

from collections.abc import AsyncIterator

import pytest

from shared.service.http.limits import HttpLimits
from tests.shared.service.http.misbehaving import Served, serving


@pytest.fixture
async def served() -> AsyncIterator[Served]:
    limits = HttpLimits(
        head_timeout_s=0.3, body_timeout_s=0.5, request_timeout_s=60, head_bytes_max=8_000, body_bytes_max=10_000
    )
    async with serving(limits) as small:
        yield small
