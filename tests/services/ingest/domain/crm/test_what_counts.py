"""What single webhooks count for, and on which day. Times of sending are on the clock in Berlin."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from functools import partial
from typing import Final

import msgspec
import pytest

from services.ingest.domain.adapter import Translated
from shared.observation import Observation
from tests.services.ingest.merged_activities import merge_activity
from tests.services.ingest.weeks import (
    WEEKS,
    calendly,
    close,
    espocrm,
    hubspot,
    monday,
    outreach,
    pipedrive,
    salesforce,
    salesloft,
    twenty,
    zapier,
    zoho,
)
from tests.services.ingest.weeks.counted import count, deliver, sender_of
from tests.services.ingest.weeks.week import ZONE, Write, at

SENT_WITHIN: Final = timedelta(seconds=2)
_BY_SENDER: Final = {week.sender: week for week in WEEKS}

Sent = tuple[str, Write]
"""When it is sent, and what."""


async def _counted(sender: str, *webhooks: Sent, timezone: str = ZONE) -> list[str]:
    """What counts for whom on which day after these webhooks. Source, reps and playbook are those of the sender's week."""
    week = _BY_SENDER[sender]
    deliveries = [
        await deliver(sender_of(week), write(at(when)), received_at=at(when) + SENT_WITHIN) for when, write in webhooks
    ]
    counted = count(week, deliveries, timezone=timezone)
    return sorted(f"{name} {behaviour} {day} x{number}" for (name, behaviour, day), number in counted.items())


PROPOSAL_THEN_NEXT_STAGE: Final[dict[str, tuple[Write, Write]]] = {
    "pipedrive": (
        pipedrive.deal(1, pipedrive.PROPOSAL, "Tue 17 09:00"),
        pipedrive.deal(1, 4, "Wed 18 09:00"),
    ),
    "salesforce": (
        salesforce.deal("0061", "Proposal", "Tue 17 09:00"),
        salesforce.deal("0061", "Negotiation", "Wed 18 09:00"),
    ),
    "hubspot": (
        hubspot.deal(1, "presentationscheduled"),
        hubspot.changed(hubspot.DEAL, 1, dealstage="contractsent"),
    ),
    "close": (close.deal(1, "Proposal"), close.deal(1, "Contract")),
    "outreach": (
        outreach.event("opportunity.created", 1, {}, owner=outreach.ANA, stage=outreach.PROPOSAL),
        outreach.moved(1, outreach.NEGOTIATION),
    ),
    "twenty": (
        twenty.deal(1, "Tue 17 09:00", "PROPOSAL"),
        twenty.deal(1, "Tue 17 09:00", "MEETING", "stage"),
    ),
    "espocrm": (
        espocrm.created("Opportunity", 1, stage="Proposal"),
        espocrm.changed("Opportunity", 1, stage="Negotiation"),
    ),
    "zoho": (zoho.created("Deals", 1, Stage="Proposal/Price Quote"), zoho.edited("Deals", 1, Stage="Negotiation/Review")),
    "monday": (monday.labelled(monday.DEALS, 1, "Proposal"), monday.labelled(monday.DEALS, 1, "Negotiation")),
    "zapier": (zapier.deal(1, "Offer", "Tue 17 09:00"), zapier.deal(1, "Contract", "Wed 18 09:00")),
}


@pytest.mark.parametrize("sender", PROPOSAL_THEN_NEXT_STAGE)
async def test_the_next_stage_of_a_deal_takes_no_proposal_away(sender: str) -> None:
    proposed, moved = PROPOSAL_THEN_NEXT_STAGE[sender]

    counted = await _counted(sender, ("Tue 17 09:00", proposed), ("Wed 18 09:00", moved))

    assert counted == ["Ana proposals 2026-11-17 x1", "Ana stage moves 2026-11-18 x1"]


