"""What policy looks at, on a real database."""

from dataclasses import replace
from datetime import date, datetime, timedelta

import pytest

from services.nudges.decide.policy.may_send import Shortfall
from services.nudges.decide.policy_facts import list_recent_nudges, load_rep_facts, load_working_time
from services.nudges.domain.candidate import Candidate
from services.nudges.domain.decision import NudgeStatus
from services.nudges.domain.feedback.answers import Answer, Objection
from services.nudges.domain.recent_nudges import RecentNudge
from services.nudges.domain.working_time import working_time_of_rep
from shared.events import DayReport, Nudge, NudgeId, NudgeKind, Person, VersionNumber
from tests.services.nudges.builders.announcements import VERSION_1, VERSION_2, announcement
from tests.services.nudges.builders.days import MONDAY, TUESDAY, WEDNESDAY, at, working_days
from tests.services.nudges.builders.nudges import make_nudge
from tests.services.nudges.builders.people import ANA, BEN, MARA, SOUTH
from tests.services.nudges.builders.reports import calls_and_demos, open_report, report, worked_days
from tests.services.nudges.conftest import Nudging

NOON = at(MONDAY, "12:00")
LONG_AGO = at(date(2026, 1, 2), "10:00")
CANDIDATE = Candidate(rule="pace", kind=NudgeKind.COACHING, occasion="", wordings=("Well.",), reason="")
NOT_ANNOUNCED = "the playbook was not announced to the rep before the day"


def _nudge(nudge_id: str, *, person: Person = ANA, rule: str = "plan_done", send_at: datetime = NOON) -> Nudge:
    fields = {"id": NudgeId(nudge_id), "occasion": nudge_id, "person": person, "rule": rule, "send_at": send_at}
    return make_nudge().model_copy(update=fields)


async def _recent(nudging: Nudging, *, now: datetime = NOON) -> tuple[RecentNudge, ...]:
    async with nudging.pool.acquire() as connection:
        return await list_recent_nudges(connection, ANA.id, timezone="Europe/Madrid", now=now)


async def test_recent_nudges_are_listed_newest_first(nudging: Nudging) -> None:
    await nudging.rows.add_nudge(_nudge("1", rule="streak", send_at=at(MONDAY, "10:00")))
    await nudging.rows.add_nudge(_nudge("2"), status="bundled")
    await nudging.rows.add_nudge(_nudge("3", rule="day_plan"))
    await nudging.rows.add_nudge(_nudge("4", person=BEN))
    await nudging.rows.add_nudge(_nudge("5", rule="a rule of an earlier release", send_at=at(MONDAY, "09:00")))
    await nudging.pool.execute("UPDATE nudge SET wording = seq")

    newest, bundled, streak, retired = await _recent(nudging)

    assert (newest.rule, newest.is_opt_in, newest.is_bundled, newest.wording) == ("day_plan", True, False, 3)
    assert (bundled.rule, bundled.is_opt_in, bundled.is_bundled, bundled.wording) == ("plan_done", False, True, 2)
    assert (streak.kind, streak.day, streak.at) == (NudgeKind.CELEBRATION, MONDAY, at(MONDAY, "10:00"))
    assert not retired.is_opt_in


@pytest.mark.parametrize("status", list(NudgeStatus))
async def test_what_was_sent_or_withheld_was_received(nudging: Nudging, status: NudgeStatus) -> None:
    await nudging.rows.add_nudge(_nudge("1"), status=status.value)
    await nudging.pool.execute("UPDATE nudge SET sent_day = $1", MONDAY)

    is_received = status in (NudgeStatus.SENT, NudgeStatus.BUNDLED, NudgeStatus.WITHHELD)

    assert bool(await _recent(nudging)) is is_received


@pytest.mark.parametrize(("days_ago", "is_recent"), [(13, True), (14, False)])
async def test_fourteen_days_are_recent(nudging: Nudging, days_ago: int, *, is_recent: bool) -> None:
    await nudging.rows.add_nudge(_nudge("1", send_at=at(MONDAY - timedelta(days=days_ago), "12:00")))

    assert bool(await _recent(nudging)) is is_recent


async def test_the_days_are_those_of_the_persons_own_calendar(nudging: Nudging) -> None:
    """At half past midnight on the fifteenth day in Madrid it is still the fourteenth in London."""
    await nudging.rows.add_nudge(_nudge("1", send_at=at(MONDAY, "12:00")))

    assert await _recent(nudging, now=at(MONDAY + timedelta(days=14), "00:30")) == ()


async def _objections(nudging: Nudging, *, now: datetime = NOON) -> tuple[Objection, ...]:
    nudging.now = now
    async with nudging.pool.acquire() as connection:
        facts = await load_rep_facts(connection, CANDIDATE, open_report(), nudging.context())
    return tuple(facts.objections)


