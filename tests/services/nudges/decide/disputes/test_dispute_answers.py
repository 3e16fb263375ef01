"""What a rep is sent once their dispute is answered, on a real database."""

from datetime import datetime, timedelta

import pytest

from services.nudges.decide.disputes.dispute_answers import ANSWERED_ANEW, mark_resolved, resolve_dispute, undo_resolution
from services.nudges.domain.decision import Outcome
from services.nudges.domain.feedback.disputes import DisputeId, Resolution
from services.nudges.domain.feedback.preferences import MessageGroup, Preference
from services.nudges.preferences.stored_preferences import save_preference
from shared.event_types import NUDGE_DECIDED
from shared.events import ManagerId, NudgeKind
from tests.services.nudges.builders.days import MONDAY, TUESDAY, at
from tests.services.nudges.builders.nudges import make_nudge
from tests.services.nudges.builders.people import ANA, BEN, JON, MARA
from tests.services.nudges.builders.reports import open_report
from tests.services.nudges.conftest import LINKS, Nudging
from tests.services.nudges.decide.disputes.disputing import dispute

FRIDAY = MONDAY - timedelta(days=3)
SENT = Outcome(rule="dispute_answer", status="sent")
DEFERRED = Outcome(rule="dispute_answer", status="deferred")


@pytest.fixture
async def disputed(nudging: Nudging) -> Nudging:
    """Ana, who works today, disputes a call of Friday."""
    await nudging.take_in(open_report(FRIDAY), open_report())
    await dispute(nudging.rows, day=FRIDAY)
    return nudging


async def _answer(
    nudging: Nudging, resolution: Resolution, *, dispute_id: str = "d1", manager_id: ManagerId = MARA.id
) -> Outcome | None:
    return await resolve_dispute(nudging.pool, DisputeId(dispute_id), manager_id, resolution, nudging.context())


@pytest.mark.parametrize(
    ("resolution", "text"),
    [
        (Resolution.PUT_RIGHT, "Ana, Mara Lind says your record from Friday (call) is now corrected in the CRM."),
        (
            Resolution.STANDS,
            "Ana, Mara Lind looked into the record from Friday (call) that you disputed, and says it's right as recorded.",
        ),
    ],
)
async def test_the_rep_is_sent_the_answer_and_where_to_see_it(disputed: Nudging, resolution: Resolution, text: str) -> None:
    assert await _answer(disputed, resolution) == SENT
    await disputed.deliver()

    (message,) = disputed.channel.nudges
    assert (message.text, message.kind, message.person.id) == (text, NudgeKind.CORRECTION, ANA.id)
    assert "it didn't happen" in message.reason
    assert message.url == LINKS.own_page_url(ANA.id, last_day=MONDAY)
    (decided,) = await disputed.published(NUDGE_DECIDED)
    assert decided.text == text


async def test_an_answer_is_about_the_day_on_which_it_is_given(disputed: Nudging) -> None:
    """What is about a day from before a backup was restored is not sent: this is new, whatever day was disputed."""
    await _answer(disputed, Resolution.STANDS)

    (decided,) = await disputed.published(NUDGE_DECIDED)
    assert decided.day == MONDAY


async def test_the_same_answer_again_and_that_of_somebody_else_send_nothing(disputed: Nudging) -> None:
    assert await _answer(disputed, Resolution.STANDS, manager_id=JON.id) is None
    assert await _answer(disputed, Resolution.STANDS, dispute_id="other") is None
    await _answer(disputed, Resolution.STANDS)

    assert await _answer(disputed, Resolution.STANDS) is None
    assert await disputed.statuses() == [("dispute_answer", "sent")]


async def test_another_answer_is_another_message(disputed: Nudging) -> None:
    await _answer(disputed, Resolution.STANDS)
    disputed.now += timedelta(minutes=1)

    assert await _answer(disputed, Resolution.PUT_RIGHT) == SENT


async def test_it_reaches_a_rep_who_has_turned_everything_off(disputed: Nudging) -> None:
    everything_off = Preference(unwanted=frozenset(MessageGroup), paused_until=TUESDAY)
    await save_preference(disputed.pool, ANA.id, everything_off, now=disputed.now)

    assert await _answer(disputed, Resolution.STANDS) == SENT


async def test_in_the_evening_it_waits_for_the_morning_and_is_worded_anew(disputed: Nudging) -> None:
    disputed.now = at(MONDAY, "18:00")
    assert await _answer(disputed, Resolution.STANDS) == DEFERRED
    await disputed.take_in(open_report(TUESDAY))

    assert SENT in await disputed.pass_time(at(TUESDAY, "09:00"))

    assert await disputed.statuses() == [("dispute_answer", "sent")]


@pytest.mark.parametrize("change", ["another answer", "disputed again", "withdrawn"])
async def test_what_was_answered_otherwise_meanwhile_is_not_sent(disputed: Nudging, change: str) -> None:
    disputed.now = at(MONDAY, "18:00")
    await _answer(disputed, Resolution.STANDS)
    await disputed.take_in(open_report(TUESDAY))
    if change == "another answer":
        disputed.now = at(MONDAY, "18:01")
        await _answer(disputed, Resolution.PUT_RIGHT)
    elif change == "disputed again":
        await dispute(disputed.rows, day=FRIDAY, now=at(MONDAY, "18:01"))
    else:
        await disputed.pool.execute("DELETE FROM dispute")

    await disputed.pass_time(at(TUESDAY, "09:00"))

    assert (await disputed.decisions())[0] == ("dispute_answer", "suppressed", ANSWERED_ANEW)


