"""Every message is in the language of whoever receives it, whoever causes it, on a real database."""

from datetime import timedelta

from services.nudges.decide.disputes.dispute_answers import resolve_dispute
from services.nudges.decide.disputes.new_disputes import send_new_disputes
from services.nudges.decide.thanks.recognise_rep import Written, recognise_rep
from services.nudges.domain.feedback.disputes import Resolution
from services.nudges.preferences.stored_preferences import save_language
from shared.event_types import NUDGE_DECIDED, NUDGE_REVISED
from shared.events import NudgeId, Person, VersionNumber
from shared.languages.current import using_language
from tests.services.nudges.builders.announcements import announcement
from tests.services.nudges.builders.days import MONDAY, NOON, TUESDAY, at
from tests.services.nudges.builders.people import ANA, BEN, MARA
from tests.services.nudges.builders.reports import behaviour, open_report, report, worked_days
from tests.services.nudges.conftest import Nudging
from tests.services.nudges.decide.disputes.disputing import dispute

DONE = (behaviour("Llamadas", 12, 10),)
THIRD = VersionNumber(3)


async def _choose(nudging: Nudging, person: Person, language: str) -> None:
    await save_language(nudging.pool, person.id, language, now=NOON)


async def _texts_by_rule(nudging: Nudging) -> dict[str, str]:
    rows = await nudging.pool.fetch("SELECT rule, text FROM nudge ORDER BY seq")
    return {row["rule"]: row["text"] for row in rows}


async def test_what_was_deferred_is_sent_in_the_language_that_was_chosen_since_and_is_the_same_nudge(nudging: Nudging) -> None:
    await nudging.take_in(report(state="open"))
    nudging.now = at(MONDAY, "18:00")
    await nudging.take_in(report(score=100, state="open", revision=2, behaviours=DONE))
    await nudging.announce(announcement(THIRD, TUESDAY))
    await _choose(nudging, ANA, "es")
    await nudging.take_in(report(score=100, revision=3, behaviours=DONE), open_report(TUESDAY))

    await nudging.pass_time(at(TUESDAY, "09:00"))

    done, announced, *sent = await nudging.published(NUDGE_DECIDED)
    by_id = {nudge.id: nudge for nudge in sent}
    assert ("today" in done.reason, "your playbook is" in announced.text) == (True, True)
    assert "ayer" in by_id[done.id].text
    assert "12 llamadas (plan: 10)" in by_id[done.id].text
    in_rooms = by_id[done.id].for_rooms
    assert in_rooms is not None
    assert "yesterday" in in_rooms[0]
    assert in_rooms[1] == "Your score for yesterday is 100, and all of your targets are met."
    assert (done.for_rooms, announced.for_rooms) == (None, None)
    assert by_id[done.id].reason == "Tu puntuación de ayer es 100, y todos tus objetivos están cumplidos."
    assert by_id[announced.id].text.startswith("Ana, desde hoy tu plan de actividad es: ")

    await nudging.take_in(report(score=95, revision=4, behaviours=(behaviour("Llamadas", 9, 10),)))
    (revised,) = await nudging.published(NUDGE_REVISED)
    assert revised.because == "Según los registros actuales (9 de 10 llamadas), esto no se habría enviado."


async def test_each_recipient_has_their_own_and_others_have_that_of_the_installation(nudging: Nudging) -> None:
    """The manager, who causes some of them, reads English."""
    nudging.language = "es"
    await _choose(nudging, MARA, "en")
    await nudging.take_in(open_report(), open_report(rep=BEN))
    await nudging.take_in(report(score=100, state="open", revision=2, behaviours=DONE))
    await nudging.announce(announcement(THIRD, TUESDAY))
    disputed = await dispute(nudging.rows)
    with using_language("en"):
        written = Written(sender_id=MARA.id, rep_id=ANA.id, form="form", text="", nudge_id=await _id_of(nudging, "plan_done"))
        await recognise_rep(nudging.pool, written, nudging.context())
        await send_new_disputes(nudging.pool, nudging.settings, now=nudging.now)
        await resolve_dispute(nudging.pool, disputed, MARA.id, Resolution.STANDS, nudging.context())

    texts = await _texts_by_rule(nudging)
    assert texts["thanks"] == "Mara Lind te da las gracias por lo de hoy: 12 llamadas (plan: 10)."
    assert texts["dispute_answer"].startswith("Ana, Mara Lind ha revisado el registro de hoy (")
    assert texts["new_disputes"].startswith("Ana disputes a record from today: it didn't happen.")
    assert texts["playbook"].startswith("Ana, a partir del martes 3 de marzo tu plan de actividad será: ")
    assert "hoy" in texts["plan_done"]


async def test_hints_their_corrections_and_the_mornings_of_managers_too(nudging: Nudging) -> None:
    await _choose(nudging, ANA, "es")
    await nudging.rows.add_announcement(announcement(), delivered_at=NOON - timedelta(days=90))
    await nudging.take_in(*worked_days(*[60] * 40), open_report())
    await nudging.pass_time(at(MONDAY, "13:00"))
    await nudging.take_in(report(score=20, count=1, first="12:50", state="open", revision=2))
    await nudging.take_in(report(score=20, count=1, first="12:50", revision=3), open_report(TUESDAY))
    await nudging.pass_time(at(TUESDAY, "09:00"))
    await nudging.send_digests(at(TUESDAY, "00:30"))
    await _choose(nudging, MARA, "es")
    await nudging.send_digests(at(TUESDAY, "09:00"))
    await dispute(nudging.rows, day=TUESDAY, now=nudging.now)
    await send_new_disputes(nudging.pool, nudging.settings, now=at(TUESDAY, "10:00"))

    mornings = [nudge for nudge in await nudging.published(NUDGE_DECIDED) if nudge.person.id == MARA.id]
    assert ["had a plan" in str(nudge.for_rooms) for nudge in mornings] == [True, False]
    texts = await _texts_by_rule(nudging)
    assert "para tu plan" in texts["quiet_afternoon"]
    corrections = [nudge.text for nudge in await nudging.published(NUDGE_DECIDED) if nudge.rule == "correction"]
    assert ["el mensaje de hoy" in corrections[0], "el mensaje de ayer (13:00)" in corrections[-1]] == [True, True]
    assert texts["new_disputes"].startswith("Ana objeta un registro de hoy: ")
    assert "un comercial con plan; nadie lo cumplió" in texts["digest"]


async def _id_of(nudging: Nudging, rule: str) -> NudgeId:
    return NudgeId(await nudging.pool.fetchval("SELECT id FROM nudge WHERE rule = $1", rule))
