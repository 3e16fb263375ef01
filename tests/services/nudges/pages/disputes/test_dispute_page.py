"""A rep disputes single activities, and a manager resolves the disputes: over HTTP, on a real database."""

from datetime import timedelta

import asyncpg
import httpx
import pytest

from services.nudges.domain.feedback.disputes import DisputeId, DisputeReason
from services.nudges.metrics import NudgesMetrics
from services.nudges.pages.disputes.list_disputes import list_disputes
from services.nudges.requests.erase_person import erase_person
from shared.requests.nudges import DisputeQuery
from tests.services.nudges.builders.days import MONDAY, NOON
from tests.services.nudges.builders.people import ANA, BEN, JON, MARA
from tests.services.nudges.builders.reports import report
from tests.services.nudges.builders.rows import Rows
from tests.services.nudges.pages.browser import ANAS_PAGE, JONS_INBOX, MARAS_INBOX, browsing, visible_text
from tests.services.nudges.pages.disputes.disputing import (
    COUNTED_ID,
    DAY_PAGE,
    SHORT_ID,
    activity_path,
    add_ana_and_ben,
    resolution_path,
    stored_disputes,
)
from tests.services.nudges.pages.disputes.explanations import COUNTED, SHORT, Scoring

KEY = b"a key of the installation"
TUESDAY = MONDAY + timedelta(days=1)


@pytest.fixture(autouse=True)
async def _ana_and_ben(rows: Rows) -> None:
    await add_ana_and_ben(rows)


async def test_a_day_opens_from_the_reps_page_and_shows_what_counted_and_what_did_not(
    pool: asyncpg.Pool, browser: httpx.AsyncClient
) -> None:
    own = await browser.get(ANAS_PAGE)
    address = f"{ANAS_PAGE.rpartition('/')[2]}/day/{MONDAY}"
    assert (
        f'href="{address}">Monday 2 March</a> <span class="time">Score <span class="score" title="60.00">60</span>'
        in visible_text(own)
    )

    page = await browser.get(DAY_PAGE)

    text = visible_text(page)
    assert page.status_code == 200
    for shown in (
        "Monday 2 March 2026",
        'Score <span class="score" title="50.00">50</span>',
        "<td>1 of 2</td>",
        "100 x (1 x min(1/2, 1.5)) / (1) = 50.00",
        '<span class="kind">Calls</span>',
        "10:08",
        "1 min 49 s",
        "acme, c/1",
        "Calls: duration 5.0 s is not 60 s or more",
        "begun within 5 s of an earlier one",
        "Connected, 20000.00 EUR",
        "acme, 7, c2",
        "Disputing a record doesn't change your score by itself.",
    ):
        assert shown in text, shown
    assert text.index("acme, 7, c2") < text.index("acme, c/1")
    for hidden in ("hush", "kind call is not demo", "Demos"):
        assert hidden not in text, hidden
    assert text.count("Something's wrong") == 2
    assert await stored_disputes(pool) == []


async def test_an_activity_that_no_behaviour_asks_for_says_so(browser: httpx.AsyncClient, scoring: Scoring) -> None:
    scoring.activities = (SHORT.model_copy(update={"kind": "email", "fails": {"demos": "kind email is not demo"}}),)

    assert "No behaviour counts this kind of activity" in visible_text(await browser.get(DAY_PAGE))


@pytest.mark.parametrize(
    ("url", "is_linked"),
    [
        ("https://crm.example/calls/1", True),
        ("http://crm.example/", True),
        ("javascript:alert(1)", False),
        ("//crm", False),
    ],
)
async def test_the_record_opens_in_the_crm_if_its_address_is_one_of_the_web(
    browser: httpx.AsyncClient, scoring: Scoring, url: str, *, is_linked: bool
) -> None:
    scoring.activities = (COUNTED.model_copy(update={"facts": {**COUNTED.facts, "url": url}}),)

    page = await browser.get(DAY_PAGE)

    assert (f'<a href="{url}" rel="noreferrer">open in the CRM</a>' in page.text) is is_linked
    assert ("in the CRM</a>" in page.text) is is_linked


