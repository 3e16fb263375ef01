"""What waits for a manager, clause by clause, on a real database."""

from datetime import timedelta

import pytest

from services.nudges.domain.feedback.answers import Answer
from services.nudges.pages.messages.stored_messages import EVERYTHING, Selection, list_to_do
from shared.events import Mention, Nudge, NudgeId, NudgeKind, Person, PossibleAbsence, Presence
from tests.services.nudges.builders.days import MONDAY, NOON, TUESDAY
from tests.services.nudges.builders.nudges import make_nudge
from tests.services.nudges.builders.people import ANA, BEN, JON, MARA
from tests.services.nudges.builders.reports import report
from tests.services.nudges.builders.rows import Rows

SECOND = timedelta(seconds=1)
HINT = make_nudge("hint", kind=NudgeKind.COACHING, rule="drop")
REMINDER = make_nudge(
    "reminder",
    person=MARA,
    kind=NudgeKind.RECOGNITION,
    rule="recognition_due",
    occasion=f"ana:{MONDAY}",
    about=(Mention(id=ANA.id),),
)
SILENCE = make_nudge(
    "silence",
    person=MARA,
    kind=NudgeKind.DIGEST,
    rule="gone_silent",
    absences=(PossibleAbsence(rep=ANA, first=MONDAY, last=TUESDAY),),
)
OF_ONE_DAY = SILENCE.model_copy(update={"absences": (PossibleAbsence(rep=ANA, first=MONDAY, last=MONDAY),)})


async def _to_do(rows: Rows, selection: Selection = EVERYTHING) -> list[str]:
    return [waiting.message.id for waiting in await list_to_do(rows.pool, MARA.id, selection, now=NOON)]


async def _add_all(rows: Rows) -> None:
    for number, nudge in enumerate((HINT, REMINDER, SILENCE)):
        await rows.add_nudge(nudge.model_copy(update={"send_at": NOON - number * SECOND}))
    await rows.add_day(report(TUESDAY))


async def test_hints_reminders_and_silent_reps_wait_for_their_manager_newest_first(rows: Rows) -> None:
    await _add_all(rows)
    for other in ("celebration", "digest", "recognition"):
        await rows.add_nudge(make_nudge(other, kind=NudgeKind(other), rule="another"))
    await rows.add_nudge(make_nudge("jons", kind=NudgeKind.COACHING), managers=(JON.id,))

    assert await _to_do(rows) == ["hint", "reminder", "silence"]


@pytest.mark.parametrize("nudge", [HINT, REMINDER, OF_ONE_DAY], ids=lambda nudge: nudge.id)
@pytest.mark.parametrize(
    "change",
    ["status = 'deferred'", "retracted_at = now()"],
)
async def test_what_was_not_sent_or_does_not_hold_waits_for_nobody(rows: Rows, nudge: Nudge, change: str) -> None:
    await rows.add_day(report(MONDAY))
    await rows.add_nudge(nudge)
    assert await _to_do(rows) == [nudge.id]

    await rows.pool.execute(f"UPDATE nudge SET {change}")

    assert await _to_do(rows) == []


@pytest.mark.parametrize(
    ("nudge", "age"),
    [(HINT, timedelta(days=3)), (REMINDER, timedelta(days=7)), (OF_ONE_DAY, timedelta(days=7))],
    ids=["hint", "reminder", "silence"],
)
async def test_nothing_waits_for_longer_than_it_is_of_use(rows: Rows, nudge: Nudge, age: timedelta) -> None:
    await rows.add_day(report(MONDAY))
    await rows.add_nudge(nudge)

    waiting = []
    for send_at in (NOON - age, NOON - age - SECOND):
        await rows.pool.execute("UPDATE nudge SET send_at = $1", send_at)
        waiting.append(await _to_do(rows))

    assert waiting == [[nudge.id], []]


@pytest.mark.parametrize(
    ("nudge", "person", "is_waiting"),
    [(HINT, ANA, False), (HINT, MARA, False), (REMINDER, MARA, False), (REMINDER, JON, True), (OF_ONE_DAY, MARA, False)],
    ids=["hint, the rep", "hint, the manager", "reminder", "reminder, somebody else", "silence"],
)
async def test_an_answer_settles_it_once_it_cannot_be_undone_any_more(
    rows: Rows, nudge: Nudge, person: Person, *, is_waiting: bool
) -> None:
    await rows.add_day(report(MONDAY))
    await rows.add_nudge(make_nudge("other"))
    await rows.add_answer(NudgeId("other"), MARA.id, Answer.WRONG, now=NOON - 10 * SECOND)
    await rows.add_nudge(nudge)
    assert await _to_do(rows) == [nudge.id]
    await rows.add_answer(nudge.id, person.id, Answer.WRONG, now=NOON - 10 * SECOND)
    assert await _to_do(rows) == [nudge.id] * is_waiting

    await rows.pool.execute("UPDATE answer SET answered_at = $1 WHERE nudge_id = $2", NOON - 9 * SECOND, nudge.id)

    assert await _to_do(rows) == [nudge.id]


