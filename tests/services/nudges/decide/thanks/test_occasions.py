"""What a manager can thank a rep for, and the facts that are quoted, on a real database."""

from datetime import date

import pytest

from services.nudges.decide.thanks.occasions import find_occasion, list_thankable
from services.nudges.domain.feedback.thanks import Occasion
from shared.events import Manager, ManagerId, NudgeId, NudgeKind, Person, RepId
from tests.services.nudges.builders.days import FRIDAY, MONDAY, TUESDAY
from tests.services.nudges.builders.nudges import make_nudge
from tests.services.nudges.builders.people import ANA, BEN, JON, MARA
from tests.services.nudges.builders.reports import behaviour, report, worked_days
from tests.services.nudges.builders.rows import Rows

CELEBRATION, REMINDER = NudgeId("plan-done"), NudgeId("reminder")


async def find(
    rows: Rows, nudge_id: NudgeId, *, manager_id: ManagerId = MARA.id, rep_id: RepId = ANA.id, today: date = TUESDAY
) -> Occasion | None:
    async with rows.pool.acquire() as connection:
        return await find_occasion(connection, nudge_id, manager_id=manager_id, rep_id=rep_id, today=today)


async def remind(rows: Rows, *, about: str = "ana", of: Person = MARA, status: str = "sent", retracted: str = "") -> None:
    nudge = make_nudge(REMINDER, person=of, kind=NudgeKind.RECOGNITION, rule="recognition_due", occasion=f"{about}:2026-03-02")
    await rows.add_nudge(nudge, status=status, retracted_because=retracted)


@pytest.mark.parametrize(
    ("counts", "facts"),
    [
        ((("Calls", 6, 6), ("Meetings", 1, 2)), "6 of 6 calls"),
        ((("Calls", 3, 6), ("Meetings", 1, 2), ("Proposals", 0, 1)), "3 calls and 1 meeting"),
        ((("Calls", 0, 6),), ""),
    ],
    ids=["what reached its target", "or else what was done", "or nothing"],
)
async def test_a_celebration_is_quoted_with_what_was_done_on_its_day(
    rows: Rows, counts: tuple[tuple[str, int, int], ...], facts: str
) -> None:
    await rows.add_nudge(make_nudge())
    await rows.add_day(report(behaviours=tuple(behaviour(*each) for each in counts)))

    assert await find(rows, CELEBRATION) == Occasion(nudge_id=CELEBRATION, title="Plan done", about_day=MONDAY, facts=facts)


async def test_without_the_day_there_is_nothing_to_quote(rows: Rows) -> None:
    await rows.add_nudge(make_nudge())
    await remind(rows)

    for nudge_id in (CELEBRATION, REMINDER):
        occasion = await find(rows, nudge_id)
        assert occasion is not None
        assert occasion.facts == ""


async def test_a_reminder_is_quoted_with_the_days_before_it_and_the_last_of_them(rows: Rows) -> None:
    await remind(rows)
    for day in (*worked_days(100, 60, 100, 100, 100), report(MONDAY, score=60)):
        await rows.add_day(day)

    assert await find(rows, REMINDER, today=FRIDAY) == Occasion(
        nudge_id=REMINDER,
        title="Recognition due",
        about_day=None,
        facts="plan done on 4 of 5 working days up to Friday 27 February, and 41 calls over those days",
    )


@pytest.mark.parametrize(
    ("nudge_id", "manager_id", "rep_id"),
    [
        (NudgeId("another"), MARA.id, ANA.id),
        (CELEBRATION, MARA.id, BEN.id),
        (REMINDER, JON.id, ANA.id),
        (REMINDER, MARA.id, BEN.id),
    ],
    ids=["unknown", "somebody else's celebration", "another manager's reminder", "a reminder about somebody else"],
)
async def test_no_other_nudge_is_quoted(rows: Rows, nudge_id: NudgeId, manager_id: ManagerId, rep_id: RepId) -> None:
    await rows.add_nudge(make_nudge())
    await remind(rows)

    assert await find(rows, nudge_id, manager_id=manager_id, rep_id=rep_id) is None


