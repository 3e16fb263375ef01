"""A chat room or a mailbox, through Apprise: Slack, Teams, e-mail and others. https://github.com/caronc/apprise

Chat and mail have no key by which a receiver would recognise a repeated message, so what is sent twice is seen twice. That
happens only when nobody can know that it arrived: after a crash between the yes and its record, or when the yes came too late.
"""

import asyncio
import hashlib
import re
from collections.abc import AsyncIterator, Callable, Collection, Sequence
from contextlib import asynccontextmanager
from datetime import timedelta
from ipaddress import IPv4Network, IPv6Network
from typing import Annotated, Final

import structlog
from pydantic import Field, StringConstraints, field_validator

from services.nudges.deliver.apprise.messages import ChatMessage, SendResult
from services.nudges.deliver.apprise.process import AppriseProcess
from services.nudges.deliver.channel import ATTEMPT_TIMEOUT_MAX_S, Audience, Channel, Delivered, GiveUp, Outcome, TryLater
from services.nudges.deliver.channel_types import ChannelResources, channel_type
from services.nudges.deliver.personal.neutral_text import neutral_line
from services.nudges.deliver.public_addresses import Network
from services.nudges.deliver.retry_after import parse_retry_after
from services.nudges.domain.phrases import capitalized, lowered
from shared.clock import Clock
from shared.events import Nudge, NudgeKind, TeamId
from shared.languages.catalogue import ENGLISH
from shared.languages.current import using_language
from shared.languages.messages import gettext
from shared.service.settings import SecretMissing, SecretReference, Section, SettingsRefused, read_secret

_log = structlog.get_logger()
_SCHEME: Final = re.compile(r"([a-z0-9]{1,20})://", re.IGNORECASE)
_CHECK_TIMEOUT_S: Final = 20.0
_WAITS_PER_ATTEMPT: Final = 2
"""An attempt waits for the network twice: to connect, and for an answer."""
_NOT_PUBLIC: Final = "which is not public"
REFUSED_SCHEMES: Final = frozenset(
    {
        *("apprise", "apprises", "form", "forms", "json", "jsons", "xml", "xmls"),
        *("blink1", "dbus", "gio", "glib", "gnome", "growl", "kde", "macosx", "qt", "rsyslog", "syslog", "windows"),
    }
)
"""Schemes of Apprise that post to any address (the webhook channel does that with a signature), or act on this machine."""
_MARKUP: Final = (
    (re.compile(r"@(?=\S)"), "@\u200b"),
    (re.compile(r"<(?=\S)"), "\u2039"),
    (re.compile(r"(?<=\S)>"), "\u203a"),
    (re.compile(r"\](?=\()"), "]\u200b"),
)
"""What would call somebody (`@everyone`, `<!channel>`), be a tag, or be a link under another name, with what stands for it."""
_TITLE_NAME_LENGTH_MAX: Final = 80


class UrlRefused(SettingsRefused):
    """The URL of a chat channel cannot be used. Write one that Apprise understands, for one recipient, and with a scheme that
    channels.chat_schemes lists; docs/channels.md has examples."""


class ChatSection(Section):
    url: SecretReference = Field(min_length=1)
    teams: tuple[TeamId, ...] = ()
    kinds: tuple[NudgeKind, ...] = (NudgeKind.CELEBRATION,)
    timeout_s: float = Field(default=15.0, gt=0, le=ATTEMPT_TIMEOUT_MAX_S)
    give_up_after_h: float = Field(default=24.0, gt=0)
    allow_networks: tuple[IPv4Network | IPv6Network, ...] = ()

    def read_url(self) -> str:
        """The URL as it is now.

        Raises:
            SecretMissing: it is not where the configuration says it is.
        """
        return read_secret(self.url) or ""


ChatName = Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9_-]{0,39}$")]


class ChatKeys(Section):
    chat_schemes: tuple[str, ...]
    chat: dict[ChatName, ChatSection]

    @field_validator("chat_schemes")
    @classmethod
    def _are_harmless(cls, schemes: tuple[str, ...]) -> tuple[str, ...]:
        if refused := sorted(REFUSED_SCHEMES.intersection(schemes)):
            raise ValueError(f"{', '.join(refused)}: posts to any address or acts on this machine; use channels.webhook")
        return schemes


