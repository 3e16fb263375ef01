"""From what a colleague writes to the message that the rep gets, on a real database."""

from datetime import timedelta

import pytest

from services.nudges.decide.thanks.recognise_rep import (
    NotTheirRep,
    Recognised,
    TooManyToday,
    Written,
    recognise_rep,
    undo_thanks,
)
from shared.event_types import NUDGE_DECIDED
from shared.events import NudgeId, NudgeKind, PersonId, RepId
from tests.services.nudges.builders.days import MONDAY, TUESDAY, at
from tests.services.nudges.builders.nudges import make_nudge
from tests.services.nudges.builders.people import ANA, BEN, MARA, rep
from tests.services.nudges.builders.reports import open_report
from tests.services.nudges.conftest import Nudging, outcomes


@pytest.fixture(autouse=True)
async def _monday_has_begun(nudging: Nudging) -> None:
    """Ana and Ben are in a team that lets them thank each other."""
    for each in (ANA, BEN):
        await nudging.take_in(open_report(rep=each, thanks_from_colleagues=True))


async def _say(
    nudging: Nudging,
    text: str = "Great save on Acme.",
    *,
    nudge_id: NudgeId | None = None,
    form: str = "form",
    sender_id: PersonId = BEN.id,
    rep_id: RepId = ANA.id,
) -> Recognised:
    written = Written(sender_id=sender_id, rep_id=rep_id, form=form, text=text, nudge_id=nudge_id)
    return await recognise_rep(nudging.pool, written, nudging.context())


async def test_a_colleague_says_it_as_a_manager_does_and_it_is_stored_as_theirs(nudging: Nudging) -> None:
    recognised = await _say(nudging)

    assert [recognised.outcome] == outcomes(("thanks", "sent"))
    (event,) = await nudging.published(NUDGE_DECIDED)
    assert (event.kind, event.person.id, event.text) == (
        NudgeKind.THANKS,
        ANA.id,
        "Ben Ode wrote to you: “Great save on Acme.”",
    )
    assert event.sender is not None
    assert (event.sender.id, event.sender.name) == (BEN.id, "Ben Ode")
    stored = await nudging.pool.fetchrow("SELECT manager_id, manager_name, is_from_colleague FROM recognition")
    assert stored is not None
    assert tuple(stored) == ("ben", "Ben Ode", True)


async def test_thanks_alone_name_no_day_and_no_numbers(nudging: Nudging) -> None:
    await _say(nudging, "")

    (event,) = await nudging.published(NUDGE_DECIDED)
    assert event.text == "Ben Ode says thank you."


async def test_a_colleague_answers_no_nudge_of_the_rep(nudging: Nudging) -> None:
    celebration = make_nudge()
    await nudging.rows.add_nudge(celebration)

    with pytest.raises(NotTheirRep):
        await _say(nudging, nudge_id=celebration.id)

    assert await nudging.pool.fetchval("SELECT count(*) FROM recognition") == 0


async def test_once_the_team_no_longer_allows_it_nobody_writes_and_what_was_written_is_still_delivered(
    nudging: Nudging,
) -> None:
    nudging.now = at(MONDAY, "20:00")
    assert [(await _say(nudging)).outcome] == outcomes(("thanks", "deferred"))
    await nudging.take_in(open_report(revision=2))

    with pytest.raises(NotTheirRep):
        await _say(nudging, "Another one.")
    nudging.now = at(TUESDAY, "08:00")
    await nudging.take_in(open_report(TUESDAY))

    await nudging.pass_time(at(TUESDAY, "09:30"))

    assert await nudging.statuses() == [("thanks", "sent")]


async def test_while_it_waits_it_can_be_undone_and_is_a_colleagues_again_when_it_is_written_again(nudging: Nudging) -> None:
    nudging.now = at(MONDAY, "20:00")
    recognised = await _say(nudging)

    assert await undo_thanks(nudging.pool, recognised.id, BEN.id, ANA.id, now=nudging.now)
    await nudging.pool.execute("UPDATE recognition SET is_from_colleague = false")
    await _say(nudging)

    assert await nudging.pool.fetchval("SELECT is_from_colleague FROM recognition") is True


async def _say_often(nudging: Nudging, *forms: str) -> list[Recognised]:
    """Ben writes to Ana with these forms, a minute apart, from now on."""
    recognised = []
    for form in forms:
        recognised.append(await _say(nudging, form=form))
        nudging.now += timedelta(minutes=1)
    return recognised


async def test_a_colleague_writes_to_one_rep_three_times_within_a_day_at_most(nudging: Nudging) -> None:
    begun = nudging.now
    await _say_often(nudging, "1", "2", "3")

    with pytest.raises(TooManyToday):
        await _say(nudging, form="4")

    assert await nudging.pool.fetchval("SELECT count(*) FROM recognition") == 3
    assert len(await nudging.statuses()) == 3
    assert (await _say(nudging, form="3")).outcome is None, "a form that was sent before"
    nudging.now = begun + timedelta(days=1) - timedelta(seconds=1)
    with pytest.raises(TooManyToday):
        await _say(nudging, form="4")
    nudging.now = begun + timedelta(days=1)
    assert (await _say(nudging, form="4")).outcome is not None


async def test_what_was_undone_and_what_others_wrote_does_not_count(nudging: Nudging) -> None:
    cleo = rep("Cleo Fox")
    await nudging.take_in(open_report(rep=cleo, thanks_from_colleagues=True))
    nudging.now = at(MONDAY, "20:00")
    first, *_ = await _say_often(nudging, "1", "2", "3")
    for form in ("4", "5", "6", "7"):
        await _say(nudging, form=form, sender_id=MARA.id)
    assert (await _say(nudging, form="8", sender_id=cleo.id)).outcome is not None
    assert (await _say(nudging, form="9", rep_id=cleo.id)).outcome is not None

    assert await undo_thanks(nudging.pool, first.id, BEN.id, ANA.id, now=nudging.now)
    assert (await _say(nudging, form="10")).outcome is not None
    with pytest.raises(TooManyToday):
        await _say(nudging, form="11")


async def test_what_somebody_wrote_as_a_manager_does_not_count(nudging: Nudging) -> None:
    await nudging.take_in(open_report(revision=2, managers=(MARA, MARA.model_copy(update={"id": BEN.id}))))
    await _say_often(nudging, "1", "2", "3", "4")
    await nudging.take_in(open_report(revision=3, thanks_from_colleagues=True))

    assert (await _say(nudging, form="5")).outcome is not None
