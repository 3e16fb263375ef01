"""Trace context as it is carried from message to message."""

import re

import pytest

from shared.trace import continue_trace, trace_id

TRACE = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"


def test_a_trace_continues_with_a_span_of_its_own() -> None:
    continued = continue_trace(TRACE)

    assert trace_id(continued) == trace_id(TRACE) == "0af7651916cd43dd8448eb211c80319c"
    assert continued != TRACE


@pytest.mark.parametrize("flags", ["00", "01"])
def test_a_trace_keeps_its_flags(flags: str) -> None:
    assert continue_trace(TRACE[:-2] + flags).endswith(f"-{flags}")


@pytest.mark.parametrize(
    "unreadable",
    [
        None,
        "",
        "00-xyz",
        TRACE.replace("00-", "ff-", 1),
        TRACE.upper(),
        f"00-{'0' * 32}-b7ad6b7169203331-01",
        f"00-0af7651916cd43dd8448eb211c80319c-{'0' * 16}-01",
        TRACE + "\n",
    ],
)
def test_an_unreadable_trace_begins_a_new_one(unreadable: str | None) -> None:
    assert re.fullmatch(r"00-[0-9a-f]{32}-[0-9a-f]{16}-01", continue_trace(unreadable))
    assert trace_id(unreadable) == ""
