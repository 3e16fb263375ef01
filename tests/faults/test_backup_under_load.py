"""A backup of a Daymark at work loses nothing, and what is restored from it sends nothing again."""

import shutil
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest

from deploy.local.backup.manifest import Manifest, write_manifest
from shared.jetstream.streams import ACTIVITIES, SCORING_CONSUMER
from tests.faults.backup_under_load import LostDaymark, lose_daymark, repeated, restore_daymark
from tests.receiver import Receiver, receiving

pytestmark = pytest.mark.timeout(300)
UNSENT = ("failed", "not sent: restored from a backup")


@pytest.fixture(scope="module")
async def receiver() -> AsyncIterator[Receiver]:
    async with receiving() as receiver:
        yield receiver


@pytest.fixture(scope="module")
async def lost(tmp_path_factory: pytest.TempPathFactory, receiver: Receiver) -> LostDaymark:
    return await lose_daymark(tmp_path_factory.mktemp("lost"), receiver, reps=60, posts_per_s=50)


async def test_the_backup_was_made_while_everything_was_half_done(lost: LostDaymark) -> None:
    manifest = lost.manifest()
    (floor,) = [consumer.floor for consumer in manifest.consumers if consumer.name == SCORING_CONSUMER]
    (last,) = [stream.last_number for stream in manifest.streams if stream.name == ACTIVITIES]

    assert floor < last
    assert lost.hanging > 0
    assert lost.posted_meanwhile > 0
    assert len({sent[0] for sent in lost.sent}) == len(lost.sent)


async def test_restored_it_has_everything_that_was_acknowledged_and_sends_nothing_again(
    lost: LostDaymark, receiver: Receiver, tmp_path: Path
) -> None:
    restored = await restore_daymark(lost, receiver, tmp_path / "d")

    assert restored.scores == lost.scores
    assert "0 differences" in restored.audit
    assert restored.sent == []
    assert restored.states[UNSENT] > 0
    assert restored.states.keys() <= {UNSENT, ("delivered", "")}


async def test_without_the_noted_positions_scores_are_missing_and_if_what_waits_is_sent_people_receive_it_again(
    lost: LostDaymark, receiver: Receiver, tmp_path: Path
) -> None:
    """So the test before this one would notice either."""
    backup = tmp_path / "b"
    shutil.copytree(lost.backup, backup)
    write_manifest(backup, _at_the_end(lost.manifest()))

    restored = await restore_daymark(replace(lost, backup=backup), receiver, tmp_path / "d", "--send-pending")

    assert restored.scores != lost.scores
    assert repeated(lost, restored)


def _at_the_end(manifest: Manifest) -> Manifest:
    """As if consumers went on after the last message of the copied streams."""
    last = {stream.name: stream.last_number for stream in manifest.streams}
    consumers = tuple(consumer.model_copy(update={"floor": last[consumer.stream]}) for consumer in manifest.consumers)
    return manifest.model_copy(update={"consumers": consumers})
