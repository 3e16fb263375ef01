"""Explanations over HTTP."""

import json

import httpx
import pytest
from starlette.applications import Starlette

from services.scoring.explain.explain_api import ExplainApi
from tests.services.scoring.conftest import MONDAY, Scoring, observed

TOKEN = "a-token-for-tests"
PATH = f"/v1/explain/ana/{MONDAY}"


def _client(scoring: Scoring, token: str | None = TOKEN) -> httpx.AsyncClient:
    app = Starlette(routes=[*ExplainApi(scoring.pool, scoring.cache, token=token).routes()])
    return httpx.AsyncClient(transport=httpx.ASGITransport(app=app), base_url="http://scoring")


async def test_a_program_with_the_token_reads_why_a_day_has_its_score(scoring: Scoring) -> None:
    await scoring.record(observed("a1"), observed("a2", duration_s=10))

    async with _client(scoring) as client:
        answer = await client.get(PATH, headers={"Authorization": f"Bearer {TOKEN}"})

    explained = json.loads(answer.content)
    assert (answer.status_code, explained["score"], explained["arithmetic"][:8]) == (200, "30.00", "100 x (6")
    assert [activity["counts_for"] for activity in explained["activities"]] == [["calls"], []]
    assert explained["activities"][1]["fails"]["calls"] == "duration 10.0 s is not 60 s or more"


@pytest.mark.parametrize(
    "header", [{}, {"Authorization": "Bearer wrong"}, {"Authorization": TOKEN}, {"Authorization": "Basic eA=="}]
)
async def test_without_the_token_nothing_is_answered(scoring: Scoring, header: dict[str, str]) -> None:
    async with _client(scoring) as client, _client(scoring, token=None) as closed:
        refused = await client.get(PATH, headers=header)
        off = await closed.get(PATH, headers={"Authorization": "Bearer "})

    assert (refused.status_code, off.status_code) == (401, 401)
    assert "ana" not in refused.text


@pytest.mark.parametrize(
    ("path", "message"), [("/v1/explain/zoe/2026-03-02", "zoe"), ("/v1/explain/ana/yesterday", "not a date")]
)
async def test_an_unknown_rep_or_day_is_not_found(scoring: Scoring, path: str, message: str) -> None:
    async with _client(scoring) as client:
        answer = await client.get(path, headers={"Authorization": f"Bearer {TOKEN}"})

    assert answer.status_code == 404
    assert message in answer.json()["error"]


async def test_while_postgres_is_down_the_program_is_asked_to_try_again(scoring: Scoring) -> None:
    async with _client(scoring) as client:
        await scoring.pool.close()
        answer = await client.get(PATH, headers={"Authorization": f"Bearer {TOKEN}"})

    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "2")
