"""What managers receive in the morning, on a real database."""

from datetime import date, timedelta
from pathlib import Path

import pytest

from services.nudges.context.team_context import TeamContext
from services.nudges.deliver.channels.file import FileChannel
from services.nudges.domain.feedback.answers import Answer
from services.nudges.domain.moments import Moment
from services.nudges.links import last_day_of_links
from services.nudges.requests.erase_person import erase_person
from services.nudges.rules import catalogue
from services.nudges.rules.rule import Proposal, Rule
from shared.event_types import NUDGE_DECIDED
from shared.events import DayReport, Manager, ManagerId, Mention, Nudge, NudgeId, NudgeKind, PersonId, PossibleAbsence, Rep
from tests.services.nudges.builders.announcements import announcement
from tests.services.nudges.builders.days import MONDAY, TUESDAY, at, working_days
from tests.services.nudges.builders.nudges import make_nudge
from tests.services.nudges.builders.people import ANA, BEN, MARA, NORTH, SOUTH
from tests.services.nudges.builders.reports import behaviour, open_report, report, worked_days
from tests.services.nudges.conftest import KEY, LINKS, Nudging, outcomes

LONG_AGO = at(date(2026, 1, 2), "10:00")
NINE = at(MONDAY, "09:00")
SATURDAY = MONDAY + timedelta(days=5)
NEXT_MONDAY = MONDAY + timedelta(days=7)
RECOGNITION = outcomes(("recognition_due", "sent"), ("digest", "bundled"))
DIGEST = outcomes(("digest", "sent"))
POSSIBLE = PossibleAbsence(rep=ANA, first=MONDAY - timedelta(days=5), last=MONDAY - timedelta(days=3))
BRIEF = outcomes(("weekly_brief", "sent"), ("digest", "bundled"))
FALL = [100.0] * 25 + [40.0] * 15
"""Five weeks of ten calls a day, and then three weeks of one."""
JON = Manager(id=ManagerId(PersonId("jon")), name="Jon Keller", timezone="Europe/Madrid")


@pytest.fixture
def stand_in(monkeypatch: pytest.MonkeyPatch) -> None:
    """A rule that asks the manager every morning whether Ana was away."""

    def propose(_: TeamContext) -> Proposal:
        return Proposal(wordings=("Nothing logged for Ana. Away?",), reason="Nothing was logged.", absences=(POSSIBLE,))

    rule = Rule(
        name="stand_in",
        title="Stand-in",
        when="",
        limits="",
        kind=NudgeKind.DIGEST,
        moment=Moment.TEAM_MORNING,
        priority=1,
        propose=propose,
        cooldown_days=0,
    )
    monkeypatch.setattr(catalogue, "MANAGER_RULES", {rule.name: rule, **catalogue.MANAGER_RULES})


async def _take_in_week(nudging: Nudging, *scores: float, rep: Rep = ANA, until: date = MONDAY) -> None:
    """So many imported days before a day that has just opened, on which the manager's digest is scheduled."""
    days = [day.model_copy(update={"rep": rep, "silent": True}) for day in worked_days(*scores, until=until)]
    await nudging.take_in(*days, open_report(until, rep=rep))
    assert await nudging.send_digests(at(until, "00:30")) == []


async def test_a_digest_is_scheduled_and_sent_once_at_nine(nudging: Nudging) -> None:
    await _take_in_week(nudging, 60)

    assert await nudging.send_digests(at(MONDAY, "08:59")) == []
    assert await nudging.send_digests(NINE) == DIGEST
    assert await nudging.send_digests(at(MONDAY, "09:01")) == []

    await nudging.deliver()
    (message,) = nudging.channel.nudges
    assert (message.person.id, message.person.name, message.kind) == ("mara", "Mara Lind", NudgeKind.DIGEST)
    assert (message.team, message.day, message.playbook_from) == (NORTH, MONDAY, None)
    assert "Friday" in message.text
    assert "one rep had a plan" in message.text


async def test_a_message_that_offers_to_enter_an_absence_brings_its_link_also_as_a_part_of_another(
    nudging: Nudging, stand_in: None
) -> None:
    await _take_in_week(nudging, 60)

    assert await nudging.send_digests(NINE) == outcomes(("stand_in", "sent"), ("digest", "bundled"))

    (decided,) = await nudging.published(NUDGE_DECIDED)
    assert decided.about[0] == Mention(id=ANA.id)
    assert decided.absences == (POSSIBLE,)
    await nudging.deliver()
    (message,) = nudging.channel.nudges
    (absence,) = message.absences
    assert (absence.rep, absence.first, absence.last) == (ANA, POSSIBLE.first, POSSIBLE.last)
    assert absence.url == LINKS.absence_url(MARA.id, POSSIBLE, last_day=last_day_of_links(NINE))
    await erase_person(nudging.pool, None, ANA.id, erasure_key=KEY, now=NINE)
    assert await nudging.pool.fetchval("SELECT count(*) FROM nudge") == 0


