"""From what a manager writes to the message that the rep gets, on a real database."""

import asyncio
from datetime import timedelta

import pytest

from services.nudges.decide.policy.holdout import Holdout
from services.nudges.decide.thanks.recognise_rep import (
    AlreadySent,
    NotTheirRep,
    Recognised,
    TextTooLong,
    Written,
    recognise_rep,
    undo_thanks,
)
from shared.event_types import NUDGE_DECIDED
from shared.events import DayReport, ManagerId, NudgeId, NudgeKind, Presence, RepId
from tests.services.nudges.builders.announcements import announcement
from tests.services.nudges.builders.days import MONDAY, TUESDAY, at
from tests.services.nudges.builders.nudges import make_nudge
from tests.services.nudges.builders.people import ANA, BEN, JON, MARA
from tests.services.nudges.builders.reports import behaviour, open_report, report
from tests.services.nudges.conftest import Nudging, outcomes

AFTER_HOURS = "after working hours"
SENTENCE = "Great save on Acme."
QUOTED = f"Mara Lind wrote to you: “{SENTENCE}”"


@pytest.fixture(autouse=True)
async def _monday_has_begun(nudging: Nudging) -> None:
    """Mara leads Ana, who works from nine to five. Whatever is in the experiment is withheld."""
    nudging.holdout = Holdout(seed="", share=1.0)
    await nudging.take_in(open_report())


async def say(
    nudging: Nudging,
    text: str = SENTENCE,
    *,
    form: str = "form",
    rep_id: RepId = ANA.id,
    manager_id: ManagerId = MARA.id,
    nudge_id: NudgeId | None = None,
) -> Recognised:
    written = Written(sender_id=manager_id, rep_id=rep_id, form=form, text=text, nudge_id=nudge_id)
    return await recognise_rep(nudging.pool, written, nudging.context())


async def test_in_working_hours_it_is_sent_at_once_beside_the_message_of_the_day_and_outside_of_the_experiment(
    nudging: Nudging,
) -> None:
    await nudging.rows.add_nudge(make_nudge("of the day"))

    recognised = await say(nudging)

    assert [recognised.outcome] == outcomes(("thanks", "sent"))
    (event,) = await nudging.published(NUDGE_DECIDED)
    assert (event.kind, event.person.id, event.text, event.day) == (NudgeKind.THANKS, ANA.id, QUOTED, MONDAY)
    assert event.sender is not None
    assert (event.sender.id, event.sender.name) == (MARA.id, "Mara Lind")
    assert await nudging.deliveries() == [("queued", 0, "")]
    assert await nudging.pool.fetchval("SELECT propensity FROM nudge WHERE rule = 'thanks'") == 1.0


async def test_it_reaches_the_rep_with_the_address_of_their_own_page(nudging: Nudging) -> None:
    await say(nudging)

    await nudging.deliver()

    (delivered,) = nudging.channel.nudges
    assert delivered.text == QUOTED
    assert f"/you/{ANA.id}/" in delivered.url


async def test_the_day_keeps_its_place_for_another_message(nudging: Nudging) -> None:
    nudging.holdout = Holdout(seed="", share=0.0)
    await say(nudging)

    assert await nudging.take_in(report(score=100, state="open", revision=2)) == outcomes(("plan_done", "sent"))


@pytest.mark.parametrize("presses", [2, 5])
async def test_pressed_twice_or_at_once_on_several_replicas_it_lands_once(nudging: Nudging, presses: int) -> None:
    recognised = await asyncio.gather(*[say(nudging) for _ in range(presses)])
    later = await say(nudging)

    assert len({each.id for each in (*recognised, later)}) == 1
    assert sum(each.outcome is not None for each in (*recognised, later)) == 1
    assert await nudging.texts() == [QUOTED]


async def test_another_text_from_the_same_form_is_refused_and_from_another_form_sent(nudging: Nudging) -> None:
    await say(nudging)

    with pytest.raises(AlreadySent):
        await say(nudging, "Something else.")
    await say(nudging, "Something else.", form="form2")

    assert await nudging.texts() == [QUOTED, "Mara Lind wrote to you: “Something else.”"]


async def test_after_hours_it_waits_unpublished_and_says_yesterday_when_it_goes_out(nudging: Nudging) -> None:
    await nudging.rows.add_nudge(make_nudge("plan-done"))
    await nudging.take_in(report(score=100, state="open", revision=2, behaviours=(behaviour("Calls", 6, 6),)))
    nudging.now = at(MONDAY, "18:00")

    await say(nudging, "", nudge_id=NudgeId("plan-done"))

    assert ("thanks", "deferred", AFTER_HOURS) in await nudging.decisions()
    assert "Mara Lind says thank you for today: 6 of 6 calls." in await nudging.texts()
    assert [event for event in await nudging.published(NUDGE_DECIDED) if event.kind is NudgeKind.THANKS] == []
    await nudging.take_in(report(revision=3), open_report(TUESDAY))
    await nudging.pass_time(at(TUESDAY, "09:00"))
    (event,) = [event for event in await nudging.published(NUDGE_DECIDED) if event.kind is NudgeKind.THANKS]
    assert event.text == "Mara Lind says thank you for yesterday: 6 of 6 calls."
    assert (event.decided_at, event.send_at) == (at(MONDAY, "18:00"), at(TUESDAY, "09:00"))
    assert ("queued", 0, "") in await nudging.deliveries()


