"""What managers are sent about new disputes, on a real database."""

import asyncio
from datetime import datetime, time, timedelta

import pytest

from services.nudges.decide.disputes.dispute_answers import mark_resolved
from services.nudges.decide.disputes.new_disputes import hour_of, list_new_disputes, send_new_disputes
from services.nudges.decide.policy.may_send import PolicyFacts, Send, may_send
from services.nudges.decide.policy_facts import list_recent_nudges
from services.nudges.domain.decision import Outcome
from services.nudges.domain.feedback.disputes import DisputeReason, Resolution
from services.nudges.domain.feedback.preferences import MessageGroup, Preference
from services.nudges.domain.working_time import working_time_of_manager
from services.nudges.preferences.stored_preferences import save_preference
from services.nudges.schema import SCHEMA
from shared.events import NudgeKind
from shared.postgres.pool import make_pool
from tests.services.nudges.builders.days import MONDAY, TUESDAY, at
from tests.services.nudges.builders.nudges import make_nudge
from tests.services.nudges.builders.people import ANA, BEN, JON, MARA, SOUTH
from tests.services.nudges.builders.reports import open_report, report
from tests.services.nudges.conftest import LINKS, Nudging, outcomes
from tests.services.nudges.decide.disputes.disputing import dispute
from tests.services.nudges.decide.policy.facts import candidate_of

TEN = at(MONDAY, "10:00")
ELEVEN = at(MONDAY, "11:00")
SENT = outcomes(("new_disputes", "sent"))


@pytest.fixture
async def teams(nudging: Nudging) -> Nudging:
    """Mara leads Ana and, in another team, Ben. Both have begun their Monday, and Mara has had her morning message."""
    await nudging.take_in(open_report(), open_report(rep=BEN, team=SOUTH))
    await nudging.send_digests(at(MONDAY, "00:30"))
    await nudging.send_digests(at(MONDAY, "09:00"))
    return nudging


async def _send(nudging: Nudging, now: datetime) -> list[Outcome]:
    nudging.now = now
    return await send_new_disputes(nudging.pool, nudging.settings, now=now)


async def test_all_disputes_of_an_hour_make_one_message_that_leads_to_the_managers_page(teams: Nudging) -> None:
    await dispute(teams.rows, "d1", now=TEN)
    await dispute(teams.rows, "d2", of_rep=BEN, now=TEN + timedelta(minutes=59))

    assert await _send(teams, ELEVEN) == SENT
    await teams.deliver()

    (message,) = teams.channel.nudges
    assert message.text == "Ana and Ben dispute two records. Please correct them in the CRM, or say that they're right."
    assert (message.person.id, message.url) == (MARA.id, LINKS.inbox_url(MARA.id, last_day=MONDAY))
    assert [mention.id for mention in message.about] == [ANA.id, BEN.id]


async def test_a_dispute_is_announced_once(teams: Nudging) -> None:
    await dispute(teams.rows, now=TEN)
    await _send(teams, ELEVEN)

    assert await _send(teams, at(MONDAY, "12:00")) == []
    await dispute(teams.rows, "d2", now=at(MONDAY, "12:30"))
    assert await _send(teams, at(MONDAY, "13:00")) == SENT

    assert (await teams.texts())[-1].startswith("Ana disputes a record from today: it didn't happen.")


async def test_there_is_at_most_one_message_an_hour_whatever_restarts(teams: Nudging) -> None:
    await dispute(teams.rows, now=TEN)
    assert await _send(teams, ELEVEN) == SENT
    await dispute(teams.rows, "d2", now=ELEVEN + timedelta(minutes=1))

    assert await _send(teams, ELEVEN + timedelta(minutes=59)) == []
    assert await _send(teams, at(MONDAY, "12:00")) == SENT


async def test_two_replicas_make_one_message(teams: Nudging) -> None:
    await dispute(teams.rows, now=TEN)
    other = await make_pool(teams.url, schema=SCHEMA)
    try:
        decided = await asyncio.gather(*[send_new_disputes(pool, teams.settings, now=ELEVEN) for pool in (teams.pool, other)])
    finally:
        await other.close()

    assert sorted(decided, key=len) == [[], SENT]


async def test_it_is_sent_beside_the_message_of_the_morning(teams: Nudging) -> None:
    await teams.rows.add_nudge(make_nudge("digest", person=MARA, kind=NudgeKind.DIGEST, rule="digest", send_at=TEN))
    await dispute(teams.rows, now=TEN + timedelta(minutes=1))

    assert await _send(teams, ELEVEN) == SENT


async def test_it_does_not_use_up_the_daily_cap(teams: Nudging) -> None:
    await dispute(teams.rows, now=TEN)
    await _send(teams, ELEVEN)
    async with teams.pool.acquire() as connection:
        recent = await list_recent_nudges(connection, MARA.id, timezone="Europe/Madrid", now=ELEVEN)

    assert [(nudge.rule, nudge.is_urgent) for nudge in recent] == [("new_disputes", True)]
    facts = PolicyFacts(timezone="Europe/Madrid", today=working_time_of_manager(MONDAY, "Europe/Madrid"), recent=recent)
    assert may_send(candidate_of(NudgeKind.DIGEST), facts, now=ELEVEN) == Send()


@pytest.mark.parametrize("now", [at(MONDAY, "17:00"), at(MONDAY, "23:00"), at(MONDAY + timedelta(days=5), "11:00")])
async def test_outside_of_working_hours_nothing_is_sent_or_stored(teams: Nudging, now: datetime) -> None:
    await dispute(teams.rows, now=now - timedelta(minutes=5))

    assert await _send(teams, now) == []
    assert "new_disputes" not in [rule for rule, _ in await teams.statuses()]


