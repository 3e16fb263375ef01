"""The navigation of whoever is signed in: it lists the pages that open for them, and begins with where they begin."""

import re

import httpx

from services.nudges.domain.roster.access import PersonToday, RosterToday
from shared.events import PersonId
from tests.services.nudges.builders.rosters import roster_today
from tests.services.nudges.pages.doors.visits import Visits

_LINK = re.compile(r'<li><a href="([^"]*)"( aria-current="page")?>([^<]*)</a></li>')


def _pages(page: httpx.Response) -> list[tuple[str, str]]:
    """The label and the address of each page; that of the page itself has a star."""
    navigation = page.text.partition("<nav")[2].partition("</nav>")[0]
    return [(f"{label}*" if current else label, address) for address, current, label in _LINK.findall(navigation)]


async def test_a_rep_begins_with_their_own_page(visits: Visits) -> None:
    browser = await visits.sign_in("ana")

    home = await browser.get("/", follow_redirects=True)
    preferences = await browser.get("/mail/ana/-")

    assert _pages(home) == [
        ("Today*", "/you/ana/-"),
        ("Playbook", "/playbook"),
        ("Wins", "/wins"),
        ("Preferences", "/mail/ana/-"),
    ]
    assert _pages(preferences) == [
        ("Today", "/you/ana/-"),
        ("Playbook", "/playbook"),
        ("Wins", "/wins"),
        ("Preferences*", "/mail/ana/-"),
    ]
    assert '<a class="skip" href="#main">' in home.text
    assert '<main id="main"' in home.text


async def test_a_manager_who_also_sells_has_both_pages(visits: Visits) -> None:
    browser = await visits.sign_in("jon")

    inbox, own = await browser.get("/inbox/jon/-"), await browser.get("/you/jon/-")

    assert _pages(inbox) == [
        ("Today", "/today"),
        ("Inbox*", "/inbox/jon/-"),
        ("Your day", "/you/jon/-"),
        ("Playbook", "/playbook"),
        ("Wins", "/wins"),
        ("Effects", "/effects"),
        ("Preferences", "/mail/jon/-"),
    ]
    assert _pages(own) == [
        ("Today", "/today"),
        ("Inbox", "/inbox/jon/-"),
        ("Your day*", "/you/jon/-"),
        ("Playbook", "/playbook"),
        ("Wins", "/wins"),
        ("Effects", "/effects"),
        ("Preferences", "/mail/jon/-"),
    ]


async def test_an_operator_has_the_pages_of_operators_beside_their_own(visits: Visits) -> None:
    people = visits.roster.today.people
    visits.roster.today = RosterToday(people=people, operators={PersonId("mara"): "Mara", PersonId("olga"): "Olga"})
    mara, olga = await visits.sign_in("mara"), await visits.with_session(PersonId("olga"))

    both, own = await mara.get("/people"), await olga.get("/", follow_redirects=True)

    operators = [("Delivery", "/delivery"), ("People", "/people"), ("Sources", "/sources"), ("Set up", "/setup")]
    assert [label.strip("*") for label, _ in _pages(both)] == [
        *("Today", "Inbox", "Playbook", "Wins", "Effects"),
        *(label for label, _ in operators),
        "Preferences",
    ]
    assert _pages(own) == [("Delivery*", "/delivery"), *operators[1:]]


async def test_somebody_without_a_page_of_their_own_is_offered_none(visits: Visits) -> None:
    visits.roster.today = roster_today(PersonToday(id=PersonId("ana"), name="Ana Ruiz"))
    browser = await visits.sign_in("ana")

    home = await browser.get("/")

    assert "There is no page for you yet" in home.text
    assert _pages(home) == []
