"""What a manager sees of two working weeks, sender by sender, in whatever order the webhooks are processed."""

import random
from datetime import timedelta
from functools import cache
from typing import Final

import pytest

from services.ingest.domain.adapters import ADAPTERS
from tests.services.ingest.senders import BY_NAME
from tests.services.ingest.senders.docs_pages import DOCS
from tests.services.ingest.weeks import WEEKS
from tests.services.ingest.weeks.counted import Delivery, aligned, count, deliver, sender_of, table_of
from tests.services.ingest.weeks.week import Week, at

_TRANSIT: Final = timedelta(seconds=2)
_RETRY: Final = timedelta(minutes=4)
_ORDERS: Final = 20

every_week: Final = pytest.mark.parametrize("week", WEEKS, ids=lambda week: week.sender)


async def _deliveries(week: Week, *, late: timedelta = _TRANSIT) -> list[Delivery]:
    sender = sender_of(week)
    return [await deliver(sender, write(at(when)), received_at=at(when) + late) for when, _, write in week.lines]


@every_week
async def test_a_manager_sees_what_was_done_on_the_day_on_which_it_was_done(week: Week) -> None:
    deliveries = await _deliveries(week)

    assert table_of(count(week, deliveries), week, like=week.table) == aligned(week.table)


@every_week
async def test_a_manager_sees_in_the_evening_what_was_done_until_then(week: Week) -> None:
    deliveries = await _deliveries(week)

    for day, table in week.tables.items():
        arrived = [delivery for delivery in deliveries if delivery.received_at < at(f"{day} 23:59")]
        assert table_of(count(week, arrived), week, like=table) == aligned(table), day


@every_week
async def test_neither_order_nor_repetition_changes_what_is_seen(week: Week) -> None:
    deliveries, retries = await _deliveries(week), await _deliveries(week, late=_RETRY)
    expected = count(week, deliveries)
    orders = [deliveries + retries, deliveries[::-1]]
    for seed in range(_ORDERS):
        orders.append(deliveries + retries)
        random.Random(seed).shuffle(orders[-1])

    assert all(count(week, order) == expected for order in orders)


@every_week
def test_what_a_sender_does_not_report_is_written_on_its_page(week: Week) -> None:
    page = _page_text(ADAPTERS[BY_NAME[week.sender].source.kind].page, week.sender)

    assert [sentence for sentence in week.not_sent if sentence not in page] == []


@cache
def _page_text(*names: str) -> str:
    pages = [DOCS / f"{name}.md" for name in names]
    return " ".join(" ".join(page.read_text(encoding="utf-8").split()) for page in pages if page.exists())


def test_every_kind_of_sender_has_a_week() -> None:
    assert {BY_NAME[week.sender].source.kind for week in WEEKS} == ADAPTERS.keys()
