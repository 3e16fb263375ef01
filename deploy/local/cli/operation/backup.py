"""`daymark backup` and `daymark restore`."""

import asyncio
import signal
from collections.abc import Coroutine
from pathlib import Path
from typing import Annotated

import typer

from deploy.local.backup.manifest import Manifest
from deploy.local.backup.own_servers import refuse_other_servers
from deploy.local.cli.options import Config, Data, command_settings
from deploy.output import echo
from shared.clock import SystemClock
from shared.plurals import count_nouns

_MIB = 2**20


def backup(
    folder: Annotated[Path, typer.Argument(help="a folder that does not exist yet")],
    without_secrets: Annotated[
        bool, typer.Option("--without-secrets", help="leave the secrets of the data folder out")
    ] = False,
    config: Config = None,
    data: Data = None,
) -> None:
    """Back up the database, the streams and the secrets of the data folder while everything runs.

    The backup contains personal data and, unless they are left out, secrets: keep it where only you can read it.
    """
    settings = command_settings(config, data)
    refuse_other_servers(settings)
    from deploy.local.backup.back_up import back_up

    work = back_up(settings, folder.absolute(), with_secrets=not without_secrets, now=SystemClock().now(), on_step=_show_step)
    manifest = _run(work)
    echo(f"{folder}: {_describe(manifest)}")
    contents = "secrets and personal data" if manifest.secrets else "personal data and no secrets"
    echo(f"It contains {contents}. daymark.toml, and secrets and files that it names, are not in it.")


def restore(
    folder: Annotated[Path, typer.Argument(help="what `daymark backup` has made")],
    send_pending: Annotated[
        bool, typer.Option("--send-pending", help="send what was waiting; people may receive it a second time")
    ] = False,
    config: Config = None,
    data: Data = None,
) -> None:
    """Fill an empty data folder from a backup. Start `daymark up` on it afterwards."""
    settings = command_settings(config, data)
    refuse_other_servers(settings)
    from deploy.local.backup.restore import restore as restore_backup

    manifest = _run(restore_backup(settings, folder.absolute(), sends_pending=send_pending, on_step=_show_step))
    echo(f"{settings.data}: restored {_describe(manifest)}")
    if not manifest.secrets:
        echo("The backup has no secrets. Put those of the former data folder into `secrets` in this one before you start it.")
    if send_pending:
        echo("Messages that were waiting will be sent, and people may get some of them twice.")
    else:
        echo("What may have been sent since the backup is not sent again: it stands on the pages, marked as not sent.")


def _run(work: Coroutine[object, object, Manifest]) -> Manifest:
    """SIGTERM ends the work as Ctrl-C does, so that nothing is left of a backup and no server keeps running."""

    async def until_terminated() -> Manifest:
        task = asyncio.ensure_future(work)
        asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, task.cancel)
        return await task

    try:
        return asyncio.run(until_terminated())
    except asyncio.CancelledError:
        raise typer.Exit(128 + signal.SIGTERM) from None


def _show_step(step: str) -> None:
    echo(f"{step} ...", err=True)


def _describe(manifest: Manifest) -> str:
    size = sum(entry.size_bytes for entry in manifest.files) / _MIB
    messages = sum(stream.messages for stream in manifest.streams)
    return (
        f"a backup of {manifest.started_at:%Y-%m-%d %H:%M:%S} UTC by Daymark {manifest.version}, "
        f"{count_nouns(messages, 'message')} in the streams, {size:.1f} MiB"
    )
