"""Screens of several sizes and themes, and pictures of what they show."""

from dataclasses import dataclass
from pathlib import Path
from typing import Final

from tests.browsers.chromium import Chromium


@dataclass(frozen=True, kw_only=True, slots=True)
class Screen:
    """What somebody looks at. Sizes are in CSS pixels."""

    name: str
    width: int
    height: int
    theme: str


DESK: Final = Screen(name="desk", width=1_100, height=800, theme="light")
SCREENS: Final = (
    DESK,
    Screen(name="desk-dark", width=1_100, height=800, theme="dark"),
    Screen(name="phone", width=390, height=844, theme="light"),
    Screen(name="phone-dark", width=390, height=844, theme="dark"),
    Screen(name="small-phone", width=320, height=640, theme="light"),
)


def take(chromium: Chromium, url: str, screen: Screen, path: Path, *, is_whole: bool) -> bool:
    """A picture of the whole page, or of what fits into the window. Returns whether the page is as wide as its screen."""
    theme = [{"name": "prefers-color-scheme", "value": screen.theme}]
    chromium.command("Emulation.setEmulatedMedia", {"features": theme})
    size = {"width": screen.width, "height": screen.height, "deviceScaleFactor": 1, "mobile": False}
    chromium.command("Emulation.setDeviceMetricsOverride", size)
    chromium.open(url)
    width, height = (chromium.run(f"return document.documentElement.scroll{side}") for side in ("Width", "Height"))
    assert isinstance(width, int)
    assert isinstance(height, int)
    if is_whole:
        chromium.command("Emulation.setDeviceMetricsOverride", size | {"height": max(height, screen.height)})
    chromium.take_picture(path)
    return width <= screen.width
