"""Restoring a backup beside which the configuration is."""

from pathlib import Path

from tests.running_daymark import run_command, run_failing_command


async def restore(backup: Path, data: Path, *options: str) -> str:
    """Restore into a data folder. Returns what the command printed."""
    code, output, errors = await run_command(
        "restore", str(backup), *options, folder=data, config=backup.parent / "daymark.toml"
    )
    assert code == 0, errors
    return output


async def refused_restore(backup: Path, data: Path) -> str:
    """Why the backup is not restored."""
    return await run_failing_command("restore", str(backup), folder=data, config=backup.parent / "daymark.toml")
