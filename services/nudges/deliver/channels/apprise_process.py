"""A process for one chat channel, in which Apprise runs: it can be killed, which a thread that hangs cannot."""

import asyncio
import contextlib
import os
import sys
from typing import Final

import msgspec

from services.nudges.deliver.channels.note import Answer, Note

_WORKER: Final = "services.nudges.deliver.channels.apprise_worker"
_IDLE_S: Final = 300.0
_END_S: Final = 2.0


class AppriseProcess:
    """Starts with the first note, ends when there was none for five minutes, and is killed when one takes too long.

    It has nothing of our environment but the place of our code and `authorities`, the file of certificates to trust: no
    secret, and no proxy. One note at a time.
    """

    def __init__(self, *, authorities: str) -> None:
        self._environment = {
            "PATH": os.defpath,
            "PYTHONPATH": os.pathsep.join(filter(None, sys.path)),
            "LANG": "C.UTF-8",
            "SSL_CERT_FILE": authorities,
            "REQUESTS_CA_BUNDLE": authorities,
        }
        self._process: asyncio.subprocess.Process | None = None
        self._ending: asyncio.TimerHandle | None = None

    async def hand_over(self, note: Note, *, timeout_s: float) -> Answer:
        """What came of it; `timeout_s` includes starting the process.

        Raises:
            TimeoutError: it took too long, and may have got through or not.
        """
        self._stay()
        try:
            async with asyncio.timeout(timeout_s):
                line = await self._exchange(msgspec.json.encode(note) + b"\n")
        except BaseException:
            await self._kill()  # an answer that came later would be taken for that of the next note
            raise
        if not line:
            await self._kill()
            return Answer(outcome="later", because="the process in which Apprise runs ended")
        self._ending = asyncio.get_running_loop().call_later(_IDLE_S, self._end)
        return msgspec.json.decode(line, type=Answer)

    async def aclose(self) -> None:
        """End it."""
        self._stay()
        if self._process is not None:
            process = self._process
            self._end()
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(_END_S):
                    await process.wait()
                    return
            process.kill()
            await process.wait()

    async def _exchange(self, line: bytes) -> bytes:
        """An answer, or nothing if the process has ended."""
        if self._process is None or self._process.returncode is not None:
            self._process = await asyncio.create_subprocess_exec(
                *(sys.executable, "-P", "-m", _WORKER),
                env=self._environment,
                stdin=asyncio.subprocess.PIPE,
                stdout=asyncio.subprocess.PIPE,
                stderr=asyncio.subprocess.DEVNULL,
            )
        given, answers = self._process.stdin, self._process.stdout
        assert given is not None
        assert answers is not None
        try:
            given.write(line)
            await given.drain()
        except ConnectionError:
            return b""
        return await answers.readline()

    def _stay(self) -> None:
        if self._ending is not None:
            self._ending.cancel()
            self._ending = None

    def _end(self) -> None:
        """It ends by itself when nothing more can come."""
        process, self._process = self._process, None
        if process is not None and process.stdin is not None:
            process.stdin.close()

    async def _kill(self) -> None:
        process, self._process = self._process, None
        if process is not None:
            with contextlib.suppress(ProcessLookupError):
                process.kill()
            await process.wait()
