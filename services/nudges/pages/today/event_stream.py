"""The stream of server-sent events of one open page: https://html.spec.whatwg.org/multipage/server-sent-events.html."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from typing import Final

from services.nudges.pages.today.live_teams import LiveTeams
from services.nudges.pages.today.load_teams import Teams
from services.nudges.pages.today.subscriber import Viewer
from shared.transient_errors import TRANSIENT_ERRORS

MEDIA_TYPE: Final = "text/event-stream"
HEADERS: Final = {"Cache-Control": "no-store", "X-Content-Type-Options": "nosniff", "X-Accel-Buffering": "no"}
_BEAT_S: Final = 15.0
_RECONNECT_MS: Final = 1_000


async def stream_events(live: LiveTeams, teams: Teams, viewer: Viewer, *, fingerprint: str) -> AsyncIterator[bytes]:
    """`rows` with elements to replace, and as its id the fingerprint of what the page then shows; `beat` with the time of each
    team; `outdated` if the page has to be read anew; and `signed-out`. A page that reconnects names the last id. The stream
    ends early while Postgres is away."""
    yield b"retry: %d\n\n" % _RECONNECT_MS
    clock = asyncio.get_running_loop().time
    until = clock() + live.new_lifetime_s()
    try:
        async with live.subscribed(teams, viewer, fingerprint=fingerprint) as page:
            yield _encode("beat", live.times(page))
            while not page.has_ended and (remaining_s := until - clock()) > 0:
                fragments = await page.take(timeout_s=min(_BEAT_S, remaining_s))
                if fragments:
                    yield _encode("rows", fragments, event_id=live.fingerprint_of(page))
                elif not page.has_ended:
                    yield _encode("beat", live.times(page))
            if page.is_signed_out:
                yield _encode("signed-out", {})
            elif page.is_outdated:
                yield _encode("outdated", {})
    except TRANSIENT_ERRORS:
        return


def _encode(event: str, fragments: Mapping[str, str], *, event_id: str = "") -> bytes:
    """An event without data would not be dispatched, so there is always a line of data."""
    lines = "".join(fragments.values()).splitlines() or [""]
    head = [f"event: {event}", *([f"id: {event_id}"] if event_id else [])]
    return "\n".join([*head, *(f"data: {line}" for line in lines), "", ""]).encode()
