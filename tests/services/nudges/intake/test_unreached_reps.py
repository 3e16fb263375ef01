"""A rep whom no channel of their own reaches, and who has opened no page, is held to no playbook: on a real database."""

from datetime import datetime, timedelta

import pytest

from services.nudges.decide.policy.may_send import NOT_ANNOUNCED
from services.nudges.deliver.channel import Channel
from services.nudges.deliver.channel_states import merge_channels
from services.nudges.deliver.channels.inbox import InboxChannel
from services.nudges.deliver.channels.personal import PersonalChannel
from services.nudges.pages.acknowledge_version import acknowledge_version
from shared.reach import ContactPoint, Contacts
from tests.services.nudges.builders.announcements import VERSION_1, announcement
from tests.services.nudges.builders.days import MONDAY, at
from tests.services.nudges.builders.people import ANA
from tests.services.nudges.builders.reports import open_report, worked_days
from tests.services.nudges.conftest import Nudging
from tests.services.nudges.deliver.personal.directories import FakeDirectory, FakeTransport
from tests.services.nudges.deliver.recorder import Recorder

FRIDAY = MONDAY - timedelta(days=3)
UNREACHED = Contacts(because="the roster has no way to them")
BY_MAIL = Contacts(contacts=(ContactPoint(transport="mail", address="ana@example.com"),))


async def _announce_on_friday(nudging: Nudging, contacts: Contacts) -> None:
    """The announcement is on the manager's page, and goes out at once to whom mail reaches."""
    directory = FakeDirectory(contacts={ANA.id: contacts})
    personal = PersonalChannel([FakeTransport("mail")], lambda: directory, destination=b"", give_up_after=timedelta(hours=1))
    channels: dict[str, Channel] = {"personal": personal, "inbox": InboxChannel()}
    await merge_channels(nudging.pool, channels)
    nudging.channel = Recorder(name="personal")
    nudging.now = at(FRIDAY, "10:00")
    await nudging.take_in(*worked_days(*[60] * 40, until=FRIDAY), open_report(FRIDAY))
    await nudging.announce(announcement(effective_from=FRIDAY, announced_at=nudging.now))
    (nudge_id,) = [row["id"] for row in await nudging.pool.fetch("SELECT id FROM nudge WHERE rule = 'playbook'")]
    await nudging.rows.add_delivery(nudge_id, "inbox", queued_at=nudging.now)
    for channel in channels.values():
        assert await nudging.deliver(channel) == 1


async def _at_midday(nudging: Nudging) -> tuple[str, str, str]:
    """What becomes of the hint of Monday, on which nothing counts."""
    nudging.now = at(MONDAY, "00:01")
    await nudging.take_in(open_report())
    await nudging.pass_time(at(MONDAY, "13:00"))
    return (await nudging.decisions())[-1]


async def test_a_rep_whom_no_channel_reaches_gets_no_hint(nudging: Nudging) -> None:
    await _announce_on_friday(nudging, UNREACHED)

    assert await _at_midday(nudging) == ("quiet_afternoon", "suppressed", NOT_ANNOUNCED)
    states = await nudging.pool.fetch("SELECT channel, state FROM delivery ORDER BY channel")
    assert [tuple(row) for row in states] == [("inbox", "delivered"), ("personal", "failed")]


async def test_a_message_of_their_own_is_enough(nudging: Nudging) -> None:
    await _announce_on_friday(nudging, BY_MAIL)

    rule, status, _ = await _at_midday(nudging)

    assert (rule, status) == ("quiet_afternoon", "sent")


@pytest.mark.parametrize(("confirmed_at", "status"), [(at(FRIDAY, "23:59"), "sent"), (at(MONDAY, "00:00"), "suppressed")])
async def test_from_the_day_after_they_confirmed_it_on_their_page_it_counts(
    nudging: Nudging, confirmed_at: datetime, status: str
) -> None:
    await _announce_on_friday(nudging, UNREACHED)
    await acknowledge_version(nudging.pool, ANA.id, VERSION_1, now=confirmed_at)

    assert (await _at_midday(nudging))[:2] == ("quiet_afternoon", status)
