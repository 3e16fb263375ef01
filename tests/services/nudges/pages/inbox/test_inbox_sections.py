"""What a manager finds in which section of their inbox, and what they can choose: over HTTP, on a real database."""

import gzip
import re
from datetime import timedelta

import httpx
import pytest

from services.nudges.domain.feedback.answers import Answer
from services.nudges.domain.feedback.disputes import DisputeReason
from services.nudges.pages.disputes.dispute_activity import dispute_activity, dispute_id_of
from shared.events import Mention, NudgeKind
from tests.services.nudges.builders.days import MONDAY, NOON, TUESDAY, at
from tests.services.nudges.builders.managed_teams import lead
from tests.services.nudges.builders.nudges import make_nudge
from tests.services.nudges.builders.people import ANA, JON, MARA
from tests.services.nudges.builders.reports import open_report
from tests.services.nudges.builders.rows import Rows
from tests.services.nudges.pages.browser import visible_text
from tests.services.nudges.pages.disputes.explanations import COUNTED, explain_activities
from tests.services.nudges.pages.doors.visits import Visits

INBOX = "/inbox/mara/-"
KILOBYTE = 1024
HINT = make_nudge("hint", kind=NudgeKind.COACHING, rule="drop")
DIGEST = make_nudge("digest", person=MARA, kind=NudgeKind.DIGEST, rule="digest", about=(Mention(id=JON.id),))


@pytest.fixture
async def browser(visits: Visits, rows: Rows) -> httpx.AsyncClient:
    """Mara, signed in. She leads Ana and Jon, and both of them sell."""
    await lead(rows.pool, ANA, newest_day=MONDAY)
    await rows.add_day(open_report())
    return await visits.sign_in("mara")


def _sections(page: httpx.Response) -> dict[str, list[str]]:
    """The cards of each section, by its heading, in order."""
    parts = re.split(r'<h2 id="[a-z-]+" class="part-title"[^>]*>', page.text)[1:]
    return {part.partition("<")[0]: re.findall(r'<li id="(?:nudge|activity)-([^"]+)"', part) for part in parts}


async def test_what_waits_is_on_top_and_what_is_to_come_below(browser: httpx.AsyncClient, rows: Rows) -> None:
    await rows.add_nudge(HINT.model_copy(update={"send_at": NOON - timedelta(hours=1)}))
    await rows.add_nudge(make_nudge())
    await rows.add_nudge(make_nudge("tomorrow", send_at=at(TUESDAY, "09:00")), status="deferred", because="after working hours")
    await dispute_activity(
        rows.pool, explain_activities(COUNTED), dispute_id_of(ANA.id, COUNTED), DisputeReason.NOT_MINE, now=NOON
    )

    page = await browser.get(INBOX)

    assert _sections(page) == {
        "To do": [dispute_id_of(ANA.id, COUNTED), "hint"],
        "Recent": ["plan-done"],
        "Scheduled": ["tomorrow"],
        "Say thank you": [],
    }
    assert re.findall(r'<p class="day">([^<]+)<', page.text) == ["Today", "Tomorrow"]


async def test_of_the_message_of_a_morning_only_what_waits_is_on_top(browser: httpx.AsyncClient, rows: Rows) -> None:
    reminder = make_nudge(
        "due",
        person=MARA,
        kind=NudgeKind.RECOGNITION,
        rule="recognition_due",
        occasion=f"ana:{MONDAY}",
        text="Tell Ana?",
        reason="R.",
    )
    both = (Mention(id=ANA.id), Mention(id=JON.id))
    await rows.add_nudge(DIGEST.model_copy(update={"text": "Digest.\nTell Ana?", "reason": "D.\nR.", "about": both}))
    await rows.add_nudge(reminder, status="bundled", bundled_with=DIGEST.id)

    page = await browser.get(INBOX)

    assert {name: cards for name, cards in _sections(page).items() if cards} == {"To do": ["due"], "Recent": ["digest"]}
    assert page.text.count("Tell Ana?") == 1
    assert '<span class="rep">Ana Ruiz</span> <span class="kind">Recognition due</span>' in page.text
    assert '<span class="rep">You</span> <span class="kind">Digest</span>' in page.text


async def test_an_inbox_without_anything_to_do_says_what_comes_next(browser: httpx.AsyncClient) -> None:
    page = visible_text(await browser.get(INBOX))

    assert "Nothing is waiting for you" in page
    assert "Disputed records, people to thank," in page
    assert "Scheduled" not in page


async def test_a_card_leads_to_the_rep_the_day_and_the_record_in_the_crm(browser: httpx.AsyncClient, rows: Rows) -> None:
    await rows.add_nudge(make_nudge())
    await rows.add_nudge(DIGEST)
    recorded = COUNTED.model_copy(update={"facts": {**COUNTED.facts, "url": "https://crm.example.com/1"}})
    explanation, dispute_id = explain_activities(recorded), dispute_id_of(ANA.id, COUNTED)
    await dispute_activity(rows.pool, explanation, dispute_id, DisputeReason.NOT_MINE, now=NOON)

    page = visible_text(await browser.get(INBOX))

    for link in (
        '<a href="/people/ana">Ana Ruiz</a>',
        f'<a href="/people/ana/day/{MONDAY}">Today in detail',
        '<a href="/people/jon">Jon Bee</a>',
        '<a href="https://crm.example.com/1" rel="noreferrer">open in the CRM</a>',
        f'<a href="/people/ana/day/{MONDAY}">The day in detail',
    ):
        assert link in page, link


