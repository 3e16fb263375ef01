"""The registry of channel types. Each module of `channels` registers itself; settings, metrics and the app derive from it.

Each type adds its keys to `[channels]` in the configuration and opens the channels that these keys configure.
"""

from collections.abc import Callable, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from typing import TypeVar

from services.nudges.deliver.channel import Channel
from services.nudges.deliver.personal.transport import Directory
from shared.clock import Clock
from shared.languages.catalogue import ENGLISH
from shared.service.settings import Section

Keys = TypeVar("Keys", bound=Section)


FindDirectory = Callable[[], Directory]


@dataclass(frozen=True, kw_only=True, slots=True)
class ChannelResources:
    """What channels are opened with. `authorities` is the file of certificate authorities that chat and mail servers are
    checked against. `find_directory` returns the directory of people once the service runs. Chat rooms read in
    `language`."""

    clock: Clock
    authorities: str
    find_directory: FindDirectory
    language: str = ENGLISH


OpenChannels = Callable[[Keys, ChannelResources], AbstractAsyncContextManager[Sequence[Channel]]]
"""Opens the channels of a type that are configured, for as long as they are used.

Raises `SettingsRefused` when a configured channel cannot be used.
"""


@dataclass(frozen=True, kw_only=True, slots=True)
class ChannelType:
    """A type of channel. `keys` is a settings section with the keys that it adds to `[channels]`."""

    name: str
    keys: type[Section]
    open: OpenChannels[Section]


_registered: dict[str, ChannelType] = {}


def channel_type(name: str, *, keys: type[Keys]) -> Callable[[OpenChannels[Keys]], OpenChannels[Keys]]:
    """Register a type of channel: `@channel_type("webhook", keys=WebhookKeys)` above the function that opens its channels."""

    def register(open_channels: OpenChannels[Keys]) -> OpenChannels[Keys]:
        def open_configured(settings: Section, resources: ChannelResources) -> AbstractAsyncContextManager[Sequence[Channel]]:
            assert isinstance(settings, keys)
            return open_channels(settings, resources)

        assert name not in _registered, f"two types of channel are named {name}"
        _registered[name] = ChannelType(name=name, keys=keys, open=open_configured)
        return open_channels

    return register


def registered_types() -> dict[str, ChannelType]:
    """The types that are registered so far, by name."""
    return dict(sorted(_registered.items()))
