"""From an answer to the rule: after an objection the rule is silent for a while, on a real database."""

from datetime import timedelta

import httpx
import pytest

from tests.services.nudges.builders.days import MONDAY, at
from tests.services.nudges.builders.reports import report
from tests.services.nudges.conftest import Nudging
from tests.services.nudges.pages.browser import ANAS_PAGE, MARAS_INBOX

DAY = timedelta(days=1)


@pytest.mark.parametrize(
    ("page", "answer", "days", "is_silent"),
    [
        (ANAS_PAGE, "not_useful/-", 29, True),
        (ANAS_PAGE, "not_useful/-", 30, False),
        (ANAS_PAGE, "wrong/not_so", 13, True),
        (ANAS_PAGE, "wrong/not_so", 14, False),
        (MARAS_INBOX, "wrong/not_so", 13, True),
        (MARAS_INBOX, "recognised/-", 1, False),
    ],
)
async def test_after_an_objection_the_rule_is_silent_for_a_while(
    nudging: Nudging, browser: httpx.AsyncClient, page: str, answer: str, days: int, is_silent: bool
) -> None:
    await nudging.take_in(report(score=100, state="open"))
    nudge_id = await nudging.pool.fetchval("SELECT id FROM nudge")
    await browser.post(f"{page}/answer/{nudge_id}/{answer}")
    nudging.now = at(MONDAY + days * DAY, "12:00")

    (decided,) = await nudging.take_in(report(MONDAY + days * DAY, score=100, state="open"))

    assert (decided.rule, decided.status) == ("plan_done", "suppressed" if is_silent else "sent")
