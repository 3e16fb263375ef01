"""The process of one chat channel, in which Apprise runs. A process that hangs can be killed; a thread cannot."""

import asyncio
import contextlib
import os
import sys
from typing import Final

import msgspec

from services.nudges.deliver.apprise.messages import ChatMessage, SendResult

_WORKER: Final = "services.nudges.deliver.apprise.worker"
_IDLE_S: Final = 300.0
_EXIT_TIMEOUT_S: Final = 2.0


class AppriseProcess:
    """Starts with the first message, exits after five minutes without one, and is killed when a message takes too long.

    Its environment has only the location of the code and `authorities`, the file of certificate authorities to trust: no
    secret and no proxy. It handles one message at a time.
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
        self._idle_timer: asyncio.TimerHandle | None = None

    async def send(self, message: ChatMessage, *, timeout_s: float) -> SendResult:
        """What came of a message; `timeout_s` includes starting the process.

        Raises:
            TimeoutError: it took too long; the message may have been delivered or not.
        """
        self._cancel_idle_timer()
        try:
            async with asyncio.timeout(timeout_s):
                line = await self._exchange(msgspec.json.encode(message) + b"\n")
        except BaseException:
            await self._kill()  # an answer that comes later would be taken for the answer to the next message
            raise
        if not line:
            await self._kill()
            return SendResult(outcome="later", because="the process in which Apprise runs ended")
        self._idle_timer = asyncio.get_running_loop().call_later(_IDLE_S, self._let_exit)
        return msgspec.json.decode(line, type=SendResult)

    async def aclose(self) -> None:
        """End the process."""
        self._cancel_idle_timer()
        if self._process is not None:
            process = self._process
            self._let_exit()
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(_EXIT_TIMEOUT_S):
                    await process.wait()
                    return
            process.kill()
            await process.wait()

    async def _exchange(self, line: bytes) -> bytes:
        """The line that answers this one; empty if the process has ended."""
        if self._process is None or self._process.returncode is not None:
            self._process = await asyncio.create_subprocess_exec(
                *(sys.executable, "-P", "-m", _WORKER),
                env=self._environment,
                stdin=asyncio.subprocess.PIPE,
                stdout=asyncio.subprocess.PIPE,
                stderr=asyncio.subprocess.DEVNULL,
            )
        stdin, stdout = self._process.stdin, self._process.stdout
        assert stdin is not None
        assert stdout is not None
        try:
            stdin.write(line)
            await stdin.drain()
        except ConnectionError:
            return b""
        return await stdout.readline()

    def _cancel_idle_timer(self) -> None:
        if self._idle_timer is not None:
            self._idle_timer.cancel()
            self._idle_timer = None

    def _let_exit(self) -> None:
        """Close the input of the process; it exits by itself when nothing more can come."""
        process, self._process = self._process, None
        if process is not None and process.stdin is not None:
            process.stdin.close()

    async def _kill(self) -> None:
        process, self._process = self._process, None
        if process is not None:
            with contextlib.suppress(ProcessLookupError):
                process.kill()
            await process.wait()
