"""Every page as people see it: `python -m tests.browsers.pictures FOLDER` takes a picture of each, and names what is too wide.

Of the demonstration, which has been played for more than two weeks: it is Wednesday towards the end of the morning in Madrid.
With `--team REPS` of a team of that size with difficult names instead.
"""

import argparse
import asyncio
import sys
import tempfile
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Final

from deploy.demo.play import play
from deploy.demo.settings import configuration, make_secrets, read_secrets
from shared.jetstream.client import disconnect
from shared.languages.catalogue import ENGLISH, LANGUAGES
from tests.browsers.chromium import running_chromium
from tests.browsers.screens import SCREENS, Screen, take
from tests.browsers.teams import play_team, settings
from tests.running_daymark import RunningDaymark, running_daymark

NOW: Final = datetime(2026, 3, 18, 11, 30, tzinfo=UTC)
_WEEKS: Final = 4
_MANAGER, _REP, _OPERATOR, _OUTSIDE = "manager", "rep", "operator", "outside"
_PAGES: Final = {
    "sign-in": (_OUTSIDE, "/sign-in"),
    "today": (_MANAGER, "/today"),
    "rep": (_MANAGER, "/people/{rep}"),
    "day": (_MANAGER, "/people/{rep}/day/{day}"),
    "recognise": (_MANAGER, "/recognise/{manager}/{rep}/-"),
    "inbox": (_MANAGER, "/inbox/{manager}/-"),
    "playbook": (_MANAGER, "/playbook"),
    "playbook-form": (_MANAGER, "/playbook/{team}/edit"),
    "wins": (_MANAGER, "/wins"),
    "effects": (_MANAGER, "/effects"),
    "tokens": (_MANAGER, "/tokens"),
    "own-page": (_REP, "/you/{rep}/-"),
    "preferences": (_REP, "/mail/{rep}/-"),
    "people": (_OPERATOR, "/people"),
    "person": (_OPERATOR, "/roster/entry?person={rep}"),
    "delivery": (_OPERATOR, "/delivery"),
    "sources": (_OPERATOR, "/sources"),
    "source": (_OPERATOR, "/sources/{source}"),
    "setup": (_OPERATOR, "/setup"),
    "setup-team": (_OPERATOR, "/setup/team"),
    "setup-source": (_OPERATOR, "/setup/source"),
    "setup-people": (_OPERATOR, "/setup/people"),
    "setup-playbook": (_OPERATOR, "/setup/playbook"),
    "setup-channels": (_OPERATOR, "/setup/channels"),
}
"""By name: who opens the page, and its path."""


class _LateEnough(Exception):
    """The demonstration has come to the moment of the pictures."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Choice:
    """Which pictures are taken. `reps` is the size of the team; None for the demonstration."""

    pages: Sequence[str]
    screens: Sequence[Screen]
    language: str = ENGLISH
    is_whole: bool = True
    reps: int | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Visit:
    """Where pages are, the links with which each role signs in, and what stands for whom in paths."""

    address: str
    links: Mapping[str, str]
    parts: Mapping[str, str]


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


async def take_pictures(folder: Path, choice: Choice) -> list[str]:
    """Write a picture of each page on each screen. Returns those that are wider than their screen."""
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="daymark-") as scratch:
        data = Path(scratch) / "d"
        data.mkdir()
        Path(scratch).chmod(0o755)
        if choice.reps is not None:
            async with running_daymark(data, settings(data / "secret")) as daymark:
                await play_team(daymark, data, reps=choice.reps)
                parts = {"rep": "rep0", "manager": "mara", "team": "north", "source": "acme", "day": "2026-03-13"}
                return await _visit(daymark, folder, choice, parts, operator="mara", has_rep=choice.reps > 0)
        make_secrets(data / "secrets")
        async with running_daymark(data, configuration(data / "secrets")) as daymark:
            await play_until_now(daymark, data / "secrets")
            parts = {"rep": "ana", "manager": "mara", "team": "harbor", "source": "hubspot", "day": "2026-03-17"}
            return await _visit(daymark, folder, choice, parts, operator="jon", has_rep=True)


async def _visit(
    daymark: RunningDaymark, folder: Path, choice: Choice, parts: Mapping[str, str], *, operator: str, has_rep: bool
) -> list[str]:
    await daymark.command("operator", "add", operator)
    links = {_MANAGER: await daymark.command("inbox", parts["manager"]), _OPERATOR: await daymark.command("inbox", operator)}
    if has_rep:
        links[_REP] = await daymark.command("you", parts["rep"])
    visit = Visit(address=daymark.urls.pages, links={role: link.strip() for role, link in links.items()}, parts=parts)
    return await asyncio.to_thread(partial(_take_all, visit, folder, choice))


def _take_all(visit: Visit, folder: Path, choice: Choice) -> list[str]:
    too_wide = []
    for role in (_OUTSIDE, *visit.links):
        with running_chromium(choice.language) as chromium:
            if role in visit.links:
                chromium.open(visit.links[role])
                chromium.click("main button")
            for name in (name for name in choice.pages if _PAGES[name][0] == role):
                path = _PAGES[name][1].format_map(visit.parts)
                if "{rep}" in _PAGES[name][1] and _REP not in visit.links:
                    continue
                for screen in choice.screens:
                    picture = folder / f"{name}-{screen.name}.png"
                    if not take(chromium, f"{visit.address}{path}", screen, picture, is_whole=choice.is_whole):
                        too_wide.append(picture.name)
    return too_wide


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--page", action="append", choices=sorted(_PAGES), help="only this one")
    parser.add_argument("--screen", action="append", choices=[screen.name for screen in SCREENS], help="only this one")
    parser.add_argument("--window", action="store_true", help="only what fits into the window, not the whole page")
    parser.add_argument("--team", type=int, metavar="REPS", help="of a team of so many reps with difficult names")
    parser.add_argument("--language", choices=LANGUAGES, default=ENGLISH, help="in which the browser asks for pages")
    arguments = parser.parse_args()
    choice = Choice(
        pages=arguments.page or list(_PAGES),
        screens=[screen for screen in SCREENS if not arguments.screen or screen.name in arguments.screen],
        language=arguments.language,
        is_whole=not arguments.window,
        reps=arguments.team,
    )
    too_wide = asyncio.run(take_pictures(arguments.folder, choice))
    sys.stderr.writelines(f"{name}: wider than the screen\n" for name in too_wide)
    return 1 if too_wide else 0


if __name__ == "__main__":
    sys.exit(main())
