"""What a person chooses on their page: over HTTP, on a real database."""

import re
from dataclasses import dataclass
from datetime import date, time, timedelta

import asyncpg
import httpx
import pytest

from services.nudges.deliver.channels.personal import PersonalChannel
from services.nudges.deliver.personal.mail_stops import has_stopped_mail
from services.nudges.deliver.personal.transport import PersonalMessage, TransportOutcome
from services.nudges.domain.feedback.preferences import MANAGER_GROUPS, NO_PREFERENCE, REP_GROUPS, MessageGroup, Preference
from services.nudges.preferences.stored_preferences import find_preference, save_preference
from tests.services.nudges.builders.days import MONDAY, NOON, TUESDAY
from tests.services.nudges.builders.managed_teams import lead
from tests.services.nudges.builders.nudges import make_nudge
from tests.services.nudges.builders.people import ANA, BEN, JON, MARA
from tests.services.nudges.builders.reports import report
from tests.services.nudges.builders.rows import Rows
from tests.services.nudges.deliver.personal.directories import no_directory
from tests.services.nudges.pages.browser import ANAS_PAGE, LINKS, MARAS_INBOX, browsing, visible_text
from tests.services.nudges.pages.disputes.explanations import Scoring

ANAS_CHOICES = LINKS.mail_url(ANA.id)
MARAS_CHOICES = LINKS.mail_url(MARA.id)
ALL_OF_REPS = ["celebrations", "coaching", "day_plan", "thanks"]
Form = dict[str, str | list[str]]


@dataclass
class _Way:
    """A transport that is configured, and sends nothing here."""

    name: str

    async def send(self, message: PersonalMessage, address: str) -> TransportOutcome:
        raise AssertionError((message, address))


@pytest.fixture(autouse=True)
async def _team(rows: Rows) -> None:
    """Mara leads Ana."""
    await rows.add_day(report())
    await lead(rows.pool, ANA, newest_day=MONDAY)


async def _save(browser: httpx.AsyncClient, page: str = ANAS_CHOICES, **fields: str | list[str]) -> httpx.Response:
    form: Form = {"wanted": ALL_OF_REPS, "first": "", "not_before": "", "not_after": "", "paused_until": ""}
    return await browser.post(f"{page}/save", data=form | fields)


async def test_opening_the_page_changes_nothing(pool: asyncpg.Pool, browser: httpx.AsyncClient) -> None:
    page = await browser.get(ANAS_CHOICES)

    assert page.text.count('type="checkbox"') == page.text.count('name="wanted"') == len(ALL_OF_REPS)
    assert [f'name="wanted" value="{group}" checked>' in page.text for group in ALL_OF_REPS] == [True] * 4
    assert "Whom to thank" not in page.text
    assert "<script" not in page.text
    assert await pool.fetchval("SELECT count(*) FROM preference") == 0


async def test_what_is_chosen_is_stored_and_shown_to_the_person(pool: asyncpg.Pool, browser: httpx.AsyncClient) -> None:
    answer = await _save(
        browser,
        wanted=["celebrations", "thanks"],
        first="slack",
        not_before="10:00",
        not_after="15:30",
        paused_until="2026-03-09",
    )

    assert await find_preference(pool, ANA.id) == Preference(
        first_transport="slack",
        unwanted=frozenset({MessageGroup.COACHING, MessageGroup.DAY_PLAN}),
        not_before=time(10),
        not_after=time(15, 30),
        paused_until=date(2026, 3, 9),
    )
    assert "Saved." in answer.text
    assert 'value="coaching">' in answer.text
    assert 'value="celebrations" checked>' in answer.text
    for value in ("10:00", "15:30", "2026-03-09"):
        assert f'value="{value}"' in answer.text


@pytest.mark.parametrize(
    ("names", "offered"),
    [((), []), (("mail",), []), (("mail", "teams", "webhook"), ["", "mail", "teams", "webhook"])],
)
async def test_the_page_offers_the_ways_that_this_installation_has_if_there_is_a_choice(
    pool: asyncpg.Pool, names: tuple[str, ...], offered: list[str]
) -> None:
    ways = [_Way(name) for name in names]
    channel = PersonalChannel(ways, no_directory, destination=b"", give_up_after=timedelta(hours=1))
    await save_preference(pool, ANA.id, Preference(first_transport="teams"), now=NOON)

    async with browsing(pool, Scoring().explain, channel=channel) as browser:
        page = await browser.get(ANAS_CHOICES)

    assert re.findall(r'name="first" value="([a-z]*)"', page.text) == offered
    assert ('value="teams" checked>' in page.text) == ("teams" in offered)


async def test_an_empty_form_asks_for_nothing_but_what_cannot_be_turned_off(
    pool: asyncpg.Pool, browser: httpx.AsyncClient
) -> None:
    await browser.post(f"{ANAS_CHOICES}/save", data={})

    preference = await find_preference(pool, ANA.id)
    assert preference == Preference(unwanted=frozenset(MessageGroup(group) for group in ALL_OF_REPS))


async def test_saving_again_replaces_every_choice(pool: asyncpg.Pool, browser: httpx.AsyncClient) -> None:
    await _save(browser, wanted=[], first="mail", not_before="10:00", paused_until="2026-03-09")

    await _save(browser)

    assert await find_preference(pool, ANA.id) == NO_PREFERENCE