async def test_a_mail_stays_sent_when_it_is_opened_and_answered() -> None:
    delivered, opened, replied = (
        outreach.mail(name, 1, name, deliveredAt="Tue 17 11:00") for name in ("delivered", "opened", "replied")
    )
    so_far: list[Sent] = []
    for when, write in (("Tue 17 11:00", delivered), ("Tue 17 13:00", opened), ("Thu 19 13:00", replied)):
        so_far.append((when, write))
        assert await _counted("outreach", *so_far) == ["Ana mails 2026-11-17 x1"]


async def test_a_mail_that_was_sent_from_gmail_is_a_mail_that_was_sent() -> None:
    sent = salesloft.event("email_updated", 907, "Tue 17 10:00", {"status": "sent_from_gmail"})

    assert await _counted("salesloft", ("Tue 17 10:00", sent)) == ["Ana mails 2026-11-17 x1"]


async def test_a_deal_moves_when_it_moves_and_not_when_it_is_expected_to_close() -> None:
    moved = hubspot.deal(903, "qualifiedtobuy", close="1796040000000")

    assert await _counted("hubspot", ("Tue 17 11:00", moved)) == ["Ana stage moves 2026-11-17 x1"]


async def test_a_deal_that_is_imported_as_won_last_year_counts_last_year() -> None:
    imported = hubspot.deal(1, "closedwon", close="2025-03-12T00:00:00Z")

    assert await _counted("hubspot", ("Tue 17 11:00", imported)) == ["Ana wins 2025-03-12 x1"]


async def test_a_task_that_is_done_late_counts_when_it_was_done_and_not_when_it_was_due() -> None:
    task = hubspot.changed(
        hubspot.TASK, 905, hubspot_owner_id=hubspot.ANA, hs_timestamp="1794391200000", hs_task_status="COMPLETED"
    )

    assert await _counted("hubspot", ("Tue 17 11:00", task)) == ["Ana tasks 2026-11-17 x1"]


@pytest.mark.parametrize("due", ["Fri 20 09:00", "Mon 30 09:00"])
async def test_a_call_counts_when_it_is_ticked_off_whether_early_or_late(due: str) -> None:
    ticked_off = pipedrive.activity(1, "call", due, done="Fri 27 10:00")

    assert await _counted("pipedrive", ("Fri 27 10:00", ticked_off)) == [
        "Ana calls 2026-11-27 x1",
        "Ana conversations 2026-11-27 x1",
    ]


async def test_a_win_counts_when_it_was_won_and_not_on_a_later_date_of_closing() -> None:
    won = twenty.deal(908, "Mon 2 09:00", "CUSTOMER", "stage", close="2026-12-31")

    assert await _counted("twenty", ("Tue 17 09:00", won)) == ["Ana wins 2026-11-17 x1"]


WON: Final[Sent] = ("Tue 17 11:00", hubspot.deal(904, "closedwon", close="1794909600000"))


async def test_an_owner_who_takes_over_ten_days_later_gets_no_win() -> None:
    taken_over = hubspot.changed(hubspot.DEAL, 904, hubspot_owner_id=hubspot.BEN)

    assert await _counted("hubspot", WON, ("Fri 27 11:00", taken_over)) == ["Ana wins 2026-11-17 x1"]
    assert await _counted("hubspot", WON, ("Tue 17 12:00", taken_over)) == ["Ben wins 2026-11-17 x1"]


async def test_forty_deals_that_a_leaver_hands_over_change_no_history() -> None:
    deals = range(40)
    moved = [("Mon 16 09:00", hubspot.deal(number, "qualifiedtobuy")) for number in deals]
    handed_over = [("Fri 27 09:00", hubspot.changed(hubspot.DEAL, number, hubspot_owner_id=hubspot.BEN)) for number in deals]

    before, after = await _counted("hubspot", *moved), await _counted("hubspot", *moved, *handed_over)

    assert before == after == ["Ana stage moves 2026-11-16 x40"]


