"""Who was told and who has acknowledged, as nudges says it: in any order, twice, over JetStream."""

import asyncio
from datetime import date, timedelta

from services.scoring.definitions.announcement_consumer import TellingConsumer
from services.scoring.definitions.announcements import Telling, record_telling
from services.scoring.definitions.list_announcements import list_telling
from services.scoring.definitions.list_playbooks import list_playbooks
from services.scoring.explain.explain_day import explain_day
from services.scoring.metrics import ScoringMetrics
from shared.events import ANNOUNCEMENT_DELIVERED, PLAYBOOK_ACKNOWLEDGED, AnnouncementDelivered, PlaybookAcknowledged
from shared.jetstream.client import LeanClient
from shared.jetstream.publisher import Publisher
from shared.jetstream.streams import ANNOUNCEMENTS_CONSUMER, NUDGES, backlog
from shared.requests.client import AnnouncementQuery, AnnouncementRow
from tests.services.scoring.conftest import MONDAY, MONDAY_NOON, PLAYBOOK, Scoring

LATER = MONDAY_NOON + timedelta(hours=1)
SOFTER = PLAYBOOK.replace("target: 2", "target: 1").replace("2026-01-01", "2026-03-03")


async def _rows(scoring: Scoring, **query: object) -> list[AnnouncementRow]:
    asked = AnnouncementQuery.model_validate(query)
    return list((await list_telling(scoring.pool, scoring.cache, asked)).rows)


async def _version(scoring: Scoring) -> int:
    return (await _rows(scoring))[0].version


def _told(version: int, rep_id: str = "ana", minutes: int = 0) -> AnnouncementDelivered:
    return AnnouncementDelivered(rep_id=rep_id, version=version, delivered_at=MONDAY_NOON + timedelta(minutes=minutes))


def _read(version: int, rep_id: str = "ana") -> PlaybookAcknowledged:
    return PlaybookAcknowledged(rep_id=rep_id, version=version, delivered_at=MONDAY_NOON, acknowledged_at=LATER)


async def test_who_was_told_and_who_has_read_it_is_kept_and_listed(scoring: Scoring) -> None:
    version = await _version(scoring)

    await record_telling(scoring.pool, [_told(version), _told(version, "ben", 5), _read(version)])

    ana, ben = await _rows(scoring)
    assert (ana.rep, ana.name, ana.delivered_at, ana.acknowledged_at) == ("ana", "Ana Ruiz", MONDAY_NOON, LATER)
    assert (ben.rep, ben.delivered_at, ben.acknowledged_at) == ("ben", MONDAY_NOON + timedelta(minutes=5), None)
    (listed,) = (await list_playbooks(scoring.pool, scoring.cache, now=scoring.now)).versions
    assert (listed.announced, listed.told, listed.acknowledged) == (2, 2, 1)


async def test_an_explanation_says_when_the_rep_was_told_of_what_judges_the_day(scoring: Scoring) -> None:
    await record_telling(scoring.pool, [_told(await _version(scoring))])

    ana, ben = [await explain_day(scoring.pool, scoring.cache, rep_id, MONDAY) for rep_id in ("ana", "ben")]

    assert (ana.delivered_at, ben.delivered_at) == (MONDAY_NOON, None)


async def test_order_and_duplicates_change_nothing(scoring: Scoring) -> None:
    version = await _version(scoring)
    said: list[Telling] = [_read(version), _told(version, minutes=5), _told(version), _read(version)]

    for one in said:
        await record_telling(scoring.pool, [one])
    await record_telling(scoring.pool, said)
    await record_telling(scoring.pool, [_told(version, minutes=5)])

    ana, _ = await _rows(scoring)
    assert (ana.delivered_at, ana.acknowledged_at) == (MONDAY_NOON, LATER)


async def test_what_is_said_of_who_is_not_known_here_is_left(scoring: Scoring) -> None:
    await record_telling(scoring.pool, [_told(99), _told(await _version(scoring), "nobody")])

    assert [row.delivered_at for row in await _rows(scoring)] == [None, None]


async def test_the_list_can_be_narrowed_and_comes_page_by_page(scoring: Scoring) -> None:
    await scoring.apply_playbook(SOFTER)

    first = await list_telling(scoring.pool, scoring.cache, AnnouncementQuery(limit=3))
    second = await list_telling(scoring.pool, scoring.cache, AnnouncementQuery(limit=3, after=first.next_after))

    assert [(row.effective_from.month, row.rep) for row in (*first.rows, *second.rows)] == [
        (3, "ana"),
        (3, "ben"),
        (1, "ana"),
        (1, "ben"),
    ]
    assert second.next_after is None
    assert len(await _rows(scoring, effective_from=date(2026, 3, 3))) == 2
    assert await _rows(scoring, team="south") == []


async def test_it_arrives_over_the_stream_and_what_cannot_be_read_is_set_aside(scoring: Scoring, nats: LeanClient) -> None:
    version = await _version(scoring)
    jetstream = nats.jetstream()
    await jetstream.publish(ANNOUNCEMENT_DELIVERED, b"{}")
    await jetstream.publish(PLAYBOOK_ACKNOWLEDGED, _read(version).model_dump_json().encode())
    await jetstream.publish("nudge.delivered.v1", b"not for us")
    metrics, stopping = ScoringMetrics(), asyncio.Event()

    async with Publisher(nats) as dead_letters:
        consuming = asyncio.create_task(TellingConsumer(nats, scoring.pool, dead_letters, metrics).run(stopping))
        while await backlog(nats, NUDGES, ANNOUNCEMENTS_CONSUMER):
            await asyncio.sleep(0)
        stopping.set()
        await consuming

    assert [row.acknowledged_at for row in await _rows(scoring)] == [LATER, None]
    letter = await jetstream.get_last_msg("DEAD", "dead.scoring.unreadable_telling")
    assert letter.data is not None