@pytest.mark.parametrize(
    ("answer", "person", "counts"),
    [
        (Answer.NOT_USEFUL, ANA, True),
        (Answer.NOT_USEFUL, MARA, False),
        (Answer.WRONG, ANA, True),
        (Answer.WRONG, MARA, True),
        (Answer.RECOGNISED, MARA, False),
    ],
)
async def test_the_receiver_may_call_a_nudge_not_useful_and_anybody_may_call_it_wrong(
    nudging: Nudging, answer: Answer, person: Person, *, counts: bool
) -> None:
    await nudging.rows.add_nudge(_nudge("1", rule="pace"))
    await nudging.rows.add_answer(NudgeId("1"), person.id, answer)

    expected = (Objection(rule="pace", answer=answer, day=MONDAY),)

    assert await _objections(nudging) == (expected if counts else ())


async def test_objections_to_other_peoples_nudges_do_not_count(nudging: Nudging) -> None:
    await nudging.rows.add_nudge(_nudge("1", person=BEN))
    await nudging.rows.add_answer(NudgeId("1"), ANA.id, Answer.WRONG)

    assert await _objections(nudging) == ()


async def test_objections_to_what_was_never_received_do_not_count(nudging: Nudging) -> None:
    await nudging.rows.add_nudge(_nudge("1"), status="suppressed")
    await nudging.rows.add_answer(NudgeId("1"), ANA.id, Answer.WRONG)

    assert await _objections(nudging) == ()


async def test_objections_are_listed_newest_first_by_the_persons_own_calendar(nudging: Nudging) -> None:
    for number, now in enumerate((at(MONDAY, "00:30"), at(TUESDAY, "00:30"), at(MONDAY, "23:30"))):
        await nudging.rows.add_nudge(_nudge(str(number)))
        await nudging.rows.add_answer(NudgeId(str(number)), ANA.id, Answer.WRONG, now=now)

    objections = await _objections(nudging, now=at(TUESDAY, "09:00"))

    assert [objection.day for objection in objections] == [TUESDAY, MONDAY, MONDAY]


@pytest.mark.parametrize(("days_ago", "is_loaded"), [(31, True), (32, False)])
async def test_objections_are_loaded_for_a_day_longer_than_any_counts(
    nudging: Nudging, days_ago: int, *, is_loaded: bool
) -> None:
    await nudging.rows.add_nudge(_nudge("1"))
    answered_at = NOON - timedelta(days=days_ago)
    await nudging.rows.add_answer(NudgeId("1"), ANA.id, Answer.WRONG, now=answered_at)

    assert bool(await _objections(nudging)) is is_loaded


async def test_the_reps_current_day_is_known_once_it_is_opened(nudging: Nudging) -> None:
    await nudging.rows.add_day(open_report())

    async with nudging.pool.acquire() as connection:
        today = await load_working_time(connection, ANA.id, timezone="Europe/Madrid", now=at(MONDAY, "23:59"))
        tomorrow = await load_working_time(connection, ANA.id, timezone="Europe/Madrid", now=at(TUESDAY, "00:00"))

    assert (today, tomorrow) == (working_time_of_rep(open_report()), None)


def _nothing_yet(day: date, version: VersionNumber | None) -> DayReport:
    return open_report(day, playbook_version=version)


@pytest.mark.parametrize(
    ("delivered_at", "because"),
    [(at(TUESDAY, "09:00"), NOT_ANNOUNCED), (at(MONDAY, "16:59"), "")],
    ids=["announced on the day itself", "announced the day before"],
)
async def test_a_quiet_day_counts_if_the_playbook_was_announced_the_day_before(
    nudging: Nudging, delivered_at: datetime, because: str
) -> None:
    await nudging.rows.add_announcement(announcement(VERSION_1), delivered_at=LONG_AGO)
    await nudging.rows.add_announcement(announcement(VERSION_2, TUESDAY), delivered_at=delivered_at)
    await nudging.take_in(*worked_days(*[60] * 40, until=TUESDAY), _nothing_yet(TUESDAY, VERSION_2))

    await nudging.pass_time(at(TUESDAY, "13:00"))

    assert await nudging.decisions() == [("quiet_afternoon", "suppressed" if because else "sent", because)]


@pytest.mark.parametrize("version", [VERSION_2, None], ids=["revised in the past", "judged by what nobody announced"])
async def test_a_quiet_day_does_not_count_by_another_version_than_the_announced_one(
    nudging: Nudging, version: VersionNumber | None
) -> None:
    await nudging.rows.add_announcement(announcement(VERSION_1), delivered_at=LONG_AGO)
    await nudging.take_in(*worked_days(*[60] * 40), _nothing_yet(MONDAY, version))

    await nudging.pass_time(at(MONDAY, "13:00"))

    assert await nudging.decisions() == [("quiet_afternoon", "suppressed", NOT_ANNOUNCED)]


