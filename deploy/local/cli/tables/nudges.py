"""Nudges and the channels that deliver them."""

from collections.abc import Iterable

from deploy.local.cli.tables.formats import format_moment
from deploy.output import Column, Line, Output, Styled
from shared.plurals import count_nouns
from shared.requests.nudges import ChannelList, NudgeRow


def print_nudges(rows: Iterable[NudgeRow], output: Output) -> None:
    """The message of each nudge, then its reason."""
    columns = (
        *(Column(heading=heading) for heading in ("day", "person", "rule")),
        *(Column(heading=heading, is_prose=True) for heading in ("status", "message and reason")),
    )
    cells = ((str(row.day), row.person, row.rule, _describe_status(row), _message_lines(row)) for row in rows)
    output.table(columns, cells, if_empty="No nudges yet.")


def print_channels(channels: ChannelList, output: Output) -> None:
    columns = (
        *(Column(heading=heading) for heading in ("channel", "state", "since\n(UTC)", "paused until\n(UTC)")),
        *(Column(heading=heading, is_number=True) for heading in ("waiting", "given\nup")),
        Column(heading="last error", is_prose=True),
    )
    rows = (
        (
            channel.name,
            channel.state,
            format_moment(channel.since),
            format_moment(channel.paused_until),
            str(channel.waiting),
            str(channel.given_up),
            channel.last_error,
        )
        for channel in channels.channels
    )
    output.table(columns, rows, if_empty="No channel is configured; see [channels] in daymark.toml.")


def _message_lines(row: NudgeRow) -> list[Line]:
    return [*row.text.split("\n"), *(Styled(line, "dim") for line in row.reason.split("\n"))]


def _describe_status(row: NudgeRow) -> list[str]:
    """The status with its reason, a retraction, and deliveries that failed, each on a line."""
    lines = [f"{row.status}: {row.because}" if row.because else row.status]
    if row.retracted:
        lines.append(f"retracted: {row.retracted}")
    lines += [
        f"{delivery.channel} {delivery.state} ({delivery.last_error}; {count_nouns(delivery.attempts, 'attempt')})"
        for delivery in row.deliveries
        if delivery.last_error
    ]
    return lines