async def test_it_is_a_message_of_its_own_among_others_that_have_waited(nudging: Nudging) -> None:
    nudging.holdout = Holdout(seed="", share=0.0)
    nudging.now = at(MONDAY, "18:00")
    await nudging.take_in(report(score=100, state="open", revision=2))
    await nudging.announce(announcement(3, TUESDAY))
    await say(nudging, form="form1")
    await say(nudging, "And thanks for Friday.", form="form2")
    await nudging.take_in(report(score=100, revision=3), open_report(TUESDAY))

    decided = await nudging.pass_time(at(TUESDAY, "09:00"))

    assert sorted(outcome.rule for outcome in decided) == ["plan_done", "playbook", "thanks", "thanks"]
    assert {outcome.status for outcome in decided} == {"sent"}
    assert await nudging.pool.fetchval("SELECT count(*) FROM nudge WHERE bundled_with IS NOT NULL") == 0
    texts = await nudging.pool.fetch("SELECT text FROM nudge WHERE rule = 'thanks' ORDER BY seq")
    assert [row["text"] for row in texts] == [QUOTED, "Mara Lind wrote to you: “And thanks for Friday.”"]


async def test_before_the_reps_day_is_opened_it_waits_and_after_two_weeks_it_is_given_up(nudging: Nudging) -> None:
    nudging.now = at(TUESDAY, "10:00")
    await say(nudging)
    assert await nudging.statuses() == [("thanks", "deferred")]

    for later in (timedelta(days=14), timedelta(days=14, minutes=5)):
        await nudging.pass_time(at(TUESDAY, "10:00") + later)
        statuses = await nudging.statuses()
        assert statuses == [("thanks", "deferred" if later == timedelta(days=14) else "suppressed")]


@pytest.mark.parametrize(
    ("manager_id", "rep_id", "day"),
    [
        (JON.id, ANA.id, open_report()),
        (MARA.id, BEN.id, open_report()),
        (MARA.id, ANA.id, open_report(TUESDAY, managers=(JON,))),
        (MARA.id, ANA.id, open_report(MONDAY + timedelta(days=7), rep=BEN, managers=(JON,))),
        (MARA.id, ANA.id, open_report(TUESDAY, presence=Presence.NOT_EMPLOYED)),
        (MARA.id, RepId(MARA.id), open_report(rep=ANA.model_copy(update={"id": MARA.id}))),
    ],
    ids=["another team's", "unknown rep", "former manager", "rep without days", "rep who left", "themselves"],
)
async def test_only_who_leads_the_rep_today_may_write_to_them(
    nudging: Nudging, manager_id: ManagerId, rep_id: RepId, day: DayReport
) -> None:
    await nudging.rows.add_day(day)

    with pytest.raises(NotTheirRep):
        await say(nudging, manager_id=manager_id, rep_id=rep_id)

    assert await nudging.pool.fetchval("SELECT count(*) FROM recognition") == 0
    assert await nudging.texts() == []


@pytest.mark.parametrize(
    ("typed", "read"),
    [
        ("  Great\r\n save \t on Acme. ", "Great save on Acme."),
        ("Bcc: all@example.com\r\nSubject: hi\r\n\r\nHello", "Bcc: all@example.com Subject: hi Hello"),
        ("a\u202egnihton\u202c b\u2066c\u2069", "agnihton bc"),
        ("nul\x00 bell\x07 \u200bhidden\ufeff", "nul bell hidden"),
        ("<b>bold</b> &amp; <!channel> @everyone", "<b>bold</b> &amp; <!channel> @everyone"),
        ("Gran trabajo, señora \U0001f469\u200d\U0001f4bb", "Gran trabajo, señora \U0001f469\u200d\U0001f4bb"),
        ("x" * 500, "x" * 500),
        ("\u202e" * 4_000 + "short", "short"),
    ],
    ids=["spaces", "headers", "bidi", "control characters", "markup", "joiners", "500 characters", "invisible length"],
)
async def test_what_nobody_sees_is_left_out_and_the_rest_is_plain_text(nudging: Nudging, typed: str, read: str) -> None:
    await say(nudging, typed)

    assert await nudging.pool.fetchval("SELECT text FROM recognition") == read
    assert await nudging.texts() == [f"Mara Lind wrote to you: “{read}”"]


