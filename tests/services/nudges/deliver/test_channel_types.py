"""The registry of channel types, from which settings, metrics and the app derive."""

from pathlib import Path

import certifi
import pytest
from pydantic import ValidationError

from services.nudges.deliver import channels
from services.nudges.deliver.channel_types import ChannelResources, channel_type
from services.nudges.deliver.channels import CHANNELS, ChannelsSection, open_channels
from services.nudges.deliver.channels.inbox import InboxKeys, open_inbox
from shared.clock import SteppedClock
from shared.service.settings import DEFAULT_FILE, read_toml
from tests.services.nudges.deliver.personal.directories import no_directory

RESOURCES = ChannelResources(clock=SteppedClock(), authorities=certifi.where(), find_directory=no_directory)
DEFAULTS = read_toml(DEFAULT_FILE)["channels"]
FOLDER = Path(channels.__file__).parent


def test_every_module_in_the_folder_registers_a_type_of_its_own_name() -> None:
    modules = {path.stem for path in FOLDER.glob("*.py")} - {"__init__"}

    assert set(CHANNELS) == modules


def test_the_section_of_the_configuration_has_the_keys_of_every_type() -> None:
    keys = {key for kind in CHANNELS.values() for key in kind.keys.model_fields}

    assert set(ChannelsSection.model_fields) == keys
    assert set(DEFAULTS) == keys


def test_an_unknown_key_is_refused_by_name() -> None:
    with pytest.raises(ValidationError, match="pager"):
        ChannelsSection.model_validate({**DEFAULTS, "pager": {}})


async def test_only_the_inbox_is_open_by_default() -> None:
    async with open_channels(ChannelsSection.model_validate(DEFAULTS), RESOURCES) as opened:
        assert list(opened) == ["inbox"]


async def test_every_type_opens_what_is_configured(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SECRET", "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")
    settings = ChannelsSection.model_validate(
        {
            **DEFAULTS,
            "inbox": {"enabled": False},
            "file": {"path": str(tmp_path / "nudges.ndjson")},
            "webhook": {**DEFAULTS["webhook"], "url": "https://hooks.example.com", "secrets": ["env:SECRET"]},
        }
    )

    async with open_channels(settings, RESOURCES) as opened:
        assert list(opened) == ["file", "webhook"]


def test_no_two_types_can_share_a_name() -> None:
    with pytest.raises(AssertionError, match="two types of channel are named inbox"):
        channel_type("inbox", keys=InboxKeys)(open_inbox)
