"""The channels through which nudges reach people. Each type is one module, which registers itself.

`CHANNELS` has all types by name. `ChannelsSection` is `[channels]` of the configuration, with the keys of every type.
`open_channels` opens what is configured.
"""

import importlib
import pkgutil
from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from types import MappingProxyType
from typing import TYPE_CHECKING, Final

from pydantic import create_model

from services.nudges.deliver.channel import Channel
from services.nudges.deliver.channel_types import ChannelResources, ChannelType, registered_types
from shared.service.settings import Section

for _module in pkgutil.iter_modules(__path__):
    importlib.import_module(f"{__name__}.{_module.name}")

CHANNELS: Final[Mapping[str, ChannelType]] = MappingProxyType(registered_types())

if TYPE_CHECKING:

    class ChannelsSection(Section):
        """`[channels]`. Its keys are known to the types that declare them."""

else:
    ChannelsSection = create_model("ChannelsSection", __base__=tuple(kind.keys for kind in CHANNELS.values()))


@asynccontextmanager
async def open_channels(settings: ChannelsSection, resources: ChannelResources) -> AsyncIterator[Mapping[str, Channel]]:
    """The channels that are configured, by name, for as long as they are used.

    Raises:
        SettingsRefused: one of them cannot be used as it is configured.
    """
    async with AsyncExitStack() as stack:
        opened = [await stack.enter_async_context(kind.open(settings, resources)) for kind in CHANNELS.values()]
        yield {channel.name: channel for channels in opened for channel in channels}