async def test_a_manager_chooses_among_what_managers_get_and_keeps_other_choices(
    pool: asyncpg.Pool, browser: httpx.AsyncClient
) -> None:
    await save_preference(pool, MARA.id, Preference(unwanted=frozenset({MessageGroup.COACHING})), now=NOON)
    page = await browser.get(MARAS_CHOICES)
    assert "Whom to thank" in page.text
    assert "Celebrations" not in page.text

    await _save(browser, MARAS_CHOICES, wanted=["team_day", "help", "recognition", "disputes"])

    assert (await find_preference(pool, MARA.id)).unwanted == {MessageGroup.ROSTER, MessageGroup.COACHING}


async def test_a_rep_who_also_leads_chooses_among_both(rows: Rows, browser: httpx.AsyncClient) -> None:
    await rows.add_day(report(rep=BEN))
    await lead(rows.pool, BEN, manager=MARA.model_copy(update={"id": ANA.id}), newest_day=MONDAY)

    page = await browser.get(ANAS_CHOICES)

    assert page.text.count('type="checkbox"') == len(REP_GROUPS) + len(MANAGER_GROUPS)


@pytest.mark.parametrize(
    ("fields", "because"),
    [
        ({"not_before": "25:00"}, "Write times as hours and minutes, such as 09:30."),
        ({"not_after": "soon"}, "Write times as hours and minutes, such as 09:30."),
        ({"not_before": "10:00", "not_after": "10:59"}, "Leave at least an hour between the two times."),
        ({"not_before": "15:00", "not_after": "10:00"}, "Leave at least an hour between the two times."),
        ({"paused_until": "next week"}, "Write the date as year, month and day, such as 2026-03-02."),
        ({"paused_until": "2027-03-04"}, "Choose a day within a year."),
    ],
)
async def test_what_cannot_be_meant_is_refused_and_stays_in_the_form(
    pool: asyncpg.Pool, browser: httpx.AsyncClient, fields: dict[str, str], because: str
) -> None:
    answer = await _save(browser, ANAS_CHOICES, **fields)

    assert answer.status_code == 409
    assert f"Nothing was changed. {because}</p>" in visible_text(answer)
    for value in fields.values():
        assert f'value="{value}"' in answer.text
    assert f'action="../{ANAS_CHOICES.rpartition("/")[2]}/save"' in answer.text
    assert await find_preference(pool, ANA.id) == NO_PREFERENCE


@pytest.mark.parametrize(
    ("fields", "preference"),
    [
        ({"not_before": "10:00", "not_after": "11:00"}, Preference(not_before=time(10), not_after=time(11))),
        ({"paused_until": "2027-03-03"}, Preference(paused_until=date(2027, 3, 3))),
        ({"paused_until": "2026-03-03"}, Preference(paused_until=TUESDAY)),
        ({"paused_until": "2026-03-02"}, NO_PREFERENCE),
        ({"paused_until": "2025-03-03"}, NO_PREFERENCE),
        ({"first": "pigeon"}, NO_PREFERENCE),
        ({"not_before": "10:00:30"}, Preference(not_before=time(10))),
    ],
)
async def test_choices_at_their_bounds(
    pool: asyncpg.Pool, browser: httpx.AsyncClient, fields: dict[str, str], preference: Preference
) -> None:
    await _save(browser, ANAS_CHOICES, **fields)

    assert await find_preference(pool, ANA.id) == preference


async def test_nobody_chooses_for_somebody_else_and_nobody_unknown_chooses(
    pool: asyncpg.Pool, browser: httpx.AsyncClient
) -> None:
    assert (await _save(browser, ANAS_CHOICES.replace("/ana/", "/mara/"))).status_code == 404
    assert (await _save(browser, LINKS.mail_url(JON.id))).status_code == 404
    assert (await browser.get(ANAS_CHOICES.replace("/ana/", "/mara/"))).status_code == 404

    assert await pool.fetchval("SELECT count(*) FROM preference") == 0


async def test_stopping_mail_leaves_the_other_choices_alone(pool: asyncpg.Pool, browser: httpx.AsyncClient) -> None:
    await _save(browser, not_before="10:00")

    await browser.post(f"{ANAS_CHOICES}/stop")

    assert await has_stopped_mail(pool, ANA.id)
    assert (await find_preference(pool, ANA.id)).not_before == time(10)
    page = await browser.get(ANAS_CHOICES)
    assert "Mail is off." in page.text
    assert 'value="10:00"' in page.text


async def test_the_page_opens_from_every_page_of_the_person_and_from_their_message(
    rows: Rows, browser: httpx.AsyncClient
) -> None:
    await rows.add_nudge(make_nudge())
    for start, choices in (
        (ANAS_PAGE, ANAS_CHOICES),
        (MARAS_INBOX, MARAS_CHOICES),
        (LINKS.answer_url(make_nudge().id, ANA.id), ANAS_CHOICES),
        (LINKS.answer_url(make_nudge().id, MARA.id), MARAS_CHOICES),
    ):
        page = await browser.get(start)
        (address,) = {part.partition('"')[0] for part in page.text.split('href="') if "/mail/" in part.partition('"')[0]}
        assert str(page.url.join(address)) == choices


async def test_no_page_of_a_manager_shows_what_a_rep_has_chosen(pool: asyncpg.Pool, browser: httpx.AsyncClient) -> None:
    before = (await browser.get(MARAS_INBOX)).text

    await save_preference(pool, ANA.id, Preference(paused_until=NOON.date() + timedelta(days=9)), now=NOON)

    assert (await browser.get(MARAS_INBOX)).text == before


async def test_without_postgres_nothing_is_shown_or_stored(unreachable_pool: asyncpg.Pool) -> None:
    async with browsing(unreachable_pool, Scoring().explain) as browser:
        assert (await browser.get(ANAS_CHOICES)).status_code == 503
        assert (await _save(browser)).status_code == 503
