"""The addresses for programs, over HTTP on a real database."""

from decimal import Decimal

import httpx
import pytest

from services.nudges.access.api_tokens import add_api_token
from services.nudges.pages.api.documents import ApiError, DayScoreList, RuleEffectList, WinList
from services.nudges.pages.api.people_documents import NudgeDocumentList, PersonDocumentList
from services.nudges.pages.api.team_scores import TeamScoreList
from shared.events import PersonId
from tests.services.nudges.builders.days import MONDAY, NOON, working_days
from tests.services.nudges.builders.nudges import make_nudge
from tests.services.nudges.builders.people import BEN
from tests.services.nudges.builders.reports import open_report, report
from tests.services.nudges.builders.rows import Rows
from tests.services.nudges.experiments.experiment import run_experiment
from tests.services.nudges.pages.doors.visits import Visits

DAYS = "/api/v1/people/ana/days"
CSV = "/api/v1/scores.csv"


@pytest.fixture(autouse=True)
async def _ana_and_ben(rows: Rows) -> None:
    for day in working_days(30):
        await rows.add_day(report(day, score=87.5))
    await rows.add_day(open_report())
    await rows.add_day(report(rep=BEN))


async def _get(visits: Visits, person: str, path: str) -> httpx.Response:
    return await (await visits.sign_in(person)).get(path)


def _days(response: httpx.Response) -> list[tuple[str, str | None, bool]]:
    assert response.headers["cache-control"] == "no-store"
    return [(day["day"], day["score"], day["is_open"]) for day in response.json()["days"]]


async def test_the_days_of_a_rep_are_those_of_four_weeks_or_of_the_period_that_is_asked_for(visits: Visits) -> None:
    of_ana, of_mara = await _get(visits, "ana", DAYS), await _get(visits, "mara", DAYS)
    two = await _get(visits, "mara", f"{DAYS}?from=2026-02-26&until=2026-02-27")

    assert DayScoreList.model_validate_json(of_ana.text) == DayScoreList.model_validate_json(of_mara.text)
    days = _days(of_mara)
    assert (len(days), days[0], days[-1]) == (20, ("2026-03-02", "0", True), ("2026-02-03", "87.5", False))
    assert _days(two) == [("2026-02-27", "87.5", False), ("2026-02-26", "87.5", False)]


async def test_wins_and_effects_are_those_of_the_pages(visits: Visits, rows: Rows) -> None:
    await rows.add_nudge(make_nudge(text="Well done, Ana."))
    wins = WinList.model_validate_json((await _get(visits, "ana", "/api/v1/wins")).text).wins
    await run_experiment(rows, sent_adds=4)
    effects = RuleEffectList.model_validate_json((await _get(visits, "mara", "/api/v1/effects")).text)

    assert [(win.day, win.rep, win.title, win.text) for win in wins] == [(MONDAY, "Ana Ruiz", "Plan done", "Well done, Ana.")]
    (measured,) = [rule for rule in effects.rules if rule.points is not None]
    assert measured.low is not None
    assert measured.high is not None
    assert measured.low < measured.points < measured.high if measured.points is not None else False
    assert (measured.rule, measured.not_known_because, effects.measured_at) == ("plan_done", "", NOON)
    assert all(rule.not_known_because for rule in effects.rules if rule is not measured)


async def test_a_program_reads_with_a_token_what_its_person_may_read(visits: Visits) -> None:
    token = await add_api_token(visits.pool, PersonId("mara"), "Dashboard", now=NOON)

    async def read(path: str, sent: str = token, scheme: str = "Bearer") -> httpx.Response:
        return await visits.browser().get(path, headers={"Authorization": f"{scheme} {sent}"})

    people = PersonDocumentList.model_validate_json((await read("/api/v1/people")).text).people
    assert "ana" in {person.id for person in people}
    assert (await read(DAYS, scheme="bearer")).json() == (await _get(visits, "mara", DAYS)).json()
    scores = TeamScoreList.model_validate_json((await read("/api/v1/scores?from=2026-03-02&until=2026-03-02")).text).scores
    assert [(score.rep, score.score, score.is_open) for score in scores if score.rep == "ana"] == [("ana", Decimal(0), True)]
    assert [(await read(DAYS, *sent)).status_code for sent in (("",), (f"{token}x",), (token, "Basic"))] == [401, 401, 401]
    assert (await read("/today")).status_code == 303


async def test_what_a_rep_was_sent_is_listed_with_what_has_become_of_it(visits: Visits, rows: Rows) -> None:
    await rows.add_nudge(make_nudge("sent", text="Well done, Ana."))
    nudges = NudgeDocumentList.model_validate_json((await _get(visits, "mara", "/api/v1/people/ana/nudges")).text).nudges
    before = await _get(visits, "mara", "/api/v1/people/ana/nudges?until=2026-03-01")

    assert [(nudge.id, nudge.text, nudge.status, nudge.holds) for nudge in nudges] == [
        ("sent", "Well done, Ana.", "sent", True)
    ]
    assert before.json()["nudges"] == []


async def test_the_scores_of_all_reps_whom_somebody_manages_are_a_file(visits: Visits) -> None:
    exported = await _get(visits, "mara", f"{CSV}?from=2026-03-01&until=2026-03-02")

    assert exported.headers["content-type"] == "text/csv; charset=utf-8"
    assert exported.headers["content-disposition"] == 'attachment; filename="scores-2026-03-01-2026-03-02.csv"'
    assert exported.text.splitlines()[1:] == ["ana,Ana Ruiz,north,2026-03-02,working,0.00,yes"]


@pytest.mark.parametrize(
    ("query", "status"),
    [
        ("from=2026-03-03&until=2026-03-02", 400),
        ("from=2025-03-01&until=2026-03-02", 400),
        ("from=2025-03-02&until=2026-03-02", 200),
        ("from=yesterday", 400),
        ("until=0001-01-01", 400),
    ],
)
async def test_a_period_that_cannot_be_meant_is_refused_with_what_to_write(visits: Visits, query: str, status: int) -> None:
    answers = [await _get(visits, "mara", f"{path}?{query}") for path in (DAYS, CSV)]

    assert [answer.status_code for answer in answers] == [status, status]
    assert all("Write `from` and `until`" in answer.text for answer in answers if status != 200)


async def test_every_refusal_is_json_that_says_what_to_do(visits: Visits) -> None:
    unknown, ben = await visits.browser().get(DAYS), await _get(visits, "ben", DAYS)
    mara = await visits.sign_in("mara")
    visits.roster.is_down = True
    later = await mara.get(DAYS)

    assert [response.status_code for response in (unknown, ben, later)] == [401, 404, 503]
    assert later.headers["retry-after"] == "2"
    hints = [ApiError.model_validate_json(response.text).error for response in (unknown, ben, later)]
    assert [hint.split(". ")[-1].split(" ")[0] for hint in hints] == ["Sign", "Check", "Try"]
