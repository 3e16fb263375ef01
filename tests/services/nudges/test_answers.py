"""What people say of a nudge: over HTTP, on a real database."""

from datetime import timedelta

import httpx
import pytest

from services.nudges.decide.compose import Spoken
from services.nudges.domain.answers import answers_open
from shared.events import DayReport, NudgeKind
from tests.services.nudges.conftest import LINKS, Nudging
from tests.services.nudges.reports import MONDAY, at, report

BASE = "http://pages"
ANA, MARA, JON = LINKS.of_rep("ana"), LINKS.of_manager("mara"), LINKS.of_manager("jon")
DAY = timedelta(days=1)


def _done(**changes: object) -> DayReport:
    return report(score=100, state="open", **changes)  # type: ignore[arg-type]


async def _nudge(nudging: Nudging) -> str:
    """Ana's plan is done, and she was told so."""
    await nudging.take_in(_done())
    return str(await nudging.pool.fetchval("SELECT id FROM nudge"))


async def _kept(nudging: Nudging) -> list[tuple[str, str, str]]:
    rows = await nudging.pool.fetch("SELECT person_id, answer, reason FROM answer ORDER BY person_id")
    return [tuple(row) for row in rows]


async def test_a_message_carries_a_link_at_which_looking_changes_nothing(nudging: Nudging, browser: httpx.AsyncClient) -> None:
    await _nudge(nudging)
    await nudging.deliver()

    page = await browser.get(nudging.channel.bodies[0].url)

    assert page.status_code == 200
    assert "Not useful" in page.text
    assert "Recognised" not in page.text
    assert "form-action 'self'" in page.headers["content-security-policy"]
    assert await _kept(nudging) == []


async def test_the_button_keeps_the_answer_once_and_the_page_shows_it(nudging: Nudging, browser: httpx.AsyncClient) -> None:
    await _nudge(nudging)
    await nudging.deliver()
    url = nudging.channel.bodies[0].url

    first, second = await browser.post(f"{url}/not_useful/-"), await browser.post(f"{url}/not_useful/-")

    assert (first.status_code, second.status_code) == (200, 200)
    assert "not useful" in first.text
    assert await _kept(nudging) == [("ana", "not_useful", "")]
    counted = {"rule": "plan_done", "answer": "not_useful"}
    assert nudging.metrics.registry.get_sample_value("daymark_nudges_answers_total", counted) == 1


async def test_the_last_answer_counts_and_the_first_is_kept(nudging: Nudging, browser: httpx.AsyncClient) -> None:
    nudge = await _nudge(nudging)

    await browser.post(f"{ANA}/answer/{nudge}/not_useful/-")
    await browser.post(f"{ANA}/answer/{nudge}/wrong/missing")

    row = await nudging.pool.fetchrow("SELECT answer, reason, first_answer FROM answer")
    assert row is not None
    assert tuple(row) == ("wrong", "missing", "not_useful")


async def test_what_a_rep_calls_wrong_is_shown_to_their_manager(nudging: Nudging, browser: httpx.AsyncClient) -> None:
    nudge = await _nudge(nudging)

    await browser.post(f"{ANA}/answer/{nudge}/wrong/missing")

    inbox = await browser.get(MARA)
    assert '<span class="why">Ana Ruiz</span> wrong: something is missing in the records' in inbox.text


async def test_a_manager_says_that_they_have_recognised_it_and_the_rep_does_not_see_that(
    nudging: Nudging, browser: httpx.AsyncClient
) -> None:
    nudge = await _nudge(nudging)

    page = await browser.post(f"{MARA}/answer/{nudge}/recognised/-")

    assert '<span class="why">You</span> recognised' in page.text
    assert await _kept(nudging) == [("mara", "recognised", "")]
    assert "recognised" not in (await browser.get(ANA)).text


