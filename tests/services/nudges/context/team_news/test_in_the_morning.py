"""A manager's morning with news: one message, whatever restarts, replicas and teams there are, on a real database."""

import asyncio
from datetime import date, timedelta

from services.nudges.decide.manager_digests import send_manager_digests
from services.nudges.links import last_day_of_links
from services.nudges.schema import SCHEMA
from shared.events import Nudge, NudgeKind, Presence
from shared.postgres.pool import make_pool
from tests.services.nudges.builders.days import MONDAY, TUESDAY, at
from tests.services.nudges.builders.nudges import make_nudge
from tests.services.nudges.builders.people import ANA, BEN, MARA, SOUTH
from tests.services.nudges.builders.reports import open_report, report, worked_days
from tests.services.nudges.conftest import DIGEST_AT, LINKS, Nudging, outcomes

NINE = at(MONDAY, "09:00")
FRIDAY = date(2026, 2, 27)


async def _take_in_teams(nudging: Nudging) -> None:
    """Mara leads Ana, who has earned a word, and in another team Ben, who is on leave."""
    anas = [day.model_copy(update={"silent": True}) for day in worked_days(*[100] * 6)]
    back = at(TUESDAY, "09:00")
    bens = open_report(rep=BEN, team=SOUTH, presence=Presence.ABSENT, next_work_starts_at=back)
    await nudging.take_in(*anas, open_report(), bens)
    await nudging.rows.add_nudge(make_nudge("praise", rule="streak", send_at=at(FRIDAY, "16:00")))
    await nudging.rows.add_nudge(make_nudge("hint", rule="pace", kind=NudgeKind.COACHING, send_at=at(FRIDAY, "14:00")))
    await nudging.send_digests(at(MONDAY, "00:30"))


async def test_one_message_says_who_needs_what_and_what_was_sent(nudging: Nudging) -> None:
    await _take_in_teams(nudging)

    decided = await nudging.send_digests(NINE)

    assert decided == outcomes(
        ("away_today", "sent"),
        ("could_use_a_hand", "bundled"),
        ("recognition_due", "bundled"),
        ("digest", "bundled"),
        ("sent_to_team", "bundled"),
    )
    await nudging.deliver()
    (message,) = nudging.channel.nudges
    assert message.person.id == MARA.id
    assert [part.rule for part in message.parts] == [outcome.rule for outcome in decided]
    assert {mention.id for mention in message.about} == {ANA.id, BEN.id}
    (due,) = message.thanks
    recognition = message.parts[2].id
    assert (due.rep, due.nudge_id) == (ANA, recognition)
    assert due.url == LINKS.recognise_url(MARA.id, ANA.id, recognition, last_day=last_day_of_links(NINE))
    assert due.url.endswith(f"?nudge={recognition}")


async def test_what_was_sent_makes_no_message_of_its_own(nudging: Nudging) -> None:
    await nudging.take_in(open_report())
    await nudging.rows.add_nudge(make_nudge("praise", rule="streak", send_at=at(FRIDAY, "16:00")))
    await nudging.send_digests(at(MONDAY, "00:30"))

    assert await nudging.send_digests(NINE) == []


async def test_two_replicas_make_one_message(nudging: Nudging) -> None:
    await _take_in_teams(nudging)
    other = await make_pool(nudging.url, schema=SCHEMA)
    try:
        decided = await asyncio.gather(
            *[send_manager_digests(pool, nudging.settings, digest_at=DIGEST_AT, now=NINE) for pool in (nudging.pool, other)]
        )
    finally:
        await other.close()

    assert sorted(len(outcome) for outcome in decided) == [0, 5]
    nudging.now = NINE
    assert await nudging.deliver() == 1


async def test_a_restart_makes_no_second_message_that_day_and_the_next_morning_repeats_nothing(nudging: Nudging) -> None:
    await _take_in_teams(nudging)
    await nudging.send_digests(NINE)

    for minutes in (1, 60, 7 * 60):
        assert await nudging.send_digests(NINE + timedelta(minutes=minutes)) == []

    await nudging.take_in(report(revision=9, score=60, count=6, silent=True), open_report(TUESDAY))
    tomorrow = await nudging.send_digests(at(TUESDAY, "09:00"))
    assert [outcome.rule for outcome in tomorrow] == ["digest"]


async def test_the_message_is_erased_with_a_rep_whom_it_mentions(nudging: Nudging) -> None:
    await _take_in_teams(nudging)
    await nudging.send_digests(NINE)

    stored = await nudging.pool.fetch("SELECT event FROM nudge WHERE person_id = 'mara'")

    assert all(Nudge.model_validate_json(row["event"]).about for row in stored)