@pytest.mark.parametrize("length", [501, 5_000])
async def test_a_longer_text_is_refused(nudging: Nudging, length: int) -> None:
    with pytest.raises(TextTooLong, match=f"{length} characters, at most 500"):
        await say(nudging, "x" * length)

    assert await nudging.texts() == []


@pytest.mark.parametrize("typed", ["", "  \n", "\u202e\u200b"])
async def test_without_a_visible_text_it_is_a_thank_you(nudging: Nudging, typed: str) -> None:
    await say(nudging, typed)

    assert await nudging.texts() == ["Mara Lind says thank you."]


async def test_what_waits_can_be_undone_without_a_trace_of_its_words(nudging: Nudging) -> None:
    nudging.now = at(MONDAY, "18:00")
    recognised = await say(nudging)

    assert await undo_thanks(nudging.pool, recognised.id, MARA.id, ANA.id, now=nudging.now)

    row = await nudging.pool.fetchrow("SELECT text, facts, undone_at FROM recognition")
    assert tuple(row or ()) == ("", "", nudging.now)
    assert (await nudging.texts(), await nudging.rows.outbox(NUDGE_DECIDED.name)) == ([], [])
    await nudging.take_in(open_report(TUESDAY))
    assert await nudging.pass_time(at(TUESDAY, "09:00")) == []
    assert not await undo_thanks(nudging.pool, recognised.id, MARA.id, ANA.id, now=nudging.now)


async def test_what_is_undone_without_its_message_is_not_sent(nudging: Nudging) -> None:
    nudging.now = at(MONDAY, "18:00")
    await say(nudging)
    await nudging.pool.execute("UPDATE recognition SET undone_at = $1", nudging.now)
    await nudging.take_in(open_report(TUESDAY))

    await nudging.pass_time(at(TUESDAY, "09:00"))

    assert await nudging.decisions() == [("thanks", "suppressed", "the sender took it back")]


async def test_nobody_else_takes_it_back(nudging: Nudging) -> None:
    nudging.now = at(MONDAY, "18:00")
    recognised = await say(nudging)
    another = await say(nudging, form="form2")

    for manager_id, rep_id in ((JON.id, ANA.id), (MARA.id, BEN.id)):
        assert not await undo_thanks(nudging.pool, recognised.id, manager_id, rep_id, now=nudging.now)
    assert await undo_thanks(nudging.pool, another.id, MARA.id, ANA.id, now=nudging.now)

    assert await nudging.texts() == [QUOTED]
    assert await nudging.pool.fetchval("SELECT count(*) FROM recognition WHERE undone_at IS NULL") == 1


async def test_what_has_gone_out_stays(nudging: Nudging) -> None:
    recognised = await say(nudging)

    assert not await undo_thanks(nudging.pool, recognised.id, MARA.id, ANA.id, now=nudging.now)

    assert await nudging.texts() == [QUOTED]
    assert await nudging.pool.fetchval("SELECT text FROM recognition") == SENTENCE


async def test_what_was_undone_can_be_sent_again_with_the_same_form(nudging: Nudging) -> None:
    nudging.now = at(MONDAY, "18:00")
    await undo_thanks(nudging.pool, (await say(nudging)).id, MARA.id, ANA.id, now=nudging.now)

    again = await say(nudging, "Better words.")

    assert [again.outcome] == outcomes(("thanks", "deferred"))
    assert await nudging.texts() == ["Mara Lind wrote to you: “Better words.”"]
    row = await nudging.pool.fetchrow("SELECT text, written_at, undone_at FROM recognition")
    assert tuple(row or ()) == ("Better words.", nudging.now, None)


async def test_what_can_be_undone_is_published_and_sent_once_it_cannot_be_any_more(nudging: Nudging) -> None:
    hold, written_at = timedelta(seconds=10), nudging.now
    written = Written(sender_id=MARA.id, rep_id=ANA.id, form="form", text="", nudge_id=None)
    decided = [(await recognise_rep(nudging.pool, written, nudging.context(), hold=hold)).outcome for _ in range(2)]
    assert decided == [*outcomes(("thanks", "deferred")), None]

    assert await nudging.pass_time(written_at + hold - timedelta(seconds=1)) == []
    assert await nudging.published(NUDGE_DECIDED) == []

    assert await nudging.pass_time(written_at + hold) == outcomes(("thanks", "sent"))
    assert len(await nudging.published(NUDGE_DECIDED)) == 1
    assert await nudging.deliveries() == [("queued", 0, "")]


async def test_what_waits_for_the_working_hours_does_not_wait_longer_because_it_can_be_undone(nudging: Nudging) -> None:
    nudging.now = at(MONDAY, "18:00")
    written = Written(sender_id=MARA.id, rep_id=ANA.id, form="form", text="", nudge_id=None)

    await recognise_rep(nudging.pool, written, nudging.context(), hold=timedelta(seconds=10))

    assert await nudging.decisions() == [("thanks", "deferred", AFTER_HOURS)]
