"""Guards what a third-party library does in this process: where it connects to, and what it must not do. It also notes what the
network answers, because the library does not say."""

import ipaddress
import os
import resource
import smtplib
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import wraps
from typing import Final, ParamSpec, TypeVar

import requests
from requests.adapters import HTTPAdapter

from services.nudges.deliver.apprise.messages import SendResult
from services.nudges.deliver.public_addresses import Network, is_allowed
from services.nudges.deliver.retry_after import RETRY_AFTER_STATUSES

Parameters = ParamSpec("Parameters")
Result = TypeVar("Result")

_MEMORY_BYTES_MAX: Final = 1 << 30
_WRITE_FLAGS: Final = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_APPEND
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
"""Audit events (https://docs.python.org/3/library/audit_events.html). Refusing them stops a library; hostile code could get
around it."""

_REDIRECTS: Final = range(300, 400)
_PERMANENT_SMTP: Final = range(500, 600)
_TOO_LARGE: Final = 413


@dataclass(kw_only=True, slots=True)
class NetworkGuard:
    """What is allowed for the current message, and what the network has shown of it so far."""

    allowed: Sequence[Network] = field(default_factory=tuple)
    blocked: str = ""
    status: int | None = None
    retry_after: str | None = None
    failure: str = ""
    is_refused: bool = False

    def begin(self, allowed: Sequence[str]) -> None:
        """Forget the last message and begin the next."""
        self.allowed = [ipaddress.ip_network(network) for network in allowed]
        self.blocked, self.status, self.retry_after, self.failure, self.is_refused = "", None, None, "", False

    def explain_failure(self) -> SendResult:
        """Why the message was not sent."""
        if self.is_refused:
            return SendResult(outcome="never", because=f"the mail server refused it ({self.failure})")
        if self.status == _TOO_LARGE:
            return SendResult(outcome="never", because="the service refused it as too large (413)")
        if self.blocked:
            return SendResult(outcome="later", because=f"it leads to {self.blocked}, which is not public")
        if self.failure:
            return SendResult(outcome="later", because=f"no answer ({self.failure})")
        if self.status is None:
            return SendResult(outcome="later", because="Apprise did not send it")
        if self.status in _REDIRECTS:
            return SendResult(outcome="later", because=f"answered {self.status}; redirects are not followed")
        retry_after = self.retry_after if self.status in RETRY_AFTER_STATUSES else None
        return SendResult(outcome="later", because=f"answered {self.status}", retry_after=retry_after)

    def audit(self, event: str, arguments: tuple[object, ...]) -> None:
        """An audit hook.

        Raises:
            PermissionError: the action is forbidden.
        """
        if event == "socket.connect":
            self._check_connect(arguments[1])
        elif event in _FORBIDDEN or (event == "open" and _is_writing(*arguments)):
            raise PermissionError(event)

    def _check_connect(self, sockaddr: object) -> None:
        try:
            address = ipaddress.ip_address(str(sockaddr[0]).partition("%")[0]) if isinstance(sockaddr, tuple) else None
        except ValueError:
            address = None  # a name, which would be resolved where it cannot be checked
        if address is None or not is_allowed(address, self.allowed):
            self.blocked = str(address or "a socket of this machine")
            raise PermissionError(self.blocked)


def _is_writing(path: object, _: object, flags: object) -> bool:
    return path != os.devnull and isinstance(flags, int) and bool(flags & _WRITE_FLAGS)


def install_guard() -> NetworkGuard:
    """Guard this process from now on. It cannot be undone."""
    guard = NetworkGuard()
    observe_http(guard)
    for step in ("connect", "starttls", "login", "sendmail"):
        _observe_mail(guard, step)
    sys.addaudithook(guard.audit)
    return guard


def limit_memory() -> None:
    """An endless answer must not use up the machine's memory."""
    resource.setrlimit(resource.RLIMIT_DATA, (_MEMORY_BYTES_MAX, _MEMORY_BYTES_MAX))


def observe_http(guard: NetworkGuard) -> None:
    """Note what every HTTP request is answered. All of them go through the one method that is wrapped here."""
    HTTPAdapter.send = _noting_answers(HTTPAdapter.send, guard)  # type: ignore[method-assign]


def _noting_answers(
    send: Callable[Parameters, requests.Response], guard: NetworkGuard
) -> Callable[Parameters, requests.Response]:
    @wraps(send)
    def observed(*args: Parameters.args, **kwargs: Parameters.kwargs) -> requests.Response:
        try:
            answer = send(*args, **kwargs)
        except (requests.RequestException, OSError) as failed:
            guard.failure = type(failed).__name__
            raise
        guard.status, guard.retry_after = answer.status_code, answer.headers.get("retry-after")
        guard.failure = guard.blocked = ""  # of another address of the same name
        return answer

    return observed


def _observe_mail(guard: NetworkGuard, step: str) -> None:
    setattr(smtplib.SMTP, step, _noting_refusals(getattr(smtplib.SMTP, step), guard))


def _noting_refusals(take_step: Callable[Parameters, Result], guard: NetworkGuard) -> Callable[Parameters, Result]:
    @wraps(take_step)
    def observed(*args: Parameters.args, **kwargs: Parameters.kwargs) -> Result:
        try:
            return take_step(*args, **kwargs)
        except (smtplib.SMTPException, OSError) as failed:
            code = _reply_code(failed)
            guard.failure = f"{type(failed).__name__} {code}" if code else type(failed).__name__
            guard.is_refused = code in _PERMANENT_SMTP and isinstance(
                failed, smtplib.SMTPRecipientsRefused | smtplib.SMTPDataError
            )
            raise

    return observed


def _reply_code(failed: Exception) -> int:
    """The mail server's reply code; 0 if there is none."""
    if isinstance(failed, smtplib.SMTPRecipientsRefused):
        return max((code for code, _ in failed.recipients.values()), default=0)
    return failed.smtp_code if isinstance(failed, smtplib.SMTPResponseException) else 0
