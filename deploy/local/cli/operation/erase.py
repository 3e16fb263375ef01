"""`daymark forget`: show what would be erased, ask, and erase it."""

import asyncio
from collections.abc import Sequence
from typing import Annotated

import typer
from nats.aio.client import Client

from deploy.local.cli.options import Config, Data, command_settings, progress_bars, show_steps
from deploy.local.cli.requests import LONG_S, refuse_unknown_source, run_connected
from deploy.local.contact_keys import list_spellings, read_contact_secret
from deploy.local.erase.sweep_streams import SweptStream, sweep_streams
from deploy.output import echo
from shared.observation import SourceName
from shared.plurals import count_nouns
from shared.privacy.contact_keys import NoContactSecret
from shared.requests.client import ask
from shared.requests.erasure import (
    ERASE_BEGIN,
    ERASE_FIND,
    ERASE_FINISH,
    ERASE_NUDGES,
    CrmUser,
    ErasedNudges,
    ErasedScores,
    ErasureOrder,
    ErasureQuery,
    ErasureTarget,
)


def forget(
    person: str,
    source: Annotated[str | None, typer.Option(help="erase only a contact, and only in this source")] = None,
    yes: Annotated[bool, typer.Option("--yes", help="do not ask for confirmation")] = False,
    config: Config = None,
    data: Data = None,
) -> None:
    """Erase a rep or manager who is no longer in the roster, or a contact by its key (the CRM's or the hashed one).

    This cannot be undone. If it was interrupted, run it again.
    """
    settings = command_settings(config, data)
    secret = read_contact_secret(settings)
    spellings = list_spellings(person, secret)
    query = ErasureQuery(person=person, source=SourceName(source) if source is not None else None, spellings=spellings)

    async def erase(connection: Client) -> None:
        target = await ask(connection, ERASE_FIND, query, timeout_s=LONG_S)
        if target.subject == "contact" and not spellings:
            raise NoContactSecret
        if target.source is not None and not (target.activities or target.is_erased):
            await refuse_unknown_source(connection, target.source)
        for line in _describe_target(target):
            echo(line)
        if not yes:
            await asyncio.to_thread(typer.confirm, "Erase all of this for good?", abort=True)
        for line in await _erase(connection, target, contact_secret=secret):
            echo(line)

    run_connected(settings, erase)


async def _erase(connection: Client, target: ErasureTarget, *, contact_secret: bytes) -> list[str]:
    """Erase the person from the services and the streams. Returns what was erased, line by line."""
    order = ErasureOrder(subject=target.subject, person=target.person, source=target.source, spellings=target.spellings)
    await ask(connection, ERASE_BEGIN, order)
    nudges = await ask(connection, ERASE_NUDGES, order, timeout_s=LONG_S) if order.subject == "person" else None
    with progress_bars(transient=True) as progress:
        swept = await sweep_streams(connection, target, contact_secret=contact_secret, on_progress=show_steps(progress))
    scores = await ask(connection, ERASE_FINISH, order, timeout_s=LONG_S)
    return _describe_result(scores, nudges, swept)


def _describe_target(target: ErasureTarget) -> list[str]:
    """Who would be erased, and what is stored about them."""
    activities = count_nouns(target.activities, "activity", "activities")
    if target.subject == "contact":
        of_source = f" of {target.source}" if target.source else ""
        lines = [f"{target.person}, a contact{of_source}", f"{activities}, which stay without the contact"]
    else:
        days, rosters = count_nouns(target.days, "day"), count_nouns(target.rosters, "roster")
        lines = [f"{target.person}, {', '.join(target.names)}" if target.names else target.person]
        lines += [f"user {_describe_user(user)}" for user in target.users]
        lines += [f"user {_describe_user(user)} now belongs to somebody else and stays" for user in target.reassigned]
        lines.append(f"{activities}, {days}, {rosters} with this person")
    if target.is_erased:
        lines.append("erased before; whatever came back or was left over is erased now")
    return lines


def _describe_result(scores: ErasedScores, nudges: ErasedNudges | None, swept: Sequence[SweptStream]) -> list[str]:
    """What was erased."""
    activities = count_nouns(scores.activities, "activity", "activities")
    if nudges is None:
        lines = [f"contact removed from {activities}"]
    else:
        days, reports = count_nouns(scores.days, "day"), count_nouns(nudges.reports, "report")
        lines = [
            f"erased: {activities}, {days}, {reports}, {count_nouns(nudges.nudges, 'nudge')}",
            f"removed from {count_nouns(scores.rosters, 'roster')}",
        ]
        if nudges.lines:
            lines.append(f"{count_nouns(nudges.lines, 'line')} removed from the file of nudges")
    streams = ", ".join(f"{stream.erased} of {stream.read} in {stream.stream}" for stream in swept)
    return [*lines, f"messages erased: {streams}"]


def _describe_user(user: CrmUser) -> str:
    return f"{user.source}/{user.account}/{user.user}" if user.account is not None else f"{user.source}/{user.user}"
