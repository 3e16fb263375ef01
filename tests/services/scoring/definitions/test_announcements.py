"""What becomes of announcements: delivered and acknowledged, in any order and more than once."""

from datetime import date, datetime, timedelta

from services.scoring.definitions.announcements import (
    delete_announcements_of,
    find_delivered_at,
    list_announced,
    list_page,
    mark_delivered,
    merge_notices,
)
from services.scoring.definitions.list_announcements import list_announcements
from services.scoring.definitions.list_playbooks import list_playbooks
from services.scoring.domain.playbook.bindings import Announced, Binding, Notice
from services.scoring.explain.explain_day import explain_day
from shared.events import RepId, VersionNumber
from shared.requests.definitions import AnnouncementQuery, AnnouncementRow
from tests.services.scoring.conftest import ANA, BEN, MONDAY, MONDAY_NOON, PLAYBOOK, Scoring
from tests.services.scoring.domain.builders import playbook, rep, rep_id_of

LATER = MONDAY_NOON + timedelta(hours=1)
SOFTER = PLAYBOOK.replace("target: 2", "target: 1").replace("2026-01-01", "2026-03-03")


async def _rows(scoring: Scoring, **query: object) -> list[AnnouncementRow]:
    page = await list_announcements(scoring.pool, scoring.cache, AnnouncementQuery.model_validate(query))
    return list(page.rows)


async def _version(scoring: Scoring) -> VersionNumber:
    return (await _rows(scoring))[0].version


async def _deliver(scoring: Scoring, version: int, rep_id: RepId = ANA, *, minutes: int = 0) -> None:
    delivered_at = MONDAY_NOON + timedelta(minutes=minutes)
    async with scoring.pool.acquire() as connection:
        await mark_delivered(connection, rep_id, VersionNumber(version), delivered_at=delivered_at)


async def _acknowledge(scoring: Scoring, version: int, *, at: datetime = LATER) -> None:
    async with scoring.pool.acquire() as connection:
        await mark_delivered(connection, ANA, VersionNumber(version), delivered_at=MONDAY_NOON, acknowledged_at=at)


async def _notice(scoring: Scoring, version: VersionNumber, *, number: int, withdraws: bool, now: datetime) -> None:
    """Announce the version to Ana, or withdraw it, from the day of `now` on."""
    binding = None if withdraws else Binding(rep=rep(), playbook=playbook(), first=now.date(), before=None)
    notice = Notice(rep_id=ANA, version=version, first=now.date(), announcement_number=number, binding=binding)
    async with scoring.pool.acquire() as connection:
        await merge_notices(connection, [notice], now=now)


async def test_deliveries_and_acknowledgements_are_stored_and_listed(scoring: Scoring) -> None:
    version = await _version(scoring)

    await _deliver(scoring, version)
    await _deliver(scoring, version, BEN, minutes=5)
    await _acknowledge(scoring, version)

    ana, ben = await _rows(scoring)
    assert (ana.rep, ana.name, ana.delivered_at, ana.acknowledged_at) == ("ana", "Ana Ruiz", MONDAY_NOON, LATER)
    assert (ben.rep, ben.delivered_at, ben.acknowledged_at) == ("ben", MONDAY_NOON + timedelta(minutes=5), None)
    (listed,) = (await list_playbooks(scoring.pool, scoring.cache, now=scoring.now)).versions
    assert (listed.announced, listed.delivered, listed.acknowledged) == (2, 2, 1)


async def test_an_explanation_says_when_the_announcement_of_the_version_reached_the_rep(scoring: Scoring) -> None:
    await _deliver(scoring, await _version(scoring))

    ana, ben = [await explain_day(scoring.pool, scoring.cache, rep_id, MONDAY) for rep_id in (ANA, BEN)]

    assert (ana.announcement_delivered_at, ben.announcement_delivered_at) == (MONDAY_NOON, None)


async def test_the_earliest_delivery_and_acknowledgement_count_in_any_order(scoring: Scoring) -> None:
    version = await _version(scoring)

    await _acknowledge(scoring, version, at=LATER + timedelta(minutes=1))
    await _deliver(scoring, version, minutes=5)
    await _acknowledge(scoring, version)
    await _deliver(scoring, version)
    await _deliver(scoring, version, minutes=5)

    ana, _ = await _rows(scoring)
    assert (ana.delivered_at, ana.acknowledged_at) == (MONDAY_NOON, LATER)


