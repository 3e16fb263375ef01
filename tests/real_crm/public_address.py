"""A public https address in a network namespace without any other network, with Daymark's door behind it.

BottleCRM sends only to public addresses, over https, and checks the certificate against the bundle of its `certifi`.
"""

import asyncio
import ssl
import subprocess
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Final

ADDRESS: Final = "11.22.33.44"
"""A global address. In the namespace it is one of the loopback interface, and nothing outside can be reached."""
_CHUNK_BYTES: Final = 65_536


def set_up_network() -> None:
    """Bring the loopback interface up, with the address."""
    for arguments in (("link", "set", "lo", "up"), ("address", "add", f"{ADDRESS}/32", "dev", "lo")):
        subprocess.run(["ip", *arguments], check=True)


def make_certificate(folder: Path) -> tuple[Path, Path]:
    """A certificate for the address that is signed by itself, and its key."""
    certificate, key = folder / "certificate.pem", folder / "key.pem"
    subject = ("-subj", "/CN=Daymark", "-addext", f"subjectAltName=IP:{ADDRESS}")
    new = ("req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", *subject)
    command = ["openssl", *new, "-keyout", str(key), "-out", str(certificate)]
    subprocess.run(command, check=True, capture_output=True)
    return certificate, key


@asynccontextmanager
async def serving_tls(certificate: Path, key: Path, *, port: int) -> AsyncIterator[None]:
    """Pass everything that arrives at the address on to a local port, as a proxy in front of Daymark does."""
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(certificate, key)

    async def forward(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        door_reader, door_writer = await asyncio.open_connection("127.0.0.1", port)
        await asyncio.gather(_copy(reader, door_writer), _copy(door_reader, writer))

    async with await asyncio.start_server(forward, ADDRESS, 443, ssl=context):
        yield


async def _copy(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    try:
        while data := await reader.read(_CHUNK_BYTES):
            writer.write(data)
            await writer.drain()
    except ConnectionError:
        pass
    finally:
        writer.close()
