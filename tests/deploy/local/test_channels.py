"""A receiver that is gone, as the operator comes to know of it, and as they mend it."""

import json
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from deploy.demo.stage import Stage
from shared.jetstream.client import disconnect
from tests.deploy.local.test_daymark_up import CONFIGURATION, PLAYBOOK, ROSTER
from tests.house_of_its_own import LivingHouse, living_house
from tests.mailbox import Mailbox, mail_url, receiving_mail
from tests.receiver import SECRET, Receiver, answer, receiving

CLOCK = """
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
MORNINGS = (datetime(2026, 3, 1, 23, tzinfo=UTC), datetime(2026, 3, 2, 8, 0, 1, tzinfo=UTC))
"""In Madrid: as Monday begins, and a second after Ana's work does."""


@pytest.fixture
async def receiver() -> AsyncIterator[Receiver]:
    async with receiving() as serving:
        serving.script(then=answer(410))
        yield serving


@pytest.fixture
async def mailbox() -> AsyncIterator[Mailbox]:
    async with receiving_mail() as serving:
        yield serving


@pytest.fixture
async def house(tmp_path: Path, receiver: Receiver, mailbox: Mailbox) -> AsyncIterator[LivingHouse]:
    (tmp_path / "secret").write_text(SECRET)
    (tmp_path / "mail").write_text(mail_url(mailbox))
    channel = CLOCK.format(url=receiver.url, secret=tmp_path / "secret", mail_url=tmp_path / "mail")
    async with living_house(tmp_path / "d", CONFIGURATION + channel) as living:
        yield living


async def test_a_receiver_that_is_gone_is_reported_and_enabled_by_hand(
    house: LivingHouse, receiver: Receiver, mailbox: Mailbox, tmp_path: Path
) -> None:
    (tmp_path / "roster.yaml").write_text(ROSTER)
    (tmp_path / "playbook.yaml").write_text(PLAYBOOK)
    connection = await house.connect()
    stage = Stage(connection)
    await stage.step_to(SUNDAY)
    await house.command("roster", "apply", str(tmp_path / "roster.yaml"))
    await house.command("playbook", "apply", str(tmp_path / "playbook.yaml"))
    for instant in MORNINGS:
        await stage.settle()
        await stage.step_to(instant)
    await stage.settle()

    _, doctor = await house.run("doctor")
    listed = await house.command("channels", "list")
    (nudge,) = json.loads(await house.command("nudges", "--json"))
    enabled = await house.command("channels", "enable", "webhook")
    complaint = await house.complaint("channels", "enable", "pager")
    await disconnect(connection)

    assert len(receiver.received) == 1
    assert "wrong channel webhook: disabled since 2026-03-02 08:00 UTC: the receiver is gone (410)" in doctor
    assert "`daymark channels enable webhook`" in doctor
    assert "ok    channel inbox: gets through" in doctor
    assert ["webhook", "disabled"] in [line.split()[:2] for line in listed.splitlines()]
    assert ["webhook", "ok"] in [line.split()[:2] for line in enabled.splitlines()]
    assert "There is no channel of this name" in complaint
    states = [(one["channel"], one["state"], one["attempts"], one["last_error"]) for one in nudge["deliveries"]]
    assert states == [
        ("chat.mara", "delivered", 1, ""),
        ("inbox", "delivered", 1, ""),
        ("webhook", "failed", 1, "the receiver is gone (410)"),
    ]
    assert [message["x-daymark-nudge"] for message in mailbox.messages] == [nudge["id"]]
    assert '"channel_disabled"' in house.log()
    assert SECRET not in house.log()
    assert "mailto" not in house.log()