class ChatChannel:
    """Sends one message at a time, in a process of its own, in the language of the installation. The URL is read for each
    message, so one in a file can be replaced without a restart."""

    at_once_max = 1
    reaches_recipient = False

    def __init__(
        self,
        process: AppriseProcess,
        clock: Clock,
        *,
        name: str,
        read_url: Callable[[], str],
        schemes: Collection[str],
        timeout_s: float,
        give_up_after: timedelta,
        allowed: Sequence[Network],
        audience: Audience,
        language: str = ENGLISH,
    ) -> None:
        self.name = f"chat.{name}"
        self.give_up_after = give_up_after
        self.audience = audience
        self._process = process
        self._clock = clock
        self._read_url = read_url
        self._schemes = schemes
        self._timeout_s = timeout_s
        self._language = language
        self._allowed = tuple(str(network) for network in allowed)
        self.destination = hashlib.sha256(self._url().encode()).digest()

    async def check(self) -> None:
        """Have Apprise check the URL before anything is to be sent. Its process ends again until there is something to send.

        Raises:
            UrlRefused: it cannot be used.
        """
        try:
            result = await self._process.send(ChatMessage(url=self._url()), timeout_s=_CHECK_TIMEOUT_S)
        except TimeoutError:
            _log.warning("chat_url_not_checked", channel=self.name, after_s=_CHECK_TIMEOUT_S)
            return
        await self._process.aclose()
        if result.outcome != "delivered":
            raise UrlRefused(f"channels.{self.name}.url: {result.because}")

    async def send(self, nudge: Nudge, *, attempts: int) -> Outcome:
        """Send the text and its reason. The link to a rep's own page does not belong in a room."""
        with using_language(self._language):
            title, body = _title(nudge), _body(nudge)
        try:
            message = ChatMessage(
                url=self._url(),
                nudge_id=nudge.id,
                title=title,
                body=body,
                wait_s=self._timeout_s / _WAITS_PER_ATTEMPT,
                allowed=self._allowed,
            )
            return self._outcome(await self._process.send(message, timeout_s=self._timeout_s))
        except TimeoutError:
            return TryLater(error=f"no answer within {self._timeout_s:g} s")
        except (SecretMissing, UrlRefused) as refused:
            return TryLater(error=str(refused))

    async def aclose(self) -> None:
        """End the process."""
        await self._process.aclose()

    def _url(self) -> str:
        url = self._read_url()
        matched = _SCHEME.match(url)
        if matched is None:
            raise UrlRefused(f"channels.{self.name}.url: no URL")
        if matched[1].lower() not in self._schemes:
            raise UrlRefused(f"channels.{self.name}.url: the scheme {matched[1].lower()}")
        return url

    def _outcome(self, result: SendResult) -> Outcome:
        if result.outcome == "delivered":
            return Delivered()
        if result.outcome == "never":
            return GiveUp(error=result.because)
        is_blocked = _NOT_PUBLIC in result.because
        hint = f"; if that is intended, list it in channels.{self.name}.allow_networks" if is_blocked else ""
        after_s = parse_retry_after(result.retry_after, now=self._clock.now())
        return TryLater(error=result.because + hint, after_s=after_s)


def _body(nudge: Nudge) -> str:
    text, reason = nudge.for_rooms or (nudge.text, nudge.reason)
    because = gettext("Why: {reason}").format(reason=reason)
    return _without_markup(f"{text}\n\n{because}")


def _title(nudge: Nudge) -> str:
    """Whom and what it is about: `Ana Ruiz: plan done`."""
    name = neutral_line(nudge.person.name, length_max=_TITLE_NAME_LENGTH_MAX)
    title = capitalized(nudge.rule.replace("_", " "))
    return _without_markup(f"{name}: {lowered(gettext(title))}")


def _without_markup(text: str) -> str:
    """Nobody in a room is called by a name, a label, or what somebody wrote to a rep."""
    for pattern, replacement in _MARKUP:
        text = pattern.sub(replacement, text)
    return text


@channel_type("chat", keys=ChatKeys)
@asynccontextmanager
async def open_chats(settings: ChatKeys, resources: ChannelResources) -> AsyncIterator[Sequence[Channel]]:
    """Each room or mailbox has a process of its own, which starts when it is needed.

    Raises:
        UrlRefused: the URL of one of them cannot be used.
    """
    chats = [
        ChatChannel(
            AppriseProcess(authorities=resources.authorities),
            resources.clock,
            name=name,
            read_url=section.read_url,
            schemes=settings.chat_schemes,
            timeout_s=section.timeout_s,
            give_up_after=timedelta(hours=section.give_up_after_h),
            allowed=section.allow_networks,
            audience=Audience(teams=section.teams, kinds=section.kinds),
            language=resources.language,
        )
        for name, section in settings.chat.items()
    ]
    try:
        await asyncio.gather(*[chat.check() for chat in chats])
        yield chats
    finally:
        await asyncio.gather(*[chat.aclose() for chat in chats])
