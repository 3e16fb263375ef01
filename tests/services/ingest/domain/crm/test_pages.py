"""The pages of senders begin with what works, what needs settings and what does not work; all of it agrees with the code."""

import re
from typing import Any, Final

import pytest
from pydantic import ValidationError

from services.ingest.domain.adapters import ADAPTERS
from services.ingest.settings import SourceSection
from tests.services.ingest.senders import BY_NAME
from tests.services.ingest.senders.docs_pages import DOCS, pages_with_a_source, read_sections, read_source_section
from tests.services.ingest.weeks import WEEKS
from tests.services.ingest.weeks.week import Week

TOP: Final = ["Works out of the box", "Needs settings", "Does not work"]
BELOW: Final = ["In daymark.toml", "What it becomes", "Retries"]
PHRASES: Final = {
    "calls": "call",
    "meetings booked": "booked",
    "meetings held": "held",
    "mails": "mail",
    "tasks": "task",
    "notes": "note",
    "stage moves": "each stage|each status|a stage",
    "proposals": "proposal",
    "wins": "won",
    "losses": "lost",
}
"""What a page says of the rows of a week, as regular expressions."""
EXPECTED_OF_ANY: Final = {"calls": "call", "meetings held": "meeting", "mails": "mail", "wins": "deal"}
"""What people expect of any sender, and how a page names it if it does not work."""
_REQUIRED: Final = re.compile(r"- Required \((\d)\): ([^.;]*)[.;]")
_CODE: Final = re.compile(r"`(\w+)`")

every_page: Final = pytest.mark.parametrize("page", pages_with_a_source())
every_week: Final = pytest.mark.parametrize("week", WEEKS, ids=lambda week: week.sender)


def required_settings(page: str) -> tuple[int, list[str]]:
    """How many settings the page calls required, and which."""
    match = _REQUIRED.match(read_sections(page)["Needs settings"])
    assert match, f"docs/{page}.md: begin `Needs settings` with `- Required (2): ...`"
    return int(match[1]), _CODE.findall(match[2])


def test_every_page_of_a_sender_in_the_readme_shows_a_source() -> None:
    rows = [line for line in (DOCS.parent / "README.md").read_text(encoding="utf-8").splitlines() if line.startswith("| [")]

    assert set(re.findall(r"\(docs/([\w-]+)\.md\)", "".join(rows))) == set(pages_with_a_source())


@every_page
def test_a_page_begins_with_what_works_what_needs_settings_and_what_does_not_work(page: str) -> None:
    title, *after = read_sections(page).items()

    assert title[1].startswith(f"# {title[0]}\n\n")
    names = [name for name, _ in after]
    assert names[:3] == TOP
    assert re.match("At |In daymark.toml", names[3])
    assert [name for name in names[3:] if not name.startswith("At ")] == [name for name in BELOW if name in names]
    assert all(text.strip() for _, text in after)


@every_page
def test_a_source_needs_what_its_page_calls_required_and_no_more(page: str) -> None:
    count, names = required_settings(page)
    shown = read_source_section(page)
    required = {name: shown[name] for name in names}

    assert len(names) == count
    assert SourceSection.model_validate(required).kind == shown["kind"]
    for name in names:
        assert is_refused({other: required[other] for other in names if other != name}), name


def is_refused(settings: dict[str, Any]) -> bool:
    try:
        SourceSection.model_validate(settings)
    except ValidationError:
        return True
    return False


@every_page
def test_every_setting_that_a_page_shows_is_named_at_its_top(page: str) -> None:
    assert read_source_section(page).keys() <= set(_CODE.findall(read_sections(page)["Needs settings"]))


@every_week
def test_the_top_of_a_page_says_of_each_row_of_its_week_that_it_works(week: Week) -> None:
    sections = read_sections(page_of(week))
    works = sections["Works out of the box"] + sections["Needs settings"]
    rows = {name for name in PHRASES if re.search(rf"^\w+ {name} ", week.table, re.MULTILINE)}

    assert rows
    assert [name for name in rows if not re.search(PHRASES[name], works.lower())] == []


@every_week
def test_the_top_of_a_page_says_what_people_expect_and_its_week_lacks(week: Week) -> None:
    lacks = read_sections(page_of(week))["Does not work"].lower()
    missing = [name for name in EXPECTED_OF_ANY if not re.search(rf"^\w+ {name} ", week.table, re.MULTILINE)]

    assert [name for name in missing if EXPECTED_OF_ANY[name] not in lacks] == []


def page_of(week: Week) -> str:
    """The page of the sender itself, or of its kind."""
    return week.sender if (DOCS / f"{week.sender}.md").exists() else ADAPTERS[BY_NAME[week.sender].source.kind].page