async def test_the_next_digest_after_friday_is_on_monday(nudging: Nudging) -> None:
    await _take_in_week(nudging, 60)
    await nudging.send_digests(at(SATURDAY - timedelta(days=1), "09:00"))

    due_at = await nudging.pool.fetchval("SELECT due_at FROM scheduled_check WHERE moment = 'team' AND NOT is_done")

    assert due_at == at(NEXT_MONDAY, "09:00")


async def test_a_digest_that_comes_after_working_hours_is_suppressed(nudging: Nudging) -> None:
    await _take_in_week(nudging, 60)

    assert await nudging.send_digests(at(MONDAY, "17:00")) == outcomes(("digest", "suppressed"))


@pytest.mark.parametrize(
    "managers", [(), (MARA.model_copy(update={"timezone": None}),)], ids=["nobody leads", "the manager's zone is not known"]
)
async def test_nothing_is_sent_when(nudging: Nudging, managers: tuple[Manager, ...]) -> None:
    (friday,) = working_days(1)
    await nudging.take_in(report(friday, managers=managers), open_report(managers=managers))

    assert await nudging.send_digests(at(MONDAY, "00:30")) + await nudging.send_digests(NINE) == []


async def test_a_rep_of_another_manager_is_no_longer_mentioned(nudging: Nudging) -> None:
    await _take_in_week(nudging, 60)
    await nudging.take_in(open_report(revision=2, managers=(JON,)))

    assert await nudging.send_digests(NINE) == []


@pytest.mark.parametrize(("days_ago", "is_scheduled"), [(7, True), (8, False)])
async def test_a_manager_whose_reps_have_left_gets_no_digest_after_seven_days(
    nudging: Nudging, days_ago: int, *, is_scheduled: bool
) -> None:
    """The days are counted in UTC: at half past midnight on Tuesday in Madrid it is still Monday."""
    await nudging.take_in(report(MONDAY - timedelta(days=days_ago)))

    await nudging.send_digests(at(TUESDAY, "00:30"))

    assert bool(await nudging.pool.fetchval("SELECT count(*) FROM scheduled_check WHERE moment = 'team'")) is is_scheduled


async def test_recognition_and_digest_make_one_message_and_it_goes_round_the_team(nudging: Nudging) -> None:
    await _take_in_week(nudging, *[100] * 6)
    await _take_in_week(nudging, *[100] * 5, rep=BEN)

    assert await nudging.send_digests(NINE) == RECOGNITION
    await nudging.deliver()
    await nudging.take_in(report(revision=5, score=100), open_report(TUESDAY))
    assert (await nudging.send_digests(at(TUESDAY, "09:00")))[0] == RECOGNITION[0]
    await nudging.deliver()

    rows = await nudging.pool.fetch("SELECT occasion, manager_ids FROM nudge WHERE rule = 'recognition_due' ORDER BY seq")
    assert [(row["occasion"], row["manager_ids"]) for row in rows] == [
        ("ana:2026-03-02", ["mara"]),
        ("ben:2026-03-03", ["mara"]),
    ]
    assert len(nudging.channel.nudges) == 2
    assert [mention.id for mention in nudging.channel.nudges[0].about] == ["ana", "ben"]


@pytest.mark.parametrize(("before", "decided"), [(2, RECOGNITION), (3, DIGEST)], ids=["two before", "three before"])
async def test_there_are_at_most_three_recognition_reminders_a_week(
    nudging: Nudging, before: int, decided: list[object]
) -> None:
    thursday = MONDAY + timedelta(days=3)
    await _take_in_week(nudging, *[100] * 6, until=thursday)
    for number in range(before):
        fields = {"id": NudgeId(f"r{number}"), "rule": "recognition_due", "occasion": f"cleo:{number}", "person": MARA}
        sent = make_nudge().model_copy(update={**fields, "send_at": at(MONDAY + timedelta(days=number), "09:00")})
        await nudging.rows.add_nudge(sent)

    assert await nudging.send_digests(at(thursday, "09:00")) == decided


async def test_a_rep_who_was_recognised_today_is_not_due_for_five_worked_days(nudging: Nudging) -> None:
    await _take_in_week(nudging, *[100] * 6)
    await nudging.rows.add_nudge(make_nudge())
    await nudging.rows.add_answer(make_nudge().id, MARA.id, Answer.RECOGNISED, now=at(MONDAY, "08:50"))

    assert await nudging.send_digests(NINE) == DIGEST


