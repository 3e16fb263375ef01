"""W3C trace context, carried from a webhook to the nudge that results from it.

Format: https://www.w3.org/TR/trace-context/ (`00-<trace id, 32 hex>-<span id, 16 hex>-<flags>`).
"""

import re
from random import getrandbits

HEADER = "traceparent"
_SHAPE = re.compile(r"\A00-(?!0{32})([0-9a-f]{32})-(?!0{16})[0-9a-f]{16}-([0-9a-f]{2})\Z")


def continue_trace(traceparent: str | None) -> str:
    """A new span in this trace, or in a new trace when there is none (or an unreadable one). Ids only have to differ; they are
    not secret."""
    span = f"{getrandbits(64):016x}"
    matched = _SHAPE.match(traceparent) if traceparent else None
    if matched:
        return f"00-{matched[1]}-{span}-{matched[2]}"
    return f"00-{getrandbits(128):032x}-{span}-01"


def trace_id(traceparent: str | None) -> str:
    """The 32 hex digits that every step of one trace shares; empty when there is none."""
    matched = _SHAPE.match(traceparent) if traceparent else None
    return matched[1] if matched else ""
