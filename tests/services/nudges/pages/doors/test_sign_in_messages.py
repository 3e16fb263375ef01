"""The message with which somebody signs in, as the transports to a person are given it."""

import json

from tests.services.nudges.pages.doors.visits import Visits


async def test_a_webhook_of_ones_own_is_posted_the_link_as_well(visits: Visits) -> None:
    async with visits.browser() as browser:
        await browser.post("/sign-in", data={"typed": "ana@example.com"})
    ((_, message),) = visits.mail.sent

    posted = json.loads(message.nudge_json)
    assert (posted["rule"], posted["person"]["id"], posted["url"]) == ("sign_in", "ana", message.url)
    assert message.message_id != message.nudge_id == posted["id"]
    assert message.parts[0].answers == ()