async def test_a_visitor_with_a_link_gets_no_links_that_do_not_open_for_them(visits: Visits, rows: Rows) -> None:
    await rows.add_nudge(make_nudge())
    url = visits.links._url(f"/inbox/mara/{visits.links._sign('mara', TUESDAY)}")
    async with visits.browser() as visitor:
        page = await visitor.get(url)

    assert "did your plan" in page.text
    assert "/people/" not in page.text


async def test_a_message_is_marked_as_new_until_it_was_opened(browser: httpx.AsyncClient, rows: Rows) -> None:
    await rows.add_nudge(DIGEST)
    await rows.add_nudge(make_nudge())

    pages = [(await browser.get(INBOX)).text for _ in range(2)]

    assert [page.count('<span class="new">New</span>') for page in pages] == [1, 0]


@pytest.mark.parametrize(
    ("query", "shown", "has_dispute"),
    [
        ("", {"hint", "digest", "plan-done", "waits"}, True),
        ("?rep=ana", {"hint", "plan-done", "waits"}, True),
        ("?rep=jon", {"digest"}, False),
        ("?kind=coaching", {"hint", "waits"}, False),
        ("?kind=dispute", set(), True),
        ("?rep=jon&kind=coaching", set(), False),
        ("?rep=nobody&kind=nothing&from=%00", {"hint", "digest", "plan-done", "waits"}, True),
    ],
)
async def test_a_manager_chooses_a_rep_and_a_kind(
    browser: httpx.AsyncClient, rows: Rows, query: str, shown: set[str], *, has_dispute: bool
) -> None:
    for nudge in (HINT, DIGEST, make_nudge()):
        await rows.add_nudge(nudge)
    await rows.add_nudge(HINT.model_copy(update={"id": "waits", "occasion": "waits"}), status="deferred")
    dispute_id = dispute_id_of(ANA.id, COUNTED)
    await dispute_activity(rows.pool, explain_activities(COUNTED), dispute_id, DisputeReason.NOT_MINE, now=NOON)

    page = await browser.get(f"{INBOX}{query}")

    cards = {card for section in _sections(page).values() for card in section}
    assert cards == shown | ({dispute_id} if has_dispute else set())
    assert (f'value="{"ana" if "ana" in query else "jon"}" selected' in page.text) is ("rep=ana" in query or "rep=jon" in query)
    assert ("Show everything" in page.text) is (bool(query) and "nobody" not in query)


async def test_what_is_older_than_two_weeks_or_too_much_is_on_earlier_pages(browser: httpx.AsyncClient, rows: Rows) -> None:
    day = timedelta(days=1)
    for age in (*range(13), 14, 20, 200):
        await rows.add_nudge(make_nudge(f"n{age}", send_at=NOON - age * day))

    first = await browser.get(INBOX)
    (link,) = re.findall(r'href="(-[^"]*)">Earlier messages<', first.text)
    second = await browser.get(f"/inbox/mara/{link}")

    assert _sections(first)["Recent"] == [f"n{age}" for age in range(13)]
    assert _sections(second) == {"Earlier": ["n14", "n20", "n200"]}
    assert "Earlier messages</a>" not in second.text
    assert 'href="-">Newest messages<' in second.text
    assert first.text.count('<details class="fold">') == 11


async def test_a_full_page_is_small(browser: httpx.AsyncClient, rows: Rows) -> None:
    for number in range(60):
        nudge_id = f"{number:08}-4a5b-4c6d-8e7f-{number * 7919:012}"
        await rows.add_nudge(make_nudge(nudge_id, send_at=NOON - number * timedelta(minutes=1)))
        if number % 2:
            await rows.add_answer(make_nudge(nudge_id).id, MARA.id, Answer.RECOGNISED, now=NOON - timedelta(hours=1))

    page = await browser.get(INBOX)

    assert len(_sections(page)["Recent"]) == 40
    assert len(gzip.compress(page.content)) < 15 * KILOBYTE


async def test_names_are_text_and_buttons_say_what_they_are_about(browser: httpx.AsyncClient, rows: Rows) -> None:
    await rows.add_nudge(make_nudge(text="<b>bold</b>"))

    page = visible_text(await browser.get(INBOX))

    assert "&lt;b&gt;bold&lt;/b&gt;" in page
    for button in (
        ">Thank Ana for today</button>",
        '>Write to Ana…<span class="unseen"> About: Plan done</span></a>',
        '>Already thanked Ana<span class="unseen">: Plan done, Ana Ruiz</span></button>',
        '>Wrong…<span class="unseen"> Plan done, Ana Ruiz</span></summary>',
    ):
        assert button in page, button
    assert '<h3><span class="rep">Ana Ruiz</span> <span class="kind">Plan done</span></h3>' in page
