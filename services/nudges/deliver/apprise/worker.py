"""The process in which Apprise runs, apart from everything else: a `ChatMessage` per line in, a `SendResult` per line out.

Apprise resolves names, waits for sockets and has behaviour of its own, so it is guarded from below: it cannot connect to an
address that is not allowed, run a program or write a file, whatever a service asks for. Its error messages can contain tokens
and addresses of people, so only codes and the kind of failure leave the process.
"""

import os
import sys
from typing import Final

import apprise
import msgspec
from apprise.plugins.email.base import NotifyEmail

from services.nudges.deliver.apprise.messages import ChatMessage, SendResult
from services.nudges.deliver.apprise.network_guard import NetworkGuard, install_guard, limit_memory

_NUDGE_HEADER: Final = "X-Daymark-Nudge"


class UrlUnusable(Exception):
    """The URL cannot be used; the message says why, without the URL."""


def make_service(message: ChatMessage) -> apprise.NotifyBase:
    """The service that a URL stands for. Options in the URL cannot switch certificate checks off, nor redirects and retries on,
    nor make several messages of one.

    Raises:
        UrlUnusable: Apprise does not know it, or it has several recipients: when one of them fails, a retry would send to the
            others twice.
    """
    asset = apprise.AppriseAsset(
        app_id="Daymark",
        app_desc="Daymark",
        app_url="",
        image_url_mask="",
        async_mode=False,
        service_timeout=0,
        http_redirects=False,
        allow_templates=False,
    )
    service = apprise.Apprise.instantiate(message.url, asset=asset)
    if not isinstance(service, apprise.NotifyBase):
        raise UrlUnusable("Apprise does not understand the URL, or lacks a package for it")
    service.retry = 0  # its length is the number of recipients times that of attempts
    if len(service) != 1 or getattr(service, "cc", None) or getattr(service, "bcc", None):
        raise UrlUnusable("the URL must lead to one recipient; make a channel for each")
    service.redirects = service.optional = False
    service.overflow_mode = apprise.OverflowMode.TRUNCATE  # one message, which the service takes
    service.verify_certificate = True
    service.socket_connect_timeout = service.socket_read_timeout = message.wait_s
    if isinstance(service, NotifyEmail):
        service.headers[_NUDGE_HEADER] = message.nudge_id
    return service


def deliver(message: ChatMessage, guard: NetworkGuard) -> SendResult:
    """Send a message, or check its URL when it has no body."""
    guard.begin(message.allowed)
    try:
        service = make_service(message)
    except UrlUnusable as refused:
        return SendResult(outcome="unusable", because=str(refused))
    if not message.body:
        return SendResult(outcome="delivered")
    sender = apprise.Apprise(asset=service.asset)
    sender.add(service)
    is_accepted = bool(sender.notify(title=message.title, body=message.body, body_format=apprise.NotifyFormat.TEXT))
    return SendResult(outcome="delivered") if is_accepted else guard.explain_failure()


def main() -> None:
    """Answer until standard input ends. Nothing but answers reaches standard output."""
    messages, answers = sys.stdin.buffer, os.fdopen(os.dup(1), "wb")
    devnull = os.open(os.devnull, os.O_WRONLY)
    os.dup2(devnull, 1)
    os.dup2(devnull, 2)
    sys.dont_write_bytecode = True
    limit_memory()
    guard = install_guard()
    for line in messages:
        answers.write(msgspec.json.encode(deliver(msgspec.json.decode(line, type=ChatMessage), guard)) + b"\n")
        answers.flush()


if __name__ == "__main__":
    main()
