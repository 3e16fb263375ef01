"""A watch on what a foreign library does in this process: where it connects to, what it is answered, what it must not do."""

import ipaddress
import os
import resource
import smtplib
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import wraps
from typing import Any, Final

import requests
from requests.adapters import HTTPAdapter

from services.nudges.deliver.channels.note import Answer
from services.nudges.deliver.channels.retry_after import ASKS_TO_WAIT
from services.nudges.deliver.channels.way_out import Network, is_allowed

_MEMORY_BYTES_MAX: Final = 1 << 30
_WRITES: Final = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_APPEND
_FORBIDDEN: Final = frozenset(
    {
        "os.exec",
        "os.fork",
        "os.forkpty",
        "os.link",
        "os.mkdir",
        "os.posix_spawn",
        "os.remove",
        "os.rename",
        "os.rmdir",
        "os.spawn",
        "os.symlink",
        "os.system",
        "os.truncate",
        "pty.spawn",
        "socket.bind",
        "socket.sendmsg",
        "socket.sendto",
        "subprocess.Popen",
    }
)
"""Audit events (https://docs.python.org/3/library/audit_events.html). It keeps a library from these; it is no prison."""

_REDIRECTS: Final = range(300, 400)
_PERMANENT: Final = range(500, 600)
_TOO_LARGE: Final = 413


@dataclass(kw_only=True, slots=True)
class Seen:
    """What came of the message under way, as far as the network shows it."""

    allowed: Sequence[Network] = field(default_factory=tuple)
    not_allowed: str = ""
    status: int | None = None
    retry_after: str | None = None
    failure: str = ""
    is_refused: bool = False

    def begin(self, allowed: Sequence[str]) -> None:
        """The next message."""
        self.allowed = [ipaddress.ip_network(network) for network in allowed]
        self.not_allowed, self.status, self.retry_after, self.failure, self.is_refused = "", None, None, "", False

    def answer(self) -> Answer:
        """What a failure comes to."""
        if self.is_refused:
            return Answer(outcome="never", because=f"the mail server refused it ({self.failure})")
        if self.status == _TOO_LARGE:
            return Answer(outcome="never", because="the service refused it as too large (413)")
        if self.not_allowed:
            return Answer(outcome="later", because=f"it leads to {self.not_allowed}, which is not public")
        if self.failure:
            return Answer(outcome="later", because=f"no answer ({self.failure})")
        if self.status is None:
            return Answer(outcome="later", because="Apprise did not send it")
        if self.status in _REDIRECTS:
            return Answer(outcome="later", because=f"answered {self.status}; redirects are not followed")
        asked = self.retry_after if self.status in ASKS_TO_WAIT else None
        return Answer(outcome="later", because=f"answered {self.status}", retry_after=asked)

    def audit(self, event: str, arguments: tuple[Any, ...]) -> None:
        """An audit hook.

        Raises:
            PermissionError: that must not be.
        """
        if event == "socket.connect":
            self._connect(arguments[1])
        elif event in _FORBIDDEN or (event == "open" and _is_writing(*arguments)):
            raise PermissionError(event)

    def _connect(self, sockaddr: object) -> None:
        try:
            address = ipaddress.ip_address(str(sockaddr[0]).partition("%")[0]) if isinstance(sockaddr, tuple) else None
        except ValueError:
            address = None  # a name: it would be resolved out of our sight
        if address is None or not is_allowed(address, self.allowed):
            self.not_allowed = str(address or "a socket of this machine")
            raise PermissionError(self.not_allowed)


def _is_writing(path: object, _: object, flags: object) -> bool:
    return path != os.devnull and isinstance(flags, int) and bool(flags & _WRITES)


def watch() -> Seen:
    """Watch this process from now on."""
    seen = Seen()
    _watch_http(seen)
    for step in ("connect", "starttls", "login", "sendmail"):
        _watch_mail(seen, step)
    sys.addaudithook(seen.audit)
    return seen


def limit_memory() -> None:
    """An answer without an end does not take the machine's memory."""
    resource.setrlimit(resource.RLIMIT_DATA, (_MEMORY_BYTES_MAX, _MEMORY_BYTES_MAX))


def _watch_http(seen: Seen) -> None:
    send = HTTPAdapter.send

    @wraps(send)
    def watched(*arguments: Any, **named: Any) -> requests.Response:
        try:
            answered = send(*arguments, **named)
        except (requests.RequestException, OSError) as failed:
            seen.failure = type(failed).__name__
            raise
        seen.status, seen.retry_after = answered.status_code, answered.headers.get("retry-after")
        seen.failure = seen.not_allowed = ""  # of another address of the same name
        return answered

    HTTPAdapter.send = watched  # type: ignore[method-assign]  # the one place through which every request goes


def _watch_mail(seen: Seen, step: str) -> None:
    take: Callable[..., Any] = getattr(smtplib.SMTP, step)

    @wraps(take)
    def watched(*arguments: Any, **named: Any) -> Any:
        try:
            return take(*arguments, **named)
        except (smtplib.SMTPException, OSError) as failed:
            code = _code_of(failed)
            seen.failure = f"{type(failed).__name__} {code}" if code else type(failed).__name__
            seen.is_refused = code in _PERMANENT and isinstance(failed, smtplib.SMTPRecipientsRefused | smtplib.SMTPDataError)
            raise

    setattr(smtplib.SMTP, step, watched)


def _code_of(failed: Exception) -> int:
    """The mail server's reply code, 0 if there is none."""
    if isinstance(failed, smtplib.SMTPRecipientsRefused):
        return max((code for code, _ in failed.recipients.values()), default=0)
    return failed.smtp_code if isinstance(failed, smtplib.SMTPResponseException) else 0
