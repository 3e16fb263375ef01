"""Explanations over HTTP, and the list of whom the roster does not know."""

import json

import httpx
import pytest
from starlette.applications import Starlette

from services.scoring.explain.explain_api import Api
from services.scoring.explain.list_unmatched_users import list_nobodys
from tests.services.scoring.conftest import MONDAY, MONDAY_NOON, ROSTER, Scoring, seen

TOKEN = "a-token-for-tests"
PATH = f"/v1/explain/ana/{MONDAY}"


def _client(scoring: Scoring, token: str | None = TOKEN) -> httpx.AsyncClient:
    app = Starlette(routes=[*Api(scoring.pool, scoring.cache, token=token).routes()])
    return httpx.AsyncClient(transport=httpx.ASGITransport(app=app), base_url="http://scoring")


async def test_who_holds_the_token_reads_why_a_day_has_its_score(scoring: Scoring) -> None:
    await scoring.record(seen("a1"), seen("a2", duration_s=10))

    async with _client(scoring) as client:
        answer = await client.get(PATH, headers={"Authorization": f"Bearer {TOKEN}"})

    said = json.loads(answer.content)
    assert (answer.status_code, said["score"], said["arithmetic"][:8]) == (200, "30.00", "100 x (6")
    assert [activity["counts_for"] for activity in said["activities"]] == [["calls"], []]
    assert said["activities"][1]["fails"]["calls"] == "duration 10.0 s is not 60 s or more"


@pytest.mark.parametrize(
    "header", [{}, {"Authorization": "Bearer wrong"}, {"Authorization": TOKEN}, {"Authorization": "Basic eA=="}]
)
async def test_nobody_else_reads_anything(scoring: Scoring, header: dict[str, str]) -> None:
    async with _client(scoring) as client, _client(scoring, token=None) as closed:
        refused = await client.get(PATH, headers=header)
        off = await closed.get(PATH, headers={"Authorization": "Bearer "})

    assert (refused.status_code, off.status_code) == (401, 401)
    assert "ana" not in refused.text


@pytest.mark.parametrize(("path", "said"), [("/v1/explain/zoe/2026-03-02", "zoe"), ("/v1/explain/ana/yesterday", "no date")])
async def test_what_is_not_there_is_said_to_be(scoring: Scoring, path: str, said: str) -> None:
    async with _client(scoring) as client:
        answer = await client.get(path, headers={"Authorization": f"Bearer {TOKEN}"})

    assert answer.status_code == 404
    assert said in answer.json()["error"]


async def test_activities_of_whom_nobody_knows_are_listed_until_somebody_has_the_identity(scoring: Scoring) -> None:
    await scoring.record(seen("a1", actor="99"), seen("a2", actor="99"), seen("a3", actor="98"), seen("a4", actor=None))
    (first, second) = (await list_nobodys(scoring.pool)).identities

    await scoring.apply(roster=ROSTER.replace('user: "7"}', 'user: "7"}, {source: acme, user: "99"}'))

    assert [(one.user, one.activities, one.newest_at) for one in (first, second)] == [
        ("98", 1, MONDAY_NOON),
        ("99", 2, MONDAY_NOON),
    ]
    assert [one.user for one in (await list_nobodys(scoring.pool)).identities] == ["98"]
    day = await scoring.day("ana")
    assert day is not None
    assert day["counts"] == '{"calls": 2}'