async def test_pressing_twice_disputes_once_and_shows_it_to_the_rep_and_the_manager(
    pool: asyncpg.Pool, browser: httpx.AsyncClient, metrics: NudgesMetrics
) -> None:
    pressed = [await browser.post(activity_path(COUNTED_ID, "not_mine")) for _ in range(2)]

    assert await stored_disputes(pool) == [("ana", "c/1", "not_mine", "")]
    counted = metrics.registry.get_sample_value("daymark_nudges_contests_total", {"reason": "not_mine"})
    assert counted == 1
    assert [page.url for page in pressed] == [f"{DAY_PAGE}#activity-{COUNTED_ID}"] * 2
    day = visible_text(pressed[1])
    assert "You:</span> it was somebody else's work (Monday 2 March)" in day
    assert ">Withdraw<span" in day
    assert "1 disputed" in visible_text(await browser.get(ANAS_PAGE))

    inbox = visible_text(await browser.get(MARAS_INBOX))
    assert "Your team says that these records in the CRM are wrong." in inbox
    assert "Ana Ruiz: call" in inbox
    assert "Monday 2 March at 10:08" in inbox
    assert "Ana Ruiz:</span> it was somebody else's work (Monday 2 March)" in inbox
    assert "1 min 49 s" in inbox
    assert "acme, c/1" in inbox
    assert "Ana Ruiz" not in (await browser.get(JONS_INBOX)).text


async def test_the_last_reason_counts(pool: asyncpg.Pool, browser: httpx.AsyncClient) -> None:
    for reason in DisputeReason:
        await browser.post(activity_path(COUNTED_ID, reason.value))

    assert await stored_disputes(pool) == [("ana", "c/1", "details", "")]


async def test_a_dispute_can_be_withdrawn_until_it_is_resolved(pool: asyncpg.Pool, browser: httpx.AsyncClient) -> None:
    await browser.post(activity_path(COUNTED_ID, "time"))
    page = [await browser.post(activity_path(COUNTED_ID, "withdraw")) for _ in range(2)][1]
    assert await stored_disputes(pool) == []
    assert visible_text(page).count("Something's wrong") == 2

    await browser.post(activity_path(COUNTED_ID, "time"))
    await browser.post(resolution_path(COUNTED_ID, "stands"))
    await browser.post(activity_path(COUNTED_ID, "withdraw"))

    assert await stored_disputes(pool) == [("ana", "c/1", "time", "stands")]


async def test_a_manager_resolves_it_and_the_rep_sees_who_wrote_what(pool: asyncpg.Pool, browser: httpx.AsyncClient) -> None:
    await browser.post(activity_path(COUNTED_ID, "not_mine"))

    inbox = [await browser.post(resolution_path(COUNTED_ID, "stands")) for _ in range(2)][1]

    assert inbox.url == f"{MARAS_INBOX}#activity-{COUNTED_ID}"
    assert "Mara Lind:</span> the record is right" in inbox.text
    assert "Noted. Ana Ruiz will be told." in inbox.text
    assert f"/dispute/{COUNTED_ID}/undo" in inbox.text
    assert f"/dispute/{COUNTED_ID}/stands" not in inbox.text
    assert "Mara Lind:</span> the record is right" in (await browser.get(DAY_PAGE)).text

    await browser.post(resolution_path(COUNTED_ID, "put_right"))
    assert "Mara Lind:</span> corrected in the CRM" in (await browser.get(DAY_PAGE)).text

    await browser.post(activity_path(COUNTED_ID, "not_mine"))
    assert await stored_disputes(pool) == [("ana", "c/1", "not_mine", "")]


async def test_a_button_of_a_page_with_the_former_address_still_works(pool: asyncpg.Pool, browser: httpx.AsyncClient) -> None:
    await browser.post(activity_path(COUNTED_ID, "not_mine"))

    inbox = await browser.post(f"{MARAS_INBOX}/contest/{COUNTED_ID}/stands")

    assert inbox.url == f"{MARAS_INBOX}#activity-{COUNTED_ID}"
    assert await stored_disputes(pool) == [("ana", "c/1", "not_mine", "stands")]


async def test_a_manager_is_asked_to_answer_only_while_a_dispute_is_open_or_the_answer_can_be_undone(
    pool: asyncpg.Pool, browser: httpx.AsyncClient
) -> None:
    for dispute_id in (COUNTED_ID, SHORT_ID):
        await browser.post(activity_path(dispute_id, "time"))
        await browser.post(resolution_path(dispute_id, "stands"))

    pages = []
    for seconds in (9, 10):
        await pool.execute("UPDATE dispute SET resolved_at = $1", NOON - timedelta(seconds=seconds))
        pages.append((await browser.get(MARAS_INBOX)).text)

    assert ["Please fix a record" in " ".join(page.split()) for page in pages] == [True, False]
    assert ["Nothing is waiting for you" in page for page in pages] == [False, True]
    assert ["Disputes that were answered (2)" in page for page in pages] == [False, True]


