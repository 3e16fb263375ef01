"""A room or a mailbox, by Apprise: Slack, Teams, e-mail and the like. https://github.com/caronc/apprise

What chat and mail lack is a key by which a receiver would know a message again: what was sent twice is seen twice. It is sent
twice only where nobody can know that it arrived: after a crash between the yes and its record, or when the yes came too late.
"""

import hashlib
import re
from collections.abc import Callable, Collection, Sequence
from datetime import timedelta
from typing import Final

import structlog

from services.nudges.deliver.channels.apprise_process import AppriseProcess
from services.nudges.deliver.channels.channel import Audience, Delivered, GiveUp, Outcome, TryLater
from services.nudges.deliver.channels.note import Answer, Note
from services.nudges.deliver.channels.retry_after import seconds_of
from services.nudges.deliver.channels.way_out import Network
from shared.clock import Clock
from shared.events import Nudge
from shared.service.settings import SecretMissing, SettingsRefused

_log = structlog.get_logger()
_SCHEME: Final = re.compile(r"([a-z0-9]{1,20})://", re.IGNORECASE)
_CHECK_S: Final = 20.0
_WAITS: Final = 2
"""An attempt waits for the network twice: to connect, and for an answer."""
_NOT_PUBLIC: Final = "which is not public"


class UrlRefused(SettingsRefused):
    """The URL of a chat channel cannot be used. Write one that Apprise understands, for one recipient, and with a scheme that
    channels.chat_schemes lists; docs/channels.md has examples."""


class ChatChannel:
    """Sends one message at a time, in a process of its own. The URL is read for each, so that one in a file is replaced
    without a restart."""

    at_once_max = 1

    def __init__(
        self,
        process: AppriseProcess,
        clock: Clock,
        *,
        name: str,
        read_url: Callable[[], str],
        schemes: Collection[str],
        timeout_s: float,
        patience: timedelta,
        allowed: Sequence[Network],
        audience: Audience,
    ) -> None:
        self.name = f"chat.{name}"
        self.patience = patience
        self.audience = audience
        self._process = process
        self._clock = clock
        self._read_url = read_url
        self._schemes = schemes
        self._timeout_s = timeout_s
        self._allowed = tuple(str(network) for network in allowed)
        self.destination = hashlib.sha256(self._url().encode()).digest()

    async def check(self) -> None:
        """Have Apprise look at the URL before anything is to be sent. Its process ends again until something is.

        Raises:
            UrlRefused: it cannot be used.
        """
        try:
            answer = await self._process.hand_over(Note(url=self._url()), timeout_s=_CHECK_S)
        except TimeoutError:
            _log.warning("chat_not_checked", channel=self.name, after_s=_CHECK_S)
            return
        await self._process.aclose()
        if answer.outcome != "delivered":
            raise UrlRefused(f"channels.{self.name}.url: {answer.because}")

    async def send(self, nudge: Nudge, *, attempts: int) -> Outcome:
        """Send what the nudge says and why. The link to a rep's own page is not for a room."""
        try:
            note = Note(
                url=self._url(),
                nudge_id=nudge.id,
                title=_title_of(nudge),
                body=f"{nudge.text}\n\nWhy: {nudge.reason}",
                wait_s=self._timeout_s / _WAITS,
                allowed=self._allowed,
            )
            return self._outcome_of(await self._process.hand_over(note, timeout_s=self._timeout_s))
        except TimeoutError:
            return TryLater(error=f"no answer within {self._timeout_s:g} s")
        except (SecretMissing, UrlRefused) as refused:
            return TryLater(error=str(refused))

    async def aclose(self) -> None:
        """End the process."""
        await self._process.aclose()

    def _url(self) -> str:
        url = self._read_url()
        found = _SCHEME.match(url)
        if found is None or found[1].lower() not in self._schemes:
            raise UrlRefused(f"channels.{self.name}.url: {f'the scheme {found[1].lower()}' if found else 'no URL'}")
        return url

    def _outcome_of(self, answer: Answer) -> Outcome:
        if answer.outcome == "delivered":
            return Delivered()
        if answer.outcome == "never":
            return GiveUp(error=answer.because)
        hint = f"; if that is meant, list it in channels.{self.name}.allow_networks" if _NOT_PUBLIC in answer.because else ""
        return TryLater(error=answer.because + hint, after_s=seconds_of(answer.retry_after, now=self._clock.now()))


def _title_of(nudge: Nudge) -> str:
    """Whom and what it is about: `Ana Ruiz: plan done`."""
    return " ".join(f"{nudge.person.name}: {nudge.rule.replace('_', ' ')}".split())