async def test_a_delivery_to_an_unknown_rep_or_of_an_unknown_version_is_ignored(scoring: Scoring) -> None:
    await _deliver(scoring, 99)
    await _deliver(scoring, await _version(scoring), rep_id_of("nobody"))

    assert [row.delivered_at for row in await _rows(scoring)] == [None, None]


async def test_the_list_can_be_narrowed_and_comes_page_by_page(scoring: Scoring) -> None:
    await scoring.apply_playbook(SOFTER)

    first = await list_announcements(scoring.pool, scoring.cache, AnnouncementQuery(limit=3))
    second = await list_announcements(scoring.pool, scoring.cache, AnnouncementQuery(limit=3, after=first.next_after))

    assert [(row.effective_from.month, row.rep) for row in (*first.rows, *second.rows)] == [
        (3, "ana"),
        (3, "ben"),
        (1, "ana"),
        (1, "ben"),
    ]
    assert second.next_after is None
    assert len(await _rows(scoring, effective_from=date(2026, 3, 3))) == 2
    assert len(await _rows(scoring, team="north")) == 4
    assert await _rows(scoring, team="south") == []


async def test_a_full_page_says_where_the_next_one_begins_also_if_it_is_empty(scoring: Scoring) -> None:
    full = await list_announcements(scoring.pool, scoring.cache, AnnouncementQuery(limit=2))
    after = await list_announcements(scoring.pool, scoring.cache, AnnouncementQuery(limit=2, after=full.next_after))

    assert (len(full.rows), full.next_after) == (2, (await _version(scoring), BEN))
    assert (after.rows, after.next_after) == ((), None)


async def test_a_rep_who_is_no_longer_in_the_roster_is_listed_without_a_name(scoring: Scoring) -> None:
    await scoring.pool.execute("UPDATE announcement SET rep_id = 'former' WHERE rep_id = 'ben'")

    assert [(row.rep, row.name) for row in await _rows(scoring)] == [("ana", "Ana Ruiz"), ("former", "")]


async def test_the_last_notice_of_a_version_counts_and_takes_no_delivery_back(scoring: Scoring) -> None:
    version = await _version(scoring)
    await _deliver(scoring, version)
    a_day, by_notice = timedelta(days=1), []

    async with scoring.pool.acquire() as connection:
        for days, withdraws in ((1, True), (2, False)):
            await _notice(scoring, version, number=days, withdraws=withdraws, now=MONDAY_NOON + days * a_day)
            announced = await list_announced(connection, [ANA])
            assert announced == {
                (ANA, version): Announced(first=MONDAY + days * a_day, announcement_number=days, is_withdrawn=withdraws)
            }
            (row, _) = await list_page(connection, team=None, effective_from=None, after=None, limit=2)
            by_notice.append((row.announced_at, row.withdrawn_at, row.delivered_at))

    assert by_notice == [
        (MONDAY_NOON, MONDAY_NOON + a_day, MONDAY_NOON),
        (MONDAY_NOON + 2 * a_day, None, MONDAY_NOON),
    ]


async def test_a_withdrawn_announcement_is_not_counted(scoring: Scoring) -> None:
    await _notice(scoring, await _version(scoring), number=1, withdraws=True, now=MONDAY_NOON)

    (listed,) = (await list_playbooks(scoring.pool, scoring.cache, now=scoring.now)).versions

    assert listed.announced == 1


async def test_the_delivery_of_one_version_is_not_that_of_another(scoring: Scoring) -> None:
    await scoring.apply_playbook(SOFTER)
    newer, *_, older = [row.version for row in await _rows(scoring)]

    await _deliver(scoring, newer, minutes=5)

    async with scoring.pool.acquire() as connection:
        assert await find_delivered_at(connection, ANA, newer) == MONDAY_NOON + timedelta(minutes=5)
        assert await find_delivered_at(connection, ANA, older) is None


async def test_the_announcements_of_an_erased_rep_are_deleted_and_no_others(scoring: Scoring) -> None:
    async with scoring.pool.acquire() as connection:
        await delete_announcements_of(connection, ANA)

    assert [row.rep for row in await _rows(scoring)] == ["ben"]
