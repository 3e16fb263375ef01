"""Deals that an earlier version counted as one activity each are continued by this version, as if nothing had happened.

`stories.py` says what happened before, and what is posted afterwards.
"""

from dataclasses import dataclass
from typing import Any, Final

import httpx
import pytest

from shared.jetstream.client import disconnect
from tests.running_daymark import running_daymark
from tests.upgrade.deals.installation import SECRETS, configuration, post_all
from tests.upgrade.deals.record import RECORDED
from tests.upgrade.deals.stories import CONTINUED_UNTIL, EDITED_AT, MOVED_AT, STOPPED_AT, edits, moves
from tests.upgrade.installation import restore_installation
from tests.upgrade.recording import Recording
from tests.upgrade.snapshots import Snapshot, list_days_and_nudges, list_steps, step_to

pytestmark = pytest.mark.timeout(300)
_TODAY = EDITED_AT.date().isoformat()
_NEW_RULES: Final = frozenset({"could_use_a_hand", "sent_to_team"})
"""Parts of a manager's message that the earlier version did not have."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Upgrade:
    """What the earlier version answered when it was stopped, and after another day on which nothing happened. And what this
    version answers at once, after the edits, after the moves, and in the end."""

    before: Snapshot
    uneventful: Snapshot
    started: Snapshot
    edited: Snapshot
    moved: Snapshot
    in_the_end: Snapshot


@pytest.fixture(scope="module")
async def upgrade(tmp_path_factory: pytest.TempPathFactory) -> Upgrade:
    recording = Recording.read(RECORDED)
    folder = tmp_path_factory.mktemp("deals") / "d"
    await restore_installation(folder, recording, SECRETS)
    settings = configuration(folder / "secrets")
    async with running_daymark(folder, settings) as daymark, httpx.AsyncClient(timeout=30) as client:
        connection = await daymark.connect()
        snapshots: dict[str, Snapshot] = {}
        posts = {"edited": (EDITED_AT, edits()), "moved": (MOVED_AT, moves())}
        for instant in list_steps(STOPPED_AT, CONTINUED_UNTIL):
            await step_to(connection, instant)
            for name in [name for name, (at, _) in posts.items() if at <= instant]:
                await post_all(client, daymark.urls.ingest, posts.pop(name)[1])
                await daymark.settle()
                snapshots[name] = await list_days_and_nudges(daymark, connection)
            if not snapshots:
                snapshots["started"] = await list_days_and_nudges(daymark, connection)
        snapshots["in_the_end"] = await list_days_and_nudges(daymark, connection)
        await disconnect(connection)
        assert not daymark.crashes()
    before, uneventful = recording.snapshots
    return Upgrade(
        before=before,
        uneventful=uneventful,
        started=snapshots["started"],
        edited=snapshots["edited"],
        moved=snapshots["moved"],
        in_the_end=snapshots["in_the_end"],
    )


def test_no_day_is_counted_differently_by_the_version_that_follows(upgrade: Upgrade) -> None:
    assert upgrade.started["scores"] == upgrade.before["scores"]
    assert len(upgrade.before["scores"]) > 5


def test_an_edit_of_a_deal_or_a_meeting_from_before_changes_no_day_and_counts_nothing(upgrade: Upgrade) -> None:
    assert upgrade.edited["scores"] == upgrade.before["scores"]


def test_only_what_is_new_about_a_deal_from_before_counts_and_it_does_on_its_own_day(upgrade: Upgrade) -> None:
    rows = upgrade.moved["scores"]

    assert [row for row in rows if row["day"] < _TODAY] == upgrade.before["scores"]
    assert {row["rep"]: row["counts"] for row in rows if row["day"] >= _TODAY} == {"ana": {"moves": 6, "wins": 2}}
    assert upgrade.in_the_end["scores"] == rows


@pytest.mark.parametrize("name", ["started", "edited", "moved", "in_the_end"])
def test_an_audit_finds_no_difference(upgrade: Upgrade, name: str) -> None:
    assert "0 differences" in getattr(upgrade, name)["audit"]


def test_nobody_is_sent_a_message_about_what_was_before(upgrade: Upgrade) -> None:
    """They receive what the earlier version would have sent on the same day as well, and nothing that was sent is retracted.
    What a manager is sent about that since the upgrade is about the same messages."""
    before, uneventful, actual = (
        {row["id"]: _shown(row) for row in snapshot["nudges"]}
        for snapshot in (upgrade.before, upgrade.uneventful, upgrade.in_the_end)
    )
    assert {"plan_done", "comeback", "quiet_afternoon", "digest"} <= {rule for _, rule, *_ in before.values()}

    assert {nudge: actual[nudge] for nudge in before} == before
    known = [nudge for nudge in actual.values() if nudge[1] not in _NEW_RULES]
    assert sorted(nudge[:3] for nudge in known) == sorted(nudge[:3] for nudge in uneventful.values())


def _shown(row: dict[str, Any]) -> tuple[str, ...]:
    """Who was sent what by which rule on which day, and whether it holds."""
    retracted = row["retracted"] if "retracted" in row else row["revised"]
    return row["person"], row["rule"], row["day"], row["status"], row["text"], retracted