@pytest.mark.parametrize(
    ("delivered_at", "status"),
    [(at(MONDAY - timedelta(days=7), "09:00"), "suppressed"), (at(MONDAY - timedelta(days=8), "09:00"), "sent")],
    ids=["announced on the first of the five days", "announced the day before it"],
)
async def test_five_days_count_if_the_playbook_was_announced_before_the_first_of_them(
    nudging: Nudging, delivered_at: datetime, status: str
) -> None:
    await nudging.rows.add_announcement(announcement(), delivered_at=delivered_at)
    days = zip(working_days(25), [10] * 20 + [4] * 5, strict=True)
    await nudging.take_in(*[calls_and_demos(9, demos, day, silent=True) for day, demos in days])
    await nudging.take_in(calls_and_demos(0, 0, state="open"))

    await nudging.pass_time(at(MONDAY, "09:00"))

    assert await nudging.statuses() == [("one_thing", status)]


async def test_the_day_and_the_announcement_are_those_of_the_rep_and_of_today(nudging: Nudging) -> None:
    for rep in (ANA, BEN):
        for day in (MONDAY, TUESDAY):
            await nudging.rows.add_day(report(day, rep=rep, work_starts_at=at(day, "08:00" if rep is ANA else "07:00")))
        for version, local in ((VERSION_1, "08:00"), (VERSION_2, "09:00")):
            delivered_at = at(MONDAY, local) + timedelta(minutes=int(rep is BEN))
            await nudging.rows.add_announcement(announcement(version, rep=rep), delivered_at=delivered_at)

    async with nudging.pool.acquire() as connection:
        facts = await load_rep_facts(connection, replace(CANDIDATE, is_shortfall=True), open_report(), nudging.context())

    assert facts.today is not None
    assert facts.today.starts_at == at(MONDAY, "08:00")
    assert facts.shortfall == Shortfall(day=MONDAY, delivered_at=at(MONDAY, "08:00"), silent_feed=None)


async def test_nothing_counts_against_a_rep_who_joins_a_team_before_their_second_day(nudging: Nudging) -> None:
    await nudging.rows.add_announcement(announcement(VERSION_1), delivered_at=LONG_AGO)
    await nudging.take_in(*worked_days(*[60] * 40), report())
    nudging.now = at(MONDAY, "19:00")
    await nudging.announce(announcement(VERSION_2, TUESDAY, team=SOUTH))

    for day in (TUESDAY, WEDNESDAY):
        nudging.now = at(day, "00:00")
        await nudging.take_in(_nothing_yet(day, VERSION_2))
        await nudging.pass_time(at(day, "09:00"))
        await nudging.deliver()
        await nudging.pass_time(at(day, "13:00"))

    assert await nudging.decisions() == [
        ("playbook", "sent", ""),
        ("quiet_afternoon", "suppressed", NOT_ANNOUNCED),
        ("quiet_afternoon", "sent", ""),
    ]


async def test_a_done_plan_is_celebrated_whether_or_not_its_playbook_was_announced(nudging: Nudging) -> None:
    await nudging.take_in(report(score=100, state="open", playbook_version=VersionNumber(9)))

    assert await nudging.statuses() == [("plan_done", "sent")]


@pytest.mark.parametrize(
    ("silent", "name"),
    [
        ([("north", "North", "")], "North"),
        ([("north", "North", "Mails"), ("north", "North", "Calls")], "North (calls)"),
        ([("north", "North", "Calls"), ("north", "North", "")], "North"),
        ([("south", "South", "")], None),
    ],
    ids=["the whole team", "the first of its behaviours", "the team before its behaviours", "another team"],
)
async def test_the_silent_feed_of_the_team_is_known(
    nudging: Nudging, silent: list[tuple[str, str, str]], name: str | None
) -> None:
    await nudging.rows.ignore_indexes()
    for team_id, team_name, label in silent:
        await _silence(nudging, team_id=team_id, team_name=team_name, label=label)

    async with nudging.pool.acquire() as connection:
        facts = await load_rep_facts(connection, replace(CANDIDATE, is_shortfall=True), open_report(), nudging.context())

    assert facts.shortfall == Shortfall(day=MONDAY, delivered_at=None, silent_feed=name)


async def _silence(nudging: Nudging, *, team_id: str = "north", team_name: str = "North", label: str = "") -> None:
    await nudging.pool.execute(
        "INSERT INTO silent_feed (team_id, team_name, behaviour, label, since, because) VALUES ($1, $2, $3, $4, $5, '')",
        team_id,
        team_name,
        label.lower(),
        label,
        at(MONDAY, "10:30"),
    )


async def test_while_a_teams_feed_is_silent_a_shortfall_is_deferred(nudging: Nudging) -> None:
    await nudging.rows.add_announcement(announcement(), delivered_at=LONG_AGO)
    imported = [day.model_copy(update={"silent": True}) for day in worked_days(*[60] * 40)]
    await nudging.take_in(*imported, open_report())
    await _silence(nudging)

    await nudging.pass_time(at(MONDAY, "13:00"))

    assert await nudging.decisions() == [("quiet_afternoon", "deferred", "no data is arriving from North")]