async def test_the_name_of_somebody_who_leads_no_more_is_left_out(disputed: Nudging) -> None:
    disputed.now = at(MONDAY, "18:00")
    await _answer(disputed, Resolution.STANDS)
    await disputed.take_in(open_report(TUESDAY, managers=(JON,)))

    await disputed.pass_time(at(TUESDAY, "09:00"))

    (text,) = await disputed.texts()
    assert (
        text
        == "Ana, your manager looked into the record from Friday (call) that you disputed, and says it's right as recorded."
    )


async def test_the_answer_to_one_rep_says_nothing_of_anothers_dispute(disputed: Nudging) -> None:
    await disputed.take_in(open_report(rep=BEN))
    await dispute(disputed.rows, "d2", of_rep=BEN)
    await mark_resolved(disputed.pool, DisputeId("d1"), MARA.id, Resolution.PUT_RIGHT, now=disputed.now)

    await _answer(disputed, Resolution.STANDS, dispute_id="d2")

    (text,) = await disputed.texts()
    assert text == "Ben, Mara Lind looked into the record from today (call) that you disputed, and says it's right as recorded."


UNDO_FOR = timedelta(seconds=10)
SECOND = timedelta(seconds=1)


async def _answer_on_page(nudging: Nudging, resolution: Resolution, dispute_id: str = "d1") -> Outcome | None:
    context = nudging.context()
    return await resolve_dispute(nudging.pool, DisputeId(dispute_id), MARA.id, resolution, context, hold=UNDO_FOR)


async def _undo(nudging: Nudging, *, resolved_at: datetime, manager_id: ManagerId = MARA.id, dispute_id: str = "d1") -> bool:
    return await undo_resolution(nudging.pool, DisputeId(dispute_id), manager_id, resolved_at=resolved_at, now=nudging.now)


async def _resolutions(nudging: Nudging) -> list[tuple[str, str]]:
    return [tuple(row) for row in await nudging.pool.fetch("SELECT resolution, manager_id FROM dispute ORDER BY id")]


async def test_an_answer_that_can_be_undone_is_published_and_sent_once_it_cannot_be_any_more(disputed: Nudging) -> None:
    answered_at = disputed.now
    assert await _answer_on_page(disputed, Resolution.STANDS) == DEFERRED

    assert await disputed.pass_time(answered_at + UNDO_FOR - SECOND) == []
    assert await disputed.published(NUDGE_DECIDED) == []

    assert await disputed.pass_time(answered_at + UNDO_FOR) == [SENT]
    assert len(await disputed.published(NUDGE_DECIDED)) == 1
    assert not await _undo(disputed, resolved_at=answered_at)
    assert await _resolutions(disputed) == [("stands", "mara")]


async def test_an_undone_answer_leaves_the_dispute_open_and_tells_the_rep_nothing(disputed: Nudging) -> None:
    answered_at = disputed.now
    await _answer_on_page(disputed, Resolution.STANDS)
    disputed.now += UNDO_FOR - SECOND

    assert [await _undo(disputed, resolved_at=answered_at) for _ in range(2)] == [True, False]

    assert await _resolutions(disputed) == [("", "")]
    assert await disputed.pass_time(answered_at + timedelta(hours=1)) == []
    assert await disputed.statuses() == []
    assert await disputed.published(NUDGE_DECIDED) == []
    assert await _answer_on_page(disputed, Resolution.STANDS) == DEFERRED


async def test_only_that_answer_is_undone_whatever_else_was_sent_for_its_occasion(disputed: Nudging) -> None:
    await dispute(disputed.rows, "d2", day=FRIDAY)
    await _answer_on_page(disputed, Resolution.STANDS, "d2")
    await _answer_on_page(disputed, Resolution.STANDS)
    occasion = await disputed.pool.fetchval("SELECT occasion FROM nudge WHERE occasion LIKE 'd1%'")
    for other in (
        make_nudge("bens", person=BEN, rule="dispute_answer", kind=NudgeKind.CORRECTION, occasion=occasion),
        make_nudge("other", rule="correction", kind=NudgeKind.CORRECTION, occasion=occasion),
    ):
        await disputed.rows.add_nudge(other)

    assert await _undo(disputed, resolved_at=disputed.now)

    assert await _resolutions(disputed) == [("", ""), ("stands", "mara")]
    left = await disputed.pool.fetch("SELECT id FROM nudge WHERE occasion = $1 ORDER BY id", occasion)
    assert [row["id"] for row in left] == ["bens", "other"]
    assert await disputed.pool.fetchval("SELECT count(*) FROM nudge WHERE occasion LIKE 'd2%'") == 1


async def test_undoing_a_changed_answer_brings_back_the_one_before(disputed: Nudging) -> None:
    await _answer(disputed, Resolution.STANDS)
    disputed.now += timedelta(minutes=1)
    changed_at = disputed.now
    await _answer_on_page(disputed, Resolution.PUT_RIGHT)

    assert await _undo(disputed, resolved_at=changed_at)

    assert await _resolutions(disputed) == [("stands", "mara")]
    assert await disputed.statuses() == [("dispute_answer", "sent")]


async def test_nobody_undoes_what_is_too_old_or_somebody_elses_or_was_sent(disputed: Nudging) -> None:
    answered_at = disputed.now
    await _answer_on_page(disputed, Resolution.STANDS)
    assert not await _undo(disputed, resolved_at=answered_at, manager_id=JON.id)
    assert not await _undo(disputed, resolved_at=answered_at, dispute_id="other")
    assert not await _undo(disputed, resolved_at=answered_at - SECOND)

    disputed.now = answered_at + UNDO_FOR
    assert not await _undo(disputed, resolved_at=answered_at)

    disputed.now = answered_at + SECOND
    for status in ("sent", "bundled"):
        await disputed.pool.execute("UPDATE nudge SET status = $1", status)
        assert not await _undo(disputed, resolved_at=answered_at)
    assert await _resolutions(disputed) == [("stands", "mara")]