@pytest.mark.parametrize(
    "path",
    [
        "{ana}/answer/{nudge}/recognised/-",
        "{ana}/answer/{nudge}/coached/-",
        "{mara}/answer/{nudge}/coached/-",
        "{mara}/answer/{nudge}/not_useful/-",
        "{jon}/answer/{nudge}/wrong/other",
        "{ana}/answer/{nudge}/wrong/because",
        "{ana}/answer/{nudge}/splendid/-",
        "{ana}/answer/no-such-nudge/not_useful/-",
        "{ana}x/answer/{nudge}/not_useful/-",
        "http://pages/answer/{nudge}/mara/{token}/wrong/other",
        "http://pages/answer/another/ana/{token}/wrong/other",
    ],
    ids=[
        "a rep does not recognise",
        "a rep does not coach",
        "a celebration is not coaching",
        "only whom it was said to knows whether it was useful",
        "another manager",
        "a reason that is not on the list",
        "an answer that there is not",
        "a nudge that there is not",
        "a link that is not right",
        "a link of somebody else's",
        "a link of another nudge's",
    ],
)
async def test_what_is_not_theirs_to_say_is_not_kept(nudging: Nudging, browser: httpx.AsyncClient, path: str) -> None:
    nudge = await _nudge(nudging)
    token = LINKS.of_answer(nudge, "ana").rpartition("/")[2]

    answer = await browser.post(path.format(ana=ANA, mara=MARA, jon=JON, nudge=nudge, token=token))

    assert answer.status_code == 404
    assert await _kept(nudging) == []


@pytest.mark.parametrize("method", ["GET", "HEAD"])
async def test_an_answer_is_never_given_by_opening_its_address(
    nudging: Nudging, browser: httpx.AsyncClient, method: str
) -> None:
    nudge = await _nudge(nudging)

    answers = [
        await browser.request(method, f"{where}/wrong/other")
        for where in (f"{ANA}/answer/{nudge}", f"{MARA}/answer/{nudge}", LINKS.of_answer(nudge, "ana"))
    ]

    assert {answer.status_code for answer in answers} == {405}
    assert await _kept(nudging) == []


async def test_what_waits_or_was_dropped_cannot_be_answered(nudging: Nudging, browser: httpx.AsyncClient) -> None:
    nudging.now = at(MONDAY, "20:00")
    nudge = await _nudge(nudging)

    assert (await browser.post(f"{ANA}/answer/{nudge}/not_useful/-")).status_code == 404


@pytest.mark.parametrize(
    ("by", "answer", "days", "is_quiet"),
    [
        (ANA, "not_useful/-", 29, True),
        (ANA, "not_useful/-", 30, False),
        (ANA, "wrong/not_so", 13, True),
        (ANA, "wrong/not_so", 14, False),
        (MARA, "wrong/not_so", 13, True),
        (MARA, "recognised/-", 1, False),
    ],
)
async def test_after_an_objection_the_rule_is_quiet_for_a_while(
    nudging: Nudging, browser: httpx.AsyncClient, by: str, answer: str, days: int, is_quiet: bool
) -> None:
    nudge = await _nudge(nudging)
    await browser.post(f"{by}/answer/{nudge}/{answer}")
    nudging.now = at(MONDAY + days * DAY, "12:00")

    spoken = await nudging.take_in(_done(day=MONDAY + days * DAY))

    assert spoken == [Spoken(rule="plan_done", status="dropped" if is_quiet else "sent")]


def test_every_kind_of_nudge_says_who_may_answer() -> None:
    open_to = {
        kind.value: (
            [one.value for one in answers_open(kind, is_said_to_them=True)],
            [one.value for one in answers_open(kind, is_said_to_them=False)],
        )
        for kind in NudgeKind
    }

    own = ["not_useful", "wrong"]
    assert open_to == {
        "celebration": (own, ["recognised", "wrong"]),
        "coaching": (own, ["coached", "wrong"]),
        "recognition": (["recognised", *own], []),
        "digest": (["coached", *own], []),
        "announcement": ([], []),
        "correction": ([], []),
    }
