"""A receiver that is gone: how operators notice, and how they enable the channel again."""

import json
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from deploy.demo.time_stepper import TimeStepper
from shared.jetstream.client import disconnect
from tests.deploy.local.one_rep import FREE_PORTS, PLAYBOOK, ROSTER
from tests.mailbox import Mailbox, mail_url, receiving_mail
from tests.receiver import SECRET, Receiver, answer, receiving
from tests.running_daymark import RunningDaymark, running_daymark

SETTINGS = """
[clock]
mode = "stepped"
[channels.webhook]
url = "{url}"
secrets = ["file:{secret}"]
allow_networks = ["127.0.0.0/8"]
[channels.chat.mara]
url = "file:{mail_url}"
kinds = []
allow_networks = ["127.0.0.0/8"]
"""
SUNDAY = datetime(2026, 3, 1, 12, tzinfo=UTC)
MONDAY = (datetime(2026, 3, 1, 23, tzinfo=UTC), datetime(2026, 3, 2, 8, 0, 1, tzinfo=UTC))
"""In Madrid: the beginning of Monday, and a second after Ana's work begins."""


@pytest.fixture
async def receiver() -> AsyncIterator[Receiver]:
    async with receiving() as serving:
        serving.script(default=answer(410))
        yield serving


@pytest.fixture
async def mailbox() -> AsyncIterator[Mailbox]:
    async with receiving_mail() as serving:
        yield serving


@pytest.fixture
async def daymark(tmp_path: Path, receiver: Receiver, mailbox: Mailbox) -> AsyncIterator[RunningDaymark]:
    (tmp_path / "secret").write_text(SECRET)
    (tmp_path / "mail").write_text(mail_url(mailbox))
    settings = SETTINGS.format(url=receiver.url, secret=tmp_path / "secret", mail_url=tmp_path / "mail")
    async with running_daymark(tmp_path / "d", FREE_PORTS + settings) as running:
        yield running


async def _announce_playbook(daymark: RunningDaymark, folder: Path) -> None:
    """Apply definitions on Sunday, and step to Monday morning: the announcement is delivered."""
    (folder / "roster.yaml").write_text(ROSTER)
    (folder / "playbook.yaml").write_text(PLAYBOOK)
    connection = await daymark.connect()
    stepper = TimeStepper(connection)
    await stepper.step_to(SUNDAY)
    await daymark.command("roster", "apply", str(folder / "roster.yaml"))
    await daymark.command("playbook", "apply", str(folder / "playbook.yaml"))
    for instant in MONDAY:
        await stepper.settle()
        await stepper.step_to(instant)
    await stepper.settle()
    await disconnect(connection)


async def test_a_receiver_that_is_gone_is_reported_and_enabled_by_hand(
    daymark: RunningDaymark, receiver: Receiver, mailbox: Mailbox, tmp_path: Path
) -> None:
    await _announce_playbook(daymark, tmp_path)

    _, doctor = await daymark.run("doctor")
    listed = await daymark.command("channels", "list")
    (nudge,) = json.loads(await daymark.command("nudges", "--json"))
    enabled = await daymark.command("channels", "enable", "webhook")
    errors = await daymark.failing_command("channels", "enable", "pager")

    assert len(receiver.received) == 1
    assert "problem  channel webhook: disabled since 2026-03-02 08:00 UTC: the receiver is gone (410)" in doctor
    assert "`daymark channels enable webhook`" in doctor
    assert "ok       channel inbox: delivering" in doctor
    assert ["webhook", "disabled"] in [line.split()[:2] for line in listed.splitlines()]
    assert ["webhook", "ok"] in [line.split()[:2] for line in enabled.splitlines()]
    assert "There is no channel with this name" in errors
    deliveries = [
        (delivery["channel"], delivery["state"], delivery["attempts"], delivery["last_error"])
        for delivery in nudge["deliveries"]
    ]
    assert deliveries == [
        ("chat.mara", "delivered", 1, ""),
        ("inbox", "delivered", 1, ""),
        ("webhook", "failed", 1, "the receiver is gone (410)"),
    ]
    assert [message["x-daymark-nudge"] for message in mailbox.messages] == [nudge["id"]]
    assert '"channel_disabled"' in daymark.log()
    assert SECRET not in daymark.log()
    assert "mailto" not in daymark.log()
