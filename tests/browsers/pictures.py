"""The pages of the demonstration as people see them: `python -m tests.browsers.pictures FOLDER` writes a picture of each.

The team has been played for more than two weeks; it is Wednesday towards the end of the morning in Madrid.
"""

import argparse
import asyncio
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Final

from deploy.demo.play import play
from deploy.demo.settings import configuration, make_secrets, read_secrets
from shared.jetstream.client import disconnect
from tests.browsers.chromium import Chromium, running_chromium
from tests.running_daymark import RunningDaymark, running_daymark

NOW: Final = datetime(2026, 3, 18, 11, 30, tzinfo=UTC)
_WEEKS: Final = 4


class _LateEnough(Exception):
    """The demonstration has come to the moment of the pictures."""


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
)
_PAGES: Final = {
    "today": ("mara", "/today"),
    "rep": ("mara", "/people/ana"),
    "inbox": ("mara", "/inbox/mara/-"),
    "playbook": ("mara", "/playbook"),
    "playbook-form": ("mara", "/playbook/harbor/edit"),
    "wins": ("mara", "/wins"),
    "effects": ("mara", "/effects"),
    "own-page": ("ana", "/you/ana/-"),
    "people": ("jon", "/people"),
    "delivery": ("jon", "/delivery"),
}
"""By name: who opens the page, and its path."""


async def play_until_now(daymark: RunningDaymark, secrets: Path) -> None:
    """Play the demonstration up to the moment of the pictures."""
    connection = await daymark.connect()

    def stop_in_time(_: int, __: int, instant: datetime) -> None:
        if instant >= NOW:
            raise _LateEnough

    with suppress(_LateEnough):
        await play(
            connection,
            ingest_url=daymark.urls.ingest,
            secrets=read_secrets(secrets),
            seed=1,
            weeks=_WEEKS,
            on_progress=stop_in_time,
        )
    await disconnect(connection)
    await daymark.settle()


async def take_pictures(folder: Path, *, pages: Sequence[str], screens: Sequence[Screen], is_whole: bool) -> None:
    """Write a picture of each page on each screen: of the whole page, or of what fits into the window."""
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="daymark-") as scratch:
        data = Path(scratch) / "d"
        data.mkdir()
        make_secrets(data / "secrets")
        async with running_daymark(data, configuration(data / "secrets")) as daymark:
            await play_until_now(daymark, data / "secrets")
            await daymark.command("operator", "add", "jon")
            links = {
                "jon": (await daymark.command("inbox", "jon")).strip(),
                "mara": (await daymark.command("inbox", "mara")).strip(),
                "ana": (await daymark.command("you", "ana")).strip(),
            }
            await asyncio.to_thread(partial(_visit, daymark.urls.pages, links, folder, pages, screens, is_whole=is_whole))


def _visit(
    address: str, links: dict[str, str], folder: Path, pages: Sequence[str], screens: Sequence[Screen], *, is_whole: bool
) -> None:
    for person, link in links.items():
        with running_chromium() as chromium:
            chromium.open(link)
            chromium.click("main button")
            for name, (reader, path) in _PAGES.items():
                if reader == person and name in pages:
                    for screen in screens:
                        _take(chromium, f"{address}{path}", screen, folder / f"{name}-{screen.name}.png", is_whole=is_whole)


def _take(chromium: Chromium, url: str, screen: Screen, path: Path, *, is_whole: bool) -> None:
    theme = [{"name": "prefers-color-scheme", "value": screen.theme}]
    chromium.command("Emulation.setEmulatedMedia", {"features": theme})
    size = {"width": screen.width, "height": screen.height, "deviceScaleFactor": 1, "mobile": False}
    chromium.command("Emulation.setDeviceMetricsOverride", size)
    chromium.open(url)
    if is_whole:
        height = chromium.run("return document.documentElement.scrollHeight")
        assert isinstance(height, int)
        chromium.command("Emulation.setDeviceMetricsOverride", size | {"height": max(height, screen.height)})
    chromium.take_picture(path)


def _screens(names: Sequence[str]) -> Iterator[Screen]:
    yield from (screen for screen in SCREENS if not names or screen.name in names)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--page", action="append", choices=sorted(_PAGES), help="only this one")
    parser.add_argument("--screen", action="append", choices=[screen.name for screen in SCREENS], help="only this one")
    parser.add_argument("--window", action="store_true", help="only what fits into the window, not the whole page")
    arguments = parser.parse_args()
    pages, screens = arguments.page or list(_PAGES), list(_screens(arguments.screen or []))
    is_whole = not arguments.window
    asyncio.run(take_pictures(arguments.folder, pages=pages, screens=screens, is_whole=is_whole))


if __name__ == "__main__":
    main()
