"""What real HTTP clients post is stored, or they are refused: nothing is answered with 200 and lost.

A client that is not installed is skipped. `curl`, `wget`, Node.js (`nodejs`) and Java (`default-jdk-headless`) are packages of
Debian; Python is always there.
"""

import asyncio
import shutil
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import pytest

from shared.jetstream.streams import WEBHOOKS
from tests.services.ingest.conftest import Ingest
from tests.serving import served

pytestmark = pytest.mark.timeout(120)
_FOLDER: Final = Path(__file__).parent
_LIMIT_BYTES: Final = 200_000
_SIZES: Final = {"small": 100, "large": 150_000, "too large": 1_000_000}
_CURL: Final = ("curl", "--silent", "--write-out", "%{http_code}\n", "--output", "/dev/null", "--output", "/dev/null")
_JAVA_OPTIONS: Final = ("-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC")  # for a program that runs for a second
_AUTHORIZATION: Final = "Authorization: Bearer bearer-secret"
_URLLIB: Final = """
import sys, urllib.error, urllib.request
for path in sys.argv[2:]:
    request = urllib.request.Request(sys.argv[1], open(path, "rb"), {"Authorization": "Bearer bearer-secret"})
    try:
        print(urllib.request.urlopen(request).status)
    except urllib.error.HTTPError as refused:
        print(refused.code)
    except OSError:
        print("error")
"""


@dataclass(frozen=True, kw_only=True, slots=True)
class Client:
    """How a client is called: `FILE` and `URL` stand for the body and the door. One that takes `FILES` is called once for all,
    and prints the status of each response, or `error`. One that `hangs_when_refused` waits for ever for the status 100."""

    name: str
    command: Sequence[str]
    uses_http1: bool = True
    hangs_when_refused: bool = False

    @property
    def takes_all(self) -> bool:
        return "FILES" in self.command


def _curl(name: str, *options: str, posts: int = 1, uses_http1: bool = True) -> Client:
    body = ("--header", _AUTHORIZATION, "--data-binary", "@FILE")
    return Client(name=f"curl {name}", command=(*_CURL, *options, *body, *["URL"] * posts), uses_http1=uses_http1)


def _node(mode: str, *, uses_http1: bool = True) -> Client:
    command = ("node", str(_FOLDER / "post.mjs"), mode, "URL", "FILES")
    return Client(name=f"node {mode}", command=command, uses_http1=uses_http1)


def _java(mode: str, *, hangs_when_refused: bool = False) -> Client:
    command = ("java", *_JAVA_OPTIONS, str(_FOLDER / "Post.java"), mode, "URL", "FILES")
    return Client(name=f"java {mode}", command=command, hangs_when_refused=hangs_when_refused)


CLIENTS: Final = (
    _curl("by default"),
    _curl("--http2", "--http2"),
    _curl("--http2, twice on one connection", "--http2", posts=2),
    _curl("--http2, in chunks", "--http2", "--header", "Transfer-Encoding: chunked"),
    _curl("--http2, expects to continue", "--http2", "--header", "Expect: 100-continue"),
    _curl("--http1.0", "--http1.0"),
    _curl("expects to continue", "--header", "Expect: 100-continue"),
    _curl("in chunks", "--header", "Transfer-Encoding: chunked"),
    _curl("in chunks, expects to continue", "--header", "Transfer-Encoding: chunked", "--header", "Expect: 100-continue"),
    _curl("--http2-prior-knowledge", "--http2-prior-knowledge", uses_http1=False),
    Client(
        name="wget",
        command=("wget", "-q", "-O", "/dev/null", "--server-response", f"--header={_AUTHORIZATION}", "--post-file=FILE", "URL"),
    ),
    Client(name="python urllib, in chunks", command=(sys.executable, "-c", _URLLIB, "URL", "FILES")),
    _node("fetch"),
    _node("fetch of a stream"),
    _node("http"),
    _node("http with a length"),
    _node("http that expects to continue"),
    _node("http2", uses_http1=False),
    _java("default"),
    _java("stream"),
    _java("expects to continue", hangs_when_refused=True),  # as of Java 17
    _java("HTTP/1.1"),
    _java("HttpURLConnection"),
)


@pytest.mark.parametrize("client", CLIENTS, ids=lambda client: client.name)
async def test_what_a_client_posts_is_stored_or_refused(ingest: Ingest, tmp_path: Path, client: Client) -> None:
    if shutil.which(client.command[0]) is None:
        pytest.skip(f"{client.command[0]} is not installed")
    bodies = {size: b'{"data":"' + size.encode() + b"x" * (length - 11) + b'"}' for size, length in _SIZES.items()}
    files = {size: tmp_path / size for size in bodies if size != "too large" or not client.hangs_when_refused}
    for size, path in files.items():
        path.write_bytes(bodies[size])

    async with served(ingest.door_with(body_max_bytes=_LIMIT_BYTES, body_timeout_s=20), limits=ingest.limits) as port:
        statuses = await _post_all(client, f"http://127.0.0.1:{port}/webhooks/globex", files)

    stored = [(await ingest.read_stored(WEBHOOKS, number + 1)).data for number in range(await ingest.count_stored(WEBHOOKS))]
    assert stored == [bodies[size] for size, of_size in statuses.items() for status in of_size if status == "200"]
    assert "200" not in statuses.get("too large", ())
    if client.uses_http1:
        assert {*statuses["small"], *statuses["large"]} == {"200"}
    else:
        assert stored == []


async def _post_all(client: Client, url: str, files: dict[str, Path]) -> dict[str, list[str]]:
    """The statuses that the client saw, by size of the body."""
    if client.takes_all:
        statuses = await _run(client.command, url, files=[str(file) for file in files.values()])
        return {size: [status] for size, status in zip(files, statuses, strict=True)}
    return {size: await _run(client.command, url, file=str(file)) for size, file in files.items()}


async def _run(command: Sequence[str], url: str, *, file: str = "", files: Sequence[str] = ()) -> list[str]:
    replaced = [argument.replace("FILE", file) if argument != "FILES" else argument for argument in command]
    arguments = [each for argument in replaced for each in (files if argument == "FILES" else [argument])]
    process = await asyncio.create_subprocess_exec(
        *[url if argument == "URL" else argument for argument in arguments],
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    output, errors = await process.communicate()
    if command[0] == "wget":  # prints the head of the response
        return [line.split()[1] for line in errors.decode().splitlines() if line.strip().startswith("HTTP/")] or ["error"]
    return output.decode().split()
