"""Every page that somebody may open, in Spanish: on the real application, with everybody and everything of the access table."""

import re
from html import unescape
from typing import Final

import asyncpg
import httpx

from services.nudges.preferences.stored_preferences import save_language
from shared.events import PersonId
from tests.services.nudges.builders.days import NOON
from tests.services.nudges.pages.doors.access_table import PEOPLE, ROWS
from tests.services.nudges.pages.doors.access_world import make_world
from tests.services.nudges.pages.doors.visits import visiting
from tests.services.nudges.pages.languages.leftovers import english_in

_CODE: Final = re.compile(r"<(pre|code|textarea)\b.*?</\1>", re.DOTALL)
_TAG: Final = re.compile(r"<[^>]*>")
_READ_ALOUD: Final = re.compile(r"\b(?:aria-label|title|placeholder|alt)=\"([^\"]*)\"")
_DATA: Final = (
    "you did your plan for today: 10 of 10 calls.",
    "duration 5.0 s is not 60 s or more",
    "kind call is not demo",
    "begun within 5 s of an earlier one",
    "10 a day",
    "Calls",
    "Teams",
    "playbook.yaml",
)
"""What the world of the access table has in English: nudges, labels, and what scoring answers; and names."""
_NO_PAGES: Final = ("/api/", "/today/events")
_PAGES: Final = [row for row in ROWS if row.method == "GET" and row.grants and not row.path.startswith(_NO_PAGES)]


async def test_no_page_has_english_on_it(pool: asyncpg.Pool) -> None:
    english, opened = {}, set()
    async with visiting(pool, has_slack=True, stream_s=0) as visits:
        world = await make_world(visits)
        for person in PEOPLE:
            await save_language(pool, PersonId(person), "es", now=NOON)
        for row in _PAGES:
            for way, people in row.grants.items():
                for person in people.split()[-1:]:
                    page = await world.open(row, person, way)
                    if page.headers.get("content-type", "").startswith("text/html"):
                        opened.add(row.path)
                        english[row.title, way.value] = english_in(_text(page), "es")

    assert {title: texts for title, texts in english.items() if texts} == {}
    assert {row.path for row in _PAGES} - opened == {"/playbook/{team}/export"}


def _text(page: httpx.Response) -> str:
    """All of it, also its title, its menu and its foot."""
    assert page.status_code == 200
    text = " ".join(unescape(_TAG.sub(_read_aloud, _CODE.sub(" ", page.text))).split())
    for data in _DATA:
        text = text.replace(data, "")
    return text


def _read_aloud(tag: re.Match[str]) -> str:
    return f" {' '.join(_READ_ALOUD.findall(tag[0]))} "