@pytest.mark.parametrize(("kind", "rule"), [(NudgeKind.COACHING, "drop"), (NudgeKind.THANKS, "thanks")])
async def test_nothing_but_a_celebration_is_a_reason_to_thank(rows: Rows, kind: NudgeKind, rule: str) -> None:
    await rows.add_nudge(make_nudge("other", kind=kind, rule=rule))
    await rows.add_nudge(make_nudge("digest", kind=NudgeKind.DIGEST, rule="digest", person=MARA, occasion="ana:2026-03-02"))

    assert await find(rows, NudgeId("other")) is None
    assert await find(rows, NudgeId("digest")) is None
    async with rows.pool.acquire() as connection:
        assert await list_thankable(connection, [NudgeId("other"), NudgeId("digest")], manager_id=MARA.id) == {}


@pytest.mark.parametrize(
    ("status", "retracted", "is_known"),
    [("sent", "", True), ("bundled", "", True), ("deferred", "", False), ("withheld", "", False), ("sent", "late data", False)],
)
async def test_only_what_was_sent_and_still_holds_is_quoted(rows: Rows, status: str, retracted: str, *, is_known: bool) -> None:
    await rows.add_nudge(make_nudge(), status=status, retracted_because=retracted)
    await remind(rows, status=status, retracted=retracted)

    async with rows.pool.acquire() as connection:
        listed = await list_thankable(connection, [CELEBRATION, REMINDER], manager_id=MARA.id)

    assert [await find(rows, nudge_id) is not None for nudge_id in (CELEBRATION, REMINDER)] == [is_known] * 2
    assert len(listed) == (2 if is_known else 0)


async def test_a_manager_can_thank_the_rep_of_a_celebration_and_the_one_whom_a_reminder_to_them_is_about(rows: Rows) -> None:
    await rows.add_nudge(make_nudge())
    await rows.add_nudge(make_nudge("not asked for"))
    await remind(rows, about="ben")

    async with rows.pool.acquire() as connection:
        for manager_id, expected in (
            (MARA.id, {CELEBRATION: (ANA.id, False), REMINDER: (BEN.id, False)}),
            (JON.id, {CELEBRATION: (ANA.id, False)}),
        ):
            listed = await list_thankable(connection, [CELEBRATION, REMINDER], manager_id=manager_id)
            assert {nudge_id: (rep.rep_id, rep.is_thanked) for nudge_id, rep in listed.items()} == expected


async def test_what_somebody_else_wrote_or_was_undone_or_answers_another_nudge_is_no_thanks_for_it(rows: Rows) -> None:
    await rows.add_nudge(make_nudge())
    await rows.add_nudge(make_nudge("other"))
    await rows.add_thanks(ANA, JON, nudge_id=CELEBRATION)
    await rows.add_thanks(BEN, MARA, nudge_id=CELEBRATION, undone_at=make_nudge().decided_at)
    await rows.add_thanks(ANA, MARA, nudge_id=NudgeId("other"))

    async with rows.pool.acquire() as connection:
        listed = await list_thankable(connection, [CELEBRATION, NudgeId("other")], manager_id=MARA.id)

    assert {nudge_id: (rep.rep_id, rep.is_thanked) for nudge_id, rep in listed.items()} == {
        CELEBRATION: (ANA.id, False),
        NudgeId("other"): (ANA.id, True),
    }


@pytest.mark.parametrize(
    ("status", "sender", "rule", "is_waiting"),
    [
        ("deferred", MARA, "thanks", True),
        ("sent", MARA, "thanks", False),
        ("deferred", JON, "thanks", False),
        ("deferred", MARA, "other", False),
    ],
    ids=["waits", "sent", "by somebody else", "no thanks"],
)
async def test_thanks_that_have_not_gone_out_are_known_and_so_is_the_day_that_they_are_for(
    rows: Rows, status: str, sender: Manager, rule: str, *, is_waiting: bool
) -> None:
    await rows.add_nudge(make_nudge())
    await rows.add_nudge(make_nudge("other"))
    await remind(rows)
    message = await rows.add_thanks(ANA, sender, nudge_id=CELEBRATION)
    await rows.add_nudge(message.model_copy(update={"rule": rule}), status=status)
    await rows.add_nudge(message.model_copy(update={"id": "bens", "person": BEN}), status="deferred")

    async with rows.pool.acquire() as connection:
        listed = await list_thankable(connection, [CELEBRATION, NudgeId("other"), REMINDER], manager_id=MARA.id)

    assert [listed[nudge_id].is_waiting for nudge_id in (CELEBRATION, NudgeId("other"), REMINDER)] == [is_waiting, False, False]
    assert [listed[nudge_id].about_day for nudge_id in (CELEBRATION, REMINDER)] == [MONDAY, None]
    assert listed[CELEBRATION].timezone == "Europe/Madrid"