@pytest.mark.parametrize(
    ("person", "sender", "seconds", "undone", "is_waiting"),
    [
        (ANA, MARA, 10, False, False),
        (ANA, MARA, 9, False, True),
        (ANA, MARA, 21, False, True),
        (ANA, MARA, 20, False, False),
        (ANA, MARA, 15, True, True),
        (ANA, JON, 15, False, True),
        (BEN, MARA, 15, False, True),
    ],
    ids=["thanked", "can be undone", "before", "with it", "undone", "by somebody else", "another rep"],
)
async def test_a_reminder_waits_until_its_manager_has_written_to_the_rep(
    rows: Rows, person: Person, sender: Person, seconds: int, *, undone: bool, is_waiting: bool
) -> None:
    rep = ANA if person is ANA else BEN
    await rows.add_nudge(REMINDER.model_copy(update={"send_at": NOON - 20 * SECOND}))
    await rows.add_thanks(rep, sender, written_at=NOON - seconds * SECOND, undone_at=NOON if undone else None)

    assert await _to_do(rows) == ["reminder"] * is_waiting


async def test_asking_about_an_absence_waits_until_no_day_of_it_counts_as_worked(rows: Rows) -> None:
    await rows.add_nudge(SILENCE)
    waiting = [await _to_do(rows)]
    for day, rep, presence in (
        (MONDAY, ANA, Presence.WORKING),
        (MONDAY, ANA, Presence.ABSENT),
        (TUESDAY, ANA, Presence.WORKING),
        (TUESDAY, ANA, Presence.ABSENT),
        (TUESDAY, BEN, Presence.WORKING),
        (MONDAY - timedelta(days=1), ANA, Presence.WORKING),
        (TUESDAY + timedelta(days=1), ANA, Presence.WORKING),
    ):
        await rows.add_day(report(day, rep=rep, presence=presence))
        waiting.append(await _to_do(rows))

    assert [bool(messages) for messages in waiting] == [False, True, False, True, False, False, False, False]


async def test_what_comes_again_later_waits_for_its_time(rows: Rows) -> None:
    await rows.add_nudge(REMINDER)
    await rows.add_delivery(REMINDER.id)
    assert await _to_do(rows) == ["reminder"]

    await rows.pool.execute("UPDATE delivery SET again_at = $1", NOON)

    assert await _to_do(rows) == []


async def test_a_message_waits_for_the_sake_of_a_part(rows: Rows) -> None:
    await rows.add_nudge(make_nudge("digest", person=MARA, kind=NudgeKind.DIGEST, rule="digest"))
    await rows.add_nudge(make_nudge("other", person=MARA, kind=NudgeKind.DIGEST, rule="digest"))
    await rows.add_nudge(REMINDER, status="bundled", bundled_with=NudgeId("digest"))

    (listed,) = await list_to_do(rows.pool, MARA.id, now=NOON)
    assert listed.message.id == "digest"
    assert listed.waiting == {REMINDER.id}
    assert await _to_do(rows, Selection(kind=NudgeKind.RECOGNITION)) == ["digest"]
    assert await _to_do(rows, Selection(kind=NudgeKind.COACHING)) == []


async def test_a_manager_can_choose_a_rep_or_a_kind(rows: Rows) -> None:
    await _add_all(rows)
    await rows.add_nudge(make_nudge("bens", person=BEN, kind=NudgeKind.COACHING, send_at=NOON - timedelta(minutes=1)))

    chosen = [
        await _to_do(rows, selection)
        for selection in (Selection(rep_id=ANA.id), Selection(rep_id=BEN.id), Selection(kind=NudgeKind.COACHING))
    ]

    assert chosen == [["hint", "reminder"], ["bens"], ["hint", "bens"]]


async def test_fifty_things_wait_at_most(rows: Rows) -> None:
    for number in range(51):
        await rows.add_nudge(make_nudge(f"n{number:02}", kind=NudgeKind.COACHING, send_at=NOON - number * SECOND))

    assert await _to_do(rows) == [f"n{number:02}" for number in range(50)]


async def test_the_newest_is_first_and_of_two_at_once_the_one_that_was_decided_last(rows: Rows) -> None:
    await rows.ignore_indexes()
    for name, seconds in (("n1", 1), ("n2", 0), ("n3", 0), ("n4", 2)):
        await rows.add_nudge(make_nudge(name, kind=NudgeKind.COACHING, send_at=NOON - timedelta(minutes=1) + seconds * SECOND))
    await rows.move_to_the_end(NudgeId("n3"))

    assert await _to_do(rows) == ["n4", "n1", "n3", "n2"]
