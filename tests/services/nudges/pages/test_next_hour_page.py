"""The button with which the demonstration goes on, over HTTP."""

from services.nudges.pages.rendering import Renderer
from shared.clock import SteppedClock
from shared.requests.client import NoResponder
from tests.services.nudges.pages.doors.visits import Visits, field_of


async def test_the_button_leads_back_to_the_first_page_once_the_hour_is_over(visits: Visits) -> None:
    browser = await visits.sign_in("mara")
    page = await browser.get("/wins")

    played = await browser.post("/demo/next-hour", data={"csrf": field_of(page)})
    visits.scoring.failure = NoResponder("demo.next_hour.v1")
    without_demonstration = await browser.post("/demo/next-hour", data={"csrf": field_of(page)})

    assert ">Next hour</button>" in page.text
    assert (played.status_code, played.headers["location"]) == (303, "/")
    assert without_demonstration.status_code == 503


def test_the_button_is_on_no_page_where_time_passes_by_itself() -> None:
    assert Renderer()._templates.globals["next_hour_path"] == ""
    assert isinstance(SteppedClock(), SteppedClock)
