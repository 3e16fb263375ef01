"""Each mail as a phone shows it, by day and by night: `make pictures` writes them into `pictures/`, to be looked at.

Chromium shows a page of its own, in which the mail stands in a frame as wide as a phone. Nothing is loaded from anywhere.
"""

import argparse
import html
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Final

from tests.contract.goldens.files import mail_html
from tests.contract.goldens.samples import samples

WIDTH_PX: Final = 390
_HEIGHT_MIN_PX: Final = 200
_THEMES: Final = {"light": "1", "dark": "0"}
"""The values of Chromium's setting `preferredColorScheme`."""
_PROGRAMS: Final = ("chromium", "chromium-browser", "google-chrome")
_FRAME: Final = """<!DOCTYPE html>
<html><head><meta charset="utf-8"><meta name="color-scheme" content="light dark"></head>
<body style="margin: 0"><iframe width="{width}" height="{height}" style="border: 0" srcdoc="{mail}"
onload="this.height = this.contentDocument.documentElement.scrollHeight; document.title = this.height"></iframe></body></html>
"""


class NoChromium(Exception):
    """Chromium is not installed. Install it (on Debian: `apt-get install chromium`), then try again."""


def find_chromium() -> str | None:
    """The path of the program, if it is installed."""
    return next((path for name in _PROGRAMS if (path := shutil.which(name)) is not None), None)


def take_picture(program: str, mail: str, path: Path, *, theme: str) -> None:
    """Write a picture of a mail, as high as the mail is."""
    with tempfile.TemporaryDirectory() as folder:
        page = Path(folder) / "mail.html"
        page.write_text(_FRAME.format(width=WIDTH_PX, height=_HEIGHT_MIN_PX, mail=html.escape(mail)), encoding="utf-8")
        options = [
            *("--headless", "--no-sandbox", "--disable-gpu", "--hide-scrollbars", f"--user-data-dir={folder}/profile"),
            f"--blink-settings=preferredColorScheme={_THEMES[theme]}",
        ]
        document = _run(program, *options, "--dump-dom", page.as_uri())
        height_px = int(re.findall(r"<title>(\d+)</title>", document)[0])
        _run(program, *options, f"--window-size={WIDTH_PX},{height_px}", f"--screenshot={path}", page.as_uri())


def _run(program: str, *arguments: str) -> str:
    finished = subprocess.run([program, *arguments], check=True, capture_output=True, text=True, timeout=60)
    return finished.stdout


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path, nargs="?", default=Path("pictures"))
    folder: Path = parser.parse_args().folder
    program = find_chromium()
    if program is None:
        raise NoChromium(NoChromium.__doc__)
    folder.mkdir(exist_ok=True)
    for name, nudge in samples().items():
        for theme in _THEMES:
            path = (folder / f"{name}.{theme}.png").resolve()
            take_picture(program, mail_html(nudge), path, theme=theme)
            sys.stdout.write(f"{path}\n")


if __name__ == "__main__":
    main()
