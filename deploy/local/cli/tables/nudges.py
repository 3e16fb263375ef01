"""Nudges and the channels that deliver them."""

from collections.abc import Iterable

from rich.console import Console
from rich.table import Column, Table
from rich.text import Text

from deploy.local.cli.tables.formats import format_moment
from shared.plurals import count_nouns
from shared.requests.nudges import ChannelList, NudgeRow


def print_nudges(rows: Iterable[NudgeRow], console: Console) -> None:
    table = Table("day", "person", "rule", "status", "message and reason", box=None, pad_edge=False)
    for row in rows:
        message = Text.assemble(row.text, "\n", (row.reason, "dim"))
        table.add_row(str(row.day), row.person, row.rule, _describe_status(row), message)
    console.print(table if table.row_count else "No nudges yet.")


def print_channels(channels: ChannelList, console: Console) -> None:
    counts = Column("waiting", justify="right"), Column("given up", justify="right")
    table = Table("channel", "state", "since (UTC)", "paused until (UTC)", *counts, "last error", box=None, pad_edge=False)
    for channel in channels.channels:
        table.add_row(
            channel.name,
            channel.state,
            format_moment(channel.since),
            format_moment(channel.paused_until),
            str(channel.waiting),
            str(channel.given_up),
            channel.last_error,
        )
    console.print(table if table.row_count else "No channel is configured; see [channels] in daymark.toml.")


def _describe_status(row: NudgeRow) -> str:
    """The status with its reason, a retraction, and deliveries that failed."""
    lines = [f"{row.status}: {row.because}" if row.because else row.status]
    if row.retracted:
        lines.append(f"retracted: {row.retracted}")
    lines += [
        f"{delivery.channel} {delivery.state} ({delivery.last_error}; {count_nouns(delivery.attempts, 'attempt')})"
        for delivery in row.deliveries
        if delivery.last_error
    ]
    return "\n".join(lines)