async def test_the_morning_has_what_came_in_the_evening_and_then_it_is_not_new_any_more(teams: Nudging) -> None:
    await dispute(teams.rows, now=at(MONDAY, "20:00"))
    await teams.take_in(report(revision=7, score=60, silent=True), open_report(TUESDAY))

    morning = await teams.send_digests(at(TUESDAY, "09:00"))

    assert morning[0] == outcomes(("disputes", "sent"))[0]
    assert await _send(teams, at(TUESDAY, "10:00")) == []


async def test_what_is_answered_or_older_than_a_day_is_not_new(teams: Nudging) -> None:
    old = await dispute(teams.rows, "old", now=ELEVEN - timedelta(days=1))
    assert await _send(teams, ELEVEN) == []
    await teams.pool.execute("UPDATE dispute SET disputed_at = disputed_at + interval '1 second' WHERE id = $1", old)
    await teams.pool.execute("UPDATE nudge SET send_at = send_at - interval '2 days'")
    await mark_resolved(teams.pool, old, MARA.id, Resolution.STANDS, now=TEN)
    assert await _send(teams, ELEVEN) == []

    await teams.pool.execute("UPDATE dispute SET resolution = ''")
    assert await _send(teams, ELEVEN) == SENT


async def test_it_goes_to_who_leads_the_rep_by_the_newest_report(teams: Nudging) -> None:
    await teams.take_in(open_report(revision=2, managers=(JON,)))
    await dispute(teams.rows, now=TEN)

    assert await _send(teams, ELEVEN) == SENT

    row = await teams.pool.fetchrow("SELECT person_id, manager_ids FROM nudge WHERE rule = 'new_disputes'")
    assert row is not None
    assert tuple(row) == (JON.id, [JON.id])


@pytest.mark.parametrize(
    "preference",
    [
        Preference(unwanted=frozenset({MessageGroup.DISPUTES})),
        Preference(paused_until=TUESDAY),
        Preference(not_before=time(12)),
    ],
)
async def test_a_manager_who_does_not_want_it_now_does_not_get_it(teams: Nudging, preference: Preference) -> None:
    await save_preference(teams.pool, MARA.id, preference, now=TEN)
    await dispute(teams.rows, now=TEN)

    assert await _send(teams, ELEVEN) == []


async def test_other_messages_to_the_manager_say_nothing_of_disputes(teams: Nudging) -> None:
    await dispute(teams.rows, now=TEN)
    for number, (rule, status, person) in enumerate(
        (("digest", "sent", MARA), ("new_disputes", "suppressed", MARA), ("new_disputes", "sent", JON))
    ):
        nudge = make_nudge(f"n{number}", person=person, kind=NudgeKind.DIGEST, rule=rule, send_at=TEN)
        await teams.rows.add_nudge(nudge, status=status)

    assert await _send(teams, ELEVEN) == SENT


@pytest.mark.parametrize(("seconds", "is_new"), [(0, False), (-1, True)])
async def test_a_message_of_the_same_moment_has_it(teams: Nudging, seconds: int, *, is_new: bool) -> None:
    await dispute(teams.rows, now=TEN)
    had = make_nudge("had", person=MARA, rule="disputes", kind=NudgeKind.DIGEST, send_at=TEN + timedelta(seconds=seconds))
    await teams.rows.add_nudge(had, status="bundled")

    assert bool(await _send(teams, ELEVEN)) is is_new


def test_an_hour_begins_at_its_first_moment() -> None:
    assert hour_of(at(MONDAY, "10:59") + timedelta(seconds=59, microseconds=9)) == TEN
    assert hour_of(TEN) == TEN


async def test_each_manager_has_their_own_new_disputes_the_oldest_first(teams: Nudging) -> None:
    await teams.rows.add_day(report(MONDAY - timedelta(days=3), managers=(JON.model_copy(update={"id": "former"}),)))
    await teams.take_in(open_report(revision=2, managers=(MARA, JON)))
    await teams.rows.ignore_indexes()
    await dispute(teams.rows, "d3", now=TEN, reason=DisputeReason.TIME)
    await dispute(teams.rows, "d2", now=TEN + timedelta(minutes=1), reason=DisputeReason.TWICE)
    await dispute(teams.rows, "d1", of_rep=BEN, now=TEN + timedelta(minutes=1))
    resolved = await dispute(teams.rows, "d4", now=TEN)
    await mark_resolved(teams.pool, resolved, MARA.id, Resolution.STANDS, now=TEN)
    had = make_nudge("had", person=JON, rule="disputes", kind=NudgeKind.DIGEST, send_at=TEN)
    await teams.rows.add_nudge(had, status="bundled", managers=(JON.id,))

    new = await list_new_disputes(teams.pool, since=TEN - timedelta(seconds=1))

    assert {
        manager_id: [(record.rep_id, record.reason.value) for record in records] for manager_id, records in new.items()
    } == {
        "jon": [("ana", "twice")],
        "mara": [("ana", "time"), ("ben", "not_done"), ("ana", "twice")],
    }
    assert list(new) == ["jon", "mara"]
    assert len((await list_new_disputes(teams.pool, since=TEN))[MARA.id]) == 2


async def test_a_rep_whose_day_no_longer_names_the_manager_is_passed_over(teams: Nudging) -> None:
    """As the manager's rules pass over somebody who has not been seen for a week."""
    await dispute(teams.rows, now=TEN)
    await teams.pool.execute("UPDATE manager_of_rep SET newest_day = newest_day - 30 WHERE rep_id = 'ana'")

    assert await _send(teams, ELEVEN) == []