async def test_a_resolved_dispute_leaves_the_inbox_after_two_weeks_and_an_open_one_stays(
    pool: asyncpg.Pool, browser: httpx.AsyncClient, scoring: Scoring
) -> None:
    for dispute_id in (COUNTED_ID, SHORT_ID):
        await browser.post(activity_path(dispute_id, "time"))
    await browser.post(resolution_path(COUNTED_ID, "stands"))

    shown = []
    for age in (timedelta(days=14), timedelta(days=14, seconds=1)):
        async with browsing(pool, scoring.explain, now=NOON + age) as later:
            inbox = (await later.get(MARAS_INBOX)).text
        shown.append(("acme, c/1" in inbox, "acme, 7, c2" in inbox))

    assert shown == [(True, True), (False, True)]


async def test_whoever_leads_the_rep_now_sees_the_dispute_and_nobody_else_can_resolve_it(
    rows: Rows, browser: httpx.AsyncClient
) -> None:
    await browser.post(activity_path(COUNTED_ID, "not_mine"))
    assert (await browser.post(resolution_path(COUNTED_ID, "stands", inbox=JONS_INBOX))).status_code == 404
    assert (await browser.post(resolution_path(COUNTED_ID, "stands", inbox=f"{MARAS_INBOX}x"))).status_code == 404
    assert await stored_disputes(rows.pool) == [("ana", "c/1", "not_mine", "")]

    await rows.add_day(report(TUESDAY, managers=(JON,)))

    assert "acme, c/1" in (await browser.get(JONS_INBOX)).text
    assert "acme, c/1" not in (await browser.get(MARAS_INBOX)).text
    await browser.post(resolution_path(COUNTED_ID, "stands"))
    assert await stored_disputes(rows.pool) == [("ana", "c/1", "not_mine", "")]


async def test_a_disputed_activity_that_is_no_longer_on_the_day_is_still_shown(
    browser: httpx.AsyncClient, scoring: Scoring
) -> None:
    await browser.post(activity_path(COUNTED_ID, "not_done"))
    scoring.activities = (SHORT,)

    page = visible_text(await browser.get(DAY_PAGE))

    assert "No longer on this day" in page
    assert "it didn't happen" in page
    assert (await browser.post(activity_path(COUNTED_ID, "time"))).status_code == 404


async def test_an_erased_manager_leaves_a_resolution_without_a_name_and_an_erased_rep_no_dispute(
    rows: Rows, browser: httpx.AsyncClient
) -> None:
    await rows.add_day(report(TUESDAY))
    await browser.post(activity_path(COUNTED_ID, "time"))
    await browser.post(resolution_path(COUNTED_ID, "stands"))

    await erase_person(rows.pool, None, MARA.id, erasure_key=KEY, now=NOON)
    (row,) = (await list_disputes(rows.pool, DisputeQuery(rep=ANA.id, day=MONDAY))).rows
    assert (row.activity_id, row.reason, row.resolution, row.resolved_by) == ("c/1", "time", "stands", "")
    assert "A manager:</span> the record is right" in (await browser.get(DAY_PAGE)).text

    await erase_person(rows.pool, None, ANA.id, erasure_key=KEY, now=NOON)
    assert await stored_disputes(rows.pool) == []
    assert (await browser.post(activity_path(COUNTED_ID, "time"))).status_code == 404
    assert await stored_disputes(rows.pool) == []


async def test_the_command_that_lists_disputes_names_the_manager_by_id(pool: asyncpg.Pool, browser: httpx.AsyncClient) -> None:
    for dispute_id in (SHORT_ID, COUNTED_ID):
        await browser.post(activity_path(dispute_id, "time"))
    await browser.post(resolution_path(COUNTED_ID, "put_right"))

    rows = (await list_disputes(pool, DisputeQuery(rep=ANA.id, day=MONDAY))).rows

    by_activity = {row.activity_id: (row.resolution, row.resolved_by) for row in rows}
    assert by_activity == {SHORT.activity_id: ("", ""), COUNTED.activity_id: ("put_right", "mara")}


async def test_a_manager_resolves_no_dispute_of_somebody_elses_rep(rows: Rows, browser: httpx.AsyncClient) -> None:
    await browser.post(activity_path(COUNTED_ID, "not_mine"))
    await rows.add_day(report(rep=BEN, managers=(JON,)))
    await rows.pool.execute(
        "INSERT INTO dispute (id, rep_id, day, source, account, activity_id, reason, recorded, disputed_at)"
        " SELECT 'bens', 'ben', day, source, account, activity_id, reason, recorded, disputed_at FROM dispute"
    )

    refused = await browser.post(resolution_path(DisputeId("bens"), "stands"))
    missing = await browser.post(resolution_path(DisputeId("nothing"), "stands"))

    assert (refused.status_code, missing.status_code) == (404, 404)
    assert {resolution for *_, resolution in await stored_disputes(rows.pool)} == {""}