async def test_a_manager_who_called_digests_not_useful_gets_none_for_thirty_days(nudging: Nudging) -> None:
    await _take_in_week(nudging, 60)
    await nudging.send_digests(NINE)
    digest_id = await nudging.pool.fetchval("SELECT id FROM nudge WHERE rule = 'digest'")
    await nudging.rows.add_answer(NudgeId(digest_id), MARA.id, Answer.NOT_USEFUL, now=at(MONDAY, "10:00"))
    await nudging.take_in(report(revision=5), open_report(TUESDAY))

    assert await nudging.send_digests(at(TUESDAY, "09:00")) == outcomes(("digest", "suppressed"))


@pytest.mark.parametrize(
    ("is_announced", "decided"),
    [(True, BRIEF), (False, DIGEST)],
    ids=["announced", "never announced"],
)
async def test_the_brief_rests_on_days_whose_playbook_had_been_announced(
    nudging: Nudging, decided: list[object], *, is_announced: bool
) -> None:
    await _take_in_week(nudging, *FALL)
    if is_announced:
        await nudging.rows.add_announcement(announcement(), delivered_at=LONG_AGO)

    assert await nudging.send_digests(NINE) == decided


async def test_a_morning_with_a_brief_brings_no_recognition_reminder(nudging: Nudging) -> None:
    await nudging.rows.add_announcement(announcement(), delivered_at=LONG_AGO)
    await _take_in_week(nudging, *FALL)
    await _take_in_week(nudging, *[100] * 6, rep=BEN)

    assert await nudging.send_digests(NINE) == BRIEF


def _six_calls(day: DayReport) -> DayReport:
    return day.model_copy(update={"revision": 7, "behaviours": (behaviour("Calls", 6, 10),)})


async def test_two_weeks_later_the_brief_says_that_it_is_up_beside_a_recognition_reminder(nudging: Nudging) -> None:
    """One that only follows up asks nothing of the manager, and whoever it is about is erased with it."""
    await nudging.rows.add_announcement(announcement(), delivered_at=LONG_AGO)
    await _take_in_week(nudging, *FALL)
    assert await nudging.send_digests(NINE) == BRIEF
    after = MONDAY + timedelta(days=14)
    await nudging.take_in(*map(_six_calls, worked_days(*[60] * 10, until=after)), open_report(after))
    bens = [day.model_copy(update={"rep": BEN, "silent": True}) for day in worked_days(*[100] * 6, until=after)]
    await nudging.take_in(*bens, open_report(after, rep=BEN))

    outcome = await nudging.send_digests(at(after, "09:00"))

    assert outcome == outcomes(("recognition_due", "sent"), ("weekly_brief", "bundled"), ("digest", "bundled"))
    row = await nudging.pool.fetchrow("SELECT text, event FROM nudge WHERE rule = 'weekly_brief' ORDER BY seq DESC LIMIT 1")
    assert row is not None
    assert "Ana is clearly up on calls (60 in 10 active days, about 10 before)" in row["text"]
    assert [mention.id for mention in Nudge.model_validate_json(row["event"]).about] == ["ana"]


async def test_a_manager_of_two_teams_gets_one_message_about_both(nudging: Nudging) -> None:
    (friday,) = working_days(1)
    await nudging.take_in(report(friday), report(friday, rep=BEN, team=SOUTH), open_report())
    await nudging.send_digests(at(MONDAY, "00:30"))

    assert await nudging.send_digests(NINE) == DIGEST

    (text,) = await nudging.texts()
    assert "North: one rep had a plan" in text
    assert "South: one rep had a plan" in text


async def test_an_erased_rep_is_in_nothing_that_managers_received(nudging: Nudging, tmp_path: Path) -> None:
    file = FileChannel(tmp_path / "nudges.ndjson")
    await _take_in_week(nudging, *[100] * 6)
    await _take_in_week(nudging, *[60] * 5, rep=BEN)
    await nudging.send_digests(NINE)
    for (body,) in await nudging.pool.fetch("SELECT event FROM nudge"):
        await file.send(Nudge.model_validate_json(body), attempts=1)

    erased = await erase_person(nudging.pool, file, BEN.id, erasure_key=KEY, now=nudging.now)

    assert (erased.nudges, erased.lines) == (2, 2)  # the digest names Ben, and the message that it was part of
    assert await nudging.pool.fetchval("SELECT count(*) FROM nudge") == 0
    published = await nudging.published(NUDGE_DECIDED)
    assert not [sent for sent in published if BEN.id in {mention.id for mention in sent.about}]