async def test_a_call_of_which_only_the_id_is_sent_has_no_actor_and_counts_for_nobody() -> None:
    inserted = ("Tue 17 11:00", zoho.notified("Calls", 906, "insert"))
    edited = ("Tue 17 11:05", zoho.edited("Calls", 906, Call_Result="Interested"))

    call = merge_activity(sender_of(_BY_SENDER["zoho"]).source.name, await _observed("zoho", inserted, edited))

    assert (call.kind, call.outcome, call.actor) == ("call", "connected", None)
    assert await _counted("zoho", inserted, edited) == []


async def _observed(sender: str, *webhooks: Sent) -> list[Translated]:
    week = _BY_SENDER[sender]
    deliveries = [await deliver(sender_of(week), write(at(when)), received_at=at(when)) for when, write in webhooks]
    observed: Sequence[Observation] = [event.observation for delivery in deliveries for event in delivery.events]
    return list(observed)


async def test_a_win_with_a_worth_of_many_decimals_counts() -> None:
    won = hubspot.changed(
        hubspot.DEAL, 1, hubspot_owner_id=hubspot.ANA, dealstage="closedwon", amount="3599.7000000000003", is_new=True
    )

    assert await _counted("hubspot", ("Tue 17 11:00", won)) == ["Ana wins 2026-11-17 x1"]


async def test_a_good_call_counts_beside_an_event_that_holds_half_of_a_surrogate_pair() -> None:
    call = hubspot.call(1, "Tue 17 09:00", hubspot.REACHED)(at("Tue 17 09:05"))
    assert isinstance(call, list)
    note = hubspot.event(hubspot.NOTE, 2, "propertyChange", at("Tue 17 09:05"), propertyName="hs_note_body", propertyValue="?")
    body = msgspec.json.encode([*call, note]).replace(b'"?"', rb'"\ud83d"')

    for sent in (body, b"\xef\xbb\xbf" + body):
        counted = await _counted("hubspot", ("Tue 17 09:05", partial(_as_written, sent)))
        assert counted == ["Ana calls 2026-11-17 x1", "Ana conversations 2026-11-17 x1"]


def _as_written(body: bytes, _: datetime) -> object:
    return body


async def test_a_date_without_a_time_is_that_date_of_the_reps_own_calendar() -> None:
    task = salesforce.saved(
        "Task", "00T1", {"OwnerId": salesforce.ANA, "TaskSubtype": "Task", "IsClosed": "true", "ActivityDate": "2026-11-27"}
    )
    won = salesforce.saved(
        "Opportunity",
        "0061",
        {"OwnerId": salesforce.ANA, "StageName": "Won", "IsClosed": "true", "IsWon": "true", "CloseDate": "2026-11-27"},
    )
    webhooks = ("Sat 28 15:00", task), ("Sat 28 15:00", won)

    for timezone in ("Pacific/Auckland", "Europe/Berlin", "America/Los_Angeles"):
        counted = await _counted("salesforce", *webhooks, timezone=timezone)
        assert counted == ["Ana tasks 2026-11-27 x1", "Ana wins 2026-11-27 x1"]


async def test_an_event_of_the_whole_day_is_on_its_date_everywhere() -> None:
    event = salesforce.saved(
        "Event", "00U1", {"OwnerId": salesforce.ANA, "StartDateTime": "2026-11-25T00:00:00.000Z", "IsAllDayEvent": "true"}
    )

    for timezone in ("Pacific/Honolulu", "Pacific/Auckland"):
        assert await _counted("salesforce", ("Mon 23 09:00", event), timezone=timezone) == ["Ana meetings held 2026-11-25 x1"]


async def test_a_no_show_at_calendly_is_no_meeting_that_was_held() -> None:
    booked = calendly.invitee("invitee.created", 1, "Thu 19 10:00", "Mon 16 11:00")
    missed = calendly.no_show("invitee_no_show.created", 1)

    counted = await _counted("calendly", ("Mon 16 11:00", booked), ("Thu 19 10:20", missed))

    assert counted == ["Ana meetings booked 2026-11-16 x1"]
