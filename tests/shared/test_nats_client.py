"""Headers, held against the reading of nats-py itself."""

from hypothesis import example, given
from hypothesis import strategies as some
from nats.aio.client import Client

from shared.nats_client import LeanClient

_PIECES = [
    b"\r\n",
    b": ",
    b":",
    b" ",
    b"\t",
    b"\r",
    b"\n",
    b"ce-id",
    b"Nats-Msg-Id",
    b"\xc3\xbc",
    b"\xff",
    b"\x1f",
    b"\x85",
    b"x",
]


@example(
    raw=b"ce-id: a\r\nce-id: b\r\nno colon\r\n: no name\r\nin side: c\r\n f: folded\r\nUmlaut-\xc3\xbc: d\r\nbad: \xff\r\n\r\n"
)
@example(raw=b"ce-id: a\r\nce-id: b\r\nno colon\r\n: no name\r\nin side: c\r\n f: folded\r\n\r\n")
@given(raw=some.lists(some.sampled_from(_PIECES) | some.binary(max_size=4), max_size=30).map(b"".join))
def test_headers_are_read_as_nats_py_reads_them(raw: bytes) -> None:
    assert LeanClient._parse_header_lines(raw) == Client._parse_header_lines(raw)
