"""The list of nudges, page by page, on a real database."""

from datetime import timedelta

import pytest

from services.nudges.requests.list_nudges import NotACursor, list_nudges
from shared.requests.nudges import NudgeQuery
from tests.services.nudges.builders.days import NOON
from tests.services.nudges.builders.nudges import make_nudge
from tests.services.nudges.builders.people import ANA, BEN
from tests.services.nudges.builders.rows import Rows


@pytest.mark.parametrize(("limit", "pages"), [(2, [["n0", "n1"], ["n2"]]), (3, [["n0", "n1", "n2"], []])])
async def test_nudges_are_listed_page_by_page_in_the_order_of_decision(rows: Rows, limit: int, pages: list[list[str]]) -> None:
    for number in range(3):
        await rows.add_nudge(make_nudge(f"n{number}", send_at=NOON - number * timedelta(hours=1)))
    await rows.pool.execute("UPDATE nudge SET text = text WHERE id = 'n0'")  # stores the row behind the others
    await rows.ignore_indexes()

    first = await list_nudges(rows.pool, NudgeQuery(limit=limit))
    second = await list_nudges(rows.pool, NudgeQuery(limit=limit, after=first.next_after))

    assert [[row.id for row in page.rows] for page in (first, second)] == pages
    assert second.next_after is None


@pytest.mark.parametrize("after", ["n1", "-1", "1.5", "\uff19", "9" * 19])
async def test_a_page_after_something_else_is_refused(rows: Rows, after: str) -> None:
    with pytest.raises(NotACursor, match="must be the `next_after` of a page"):
        await list_nudges(rows.pool, NudgeQuery(after=after))


async def test_the_last_page_has_no_successor(rows: Rows) -> None:
    await rows.add_nudge(make_nudge())

    page = await list_nudges(rows.pool, NudgeQuery(limit=2))

    assert page.next_after is None
    assert (await list_nudges(rows.pool, NudgeQuery(limit=0))).next_after is None


async def test_the_nudges_of_one_person_are_listed_alone(rows: Rows) -> None:
    for name, person in (("n1", ANA), ("n2", BEN)):
        await rows.add_nudge(make_nudge(name, person=person))

    assert [row.id for row in (await list_nudges(rows.pool, NudgeQuery(person=BEN.id))).rows] == ["n2"]


async def test_a_nudge_is_listed_with_what_became_of_it(rows: Rows) -> None:
    await rows.add_nudge(make_nudge("n1"), propensity=0.9, retracted_because="late data")
    await rows.add_nudge(make_nudge("n2"), status="suppressed", because="on leave", is_scheduled=False)
    await rows.add_delivery(make_nudge("n1").id, "webhook", state="failed", attempts=2, last_error="gone")
    await rows.add_delivery(make_nudge("n1").id, "inbox", state="delivered", attempts=1)
    await rows.add_delivery(make_nudge("n1").id, "chat", state="delivered", attempts=1)

    sent, suppressed = (await list_nudges(rows.pool, NudgeQuery())).rows

    assert (sent.status, sent.propensity, sent.send_at, sent.retracted) == ("sent", 0.9, NOON, "late data")
    assert sent.delivered == ("chat", "inbox")
    assert [(row.channel, row.state, row.attempts, row.last_error) for row in sent.deliveries] == [
        ("chat", "delivered", 1, ""),
        ("inbox", "delivered", 1, ""),
        ("webhook", "failed", 2, "gone"),
    ]
    assert sent.deliveries[0].delivered_at == NOON
    assert sent.deliveries[2].delivered_at is None
    assert (suppressed.status, suppressed.because, suppressed.send_at) == ("suppressed", "on leave", None)
    assert (suppressed.delivered, suppressed.deliveries) == ((), ())
