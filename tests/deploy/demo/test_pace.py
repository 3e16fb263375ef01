"""How the demonstration goes on: by itself, through the night, and when somebody asks."""

import asyncio
from datetime import UTC, datetime, timedelta

import pytest

from deploy.demo.pace import Pace, answer_next_hour, is_daytime
from shared.jetstream.client import LeanClient
from shared.requests.client import NO_QUERY, ask
from shared.requests.demonstration.next_hour import NEXT_HOUR

WEDNESDAY = datetime(2026, 3, 18, 10, 30, tzinfo=UTC)
HALF_HOUR = timedelta(minutes=30)
FOR_EVER_S = 3_600.0


class Stops:
    """The times at which the demonstration has stopped."""

    def __init__(self) -> None:
        self.reached: list[datetime] = []
        self.has_stopped = asyncio.Event()

    async def note(self, reached: datetime) -> None:
        self.reached.append(reached)
        self.has_stopped.set()


async def _play(pace: Pace, *, until: datetime) -> None:
    instant = WEDNESDAY - timedelta(hours=2)
    while instant <= until:
        await pace.before_step(instant)
        instant += HALF_HOUR
    await pace.end()


async def test_it_stops_at_the_opening_and_then_after_each_hour_of_the_day() -> None:
    stops = Stops()
    pace = Pace(opens_at=WEDNESDAY, first_pause_s=0, pause_s=0, on_stop=stops.note)

    await _play(pace, until=WEDNESDAY + timedelta(days=1, hours=1))

    hours = [f"{reached:%d %H:%M}" for reached in stops.reached]
    assert hours == [*(f"18 {hour:02}:30" for hour in range(10, 20)), *(f"19 {hour:02}:30" for hour in range(6, 11))]


async def test_whoever_asks_waits_for_the_next_stop_and_for_no_pause() -> None:
    stops = Stops()
    pace = Pace(opens_at=WEDNESDAY, first_pause_s=FOR_EVER_S, pause_s=FOR_EVER_S, on_stop=stops.note)
    playing = asyncio.create_task(_play(pace, until=WEDNESDAY + timedelta(hours=1, minutes=30)))
    await stops.has_stopped.wait()

    reached = [await pace.next_hour() for _ in range(3)]
    await playing

    assert reached[0] == WEDNESDAY + timedelta(hours=1)
    assert stops.reached == [WEDNESDAY, WEDNESDAY + timedelta(hours=1)]
    assert reached[1] == reached[2] == WEDNESDAY + timedelta(hours=2)


@pytest.mark.parametrize(
    ("instant", "is_day"),
    [
        (datetime(2026, 3, 18, 5, 59, tzinfo=UTC), False),
        (datetime(2026, 3, 18, 6, 0, tzinfo=UTC), True),
        (datetime(2026, 3, 18, 19, 59, tzinfo=UTC), True),
        (datetime(2026, 3, 18, 20, 0, tzinfo=UTC), False),
        (datetime(2026, 3, 20, 12, 0, tzinfo=UTC), True),
        (datetime(2026, 3, 21, 12, 0, tzinfo=UTC), False),
    ],
)
def test_nights_and_weekends_pass_at_once(instant: datetime, *, is_day: bool) -> None:
    assert is_daytime(instant) is is_day


async def test_a_request_plays_the_next_hour(nats: LeanClient) -> None:
    stops = Stops()
    pace = Pace(opens_at=WEDNESDAY, first_pause_s=FOR_EVER_S, pause_s=FOR_EVER_S, on_stop=stops.note)
    await answer_next_hour(nats, pace)
    playing = asyncio.create_task(_play(pace, until=WEDNESDAY + timedelta(minutes=90)))
    await stops.has_stopped.wait()

    first = await ask(nats, NEXT_HOUR, NO_QUERY)
    second = await ask(nats, NEXT_HOUR, NO_QUERY)
    await playing

    assert (first.now, second.now) == (WEDNESDAY + timedelta(hours=1), WEDNESDAY + timedelta(hours=2))
