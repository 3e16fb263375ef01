"""What the page of a source says of a report."""

from services.nudges.pages.sources.source_view import FactRow, HourRow, make_view
from shared.requests.sources.reports import FactCount, KindHours
from tests.services.nudges.pages.setup.services import NOTHING


def test_hours_are_added_up_and_listed_by_kind() -> None:
    calls, emails = [0] * 24, [0] * 24
    calls[0], calls[23], emails[23] = 1, 2, 6
    hours = (KindHours(kind="call", counts=tuple(calls)), KindHours(kind="proposal_sent", counts=tuple(emails)))

    view = make_view(NOTHING.model_copy(update={"hours": hours}))

    assert view.total == 9
    assert view.hours == (
        HourRow(hour="00:00", kind="call", count=1),
        HourRow(hour="23:00", kind="call", count=2),
        HourRow(hour="23:00", kind="proposal sent", count=6),
    )
    heights = [round(column.height, 1) for column in view.chart.columns]
    assert (len(heights), heights[0], heights[-1]) == (24, 10.0, 80.0)


def test_facts_that_arrive_and_facts_that_never_do() -> None:
    facts = (FactCount(name="actor", observations=4), FactCount(name="started_on", observations=3))

    view = make_view(NOTHING.model_copy(update={"facts": facts, "observations": 4}))

    assert view.arriving == (FactRow(label="who did it", observations=4), FactRow(label="the day", observations=3))
    assert "the duration" in view.missing
    assert not {"who did it", "when it began", "the day"} & set(view.missing)
    assert make_view(NOTHING).missing == ()
