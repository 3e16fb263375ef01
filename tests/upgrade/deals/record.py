"""Record an installation of an earlier version with deals: `python -m tests.upgrade.deals.record CHECKOUT`.

CHECKOUT is a clone of the earlier version with its `.venv`. `stories.week` is posted to it, day by day. When all of its
days are closed, the databases and streams are dumped. The earlier version goes on for another day, on which nothing is posted.
"""

import asyncio
import sys
import tempfile
from pathlib import Path
from typing import Final

import httpx

from shared.jetstream.client import disconnect
from tests.running_daymark import PROBES_PORT, Checkout, running_daymark
from tests.upgrade.deals.installation import PLAYBOOK, ROSTER, SECRETS, configuration, post_all
from tests.upgrade.deals.stories import CONTINUED_UNTIL, MONDAY, STOPPED_AT, week
from tests.upgrade.dumps import dump_schemas, dump_streams
from tests.upgrade.recording import Recording, write_secrets
from tests.upgrade.snapshots import list_days_and_nudges, list_steps, step_to

RECORDED: Final = Path(__file__).with_name("recorded")


async def record(checkout: Path, folder: Path) -> Recording:
    """Play everything in an empty folder."""
    write_secrets(folder / "secrets", SECRETS)
    earlier = Checkout(root=checkout, python=str(checkout / ".venv" / "bin" / "python"))
    settings = configuration(folder / "secrets")
    settings = settings.replace(PROBES_PORT, "")
    async with running_daymark(folder, settings, checkout=earlier) as daymark, httpx.AsyncClient(timeout=30) as client:
        connection = await daymark.connect()
        await step_to(connection, MONDAY.replace(hour=5))
        for name, text in (("roster", ROSTER), ("playbook", PLAYBOOK)):
            (folder / f"{name}.yaml").write_text(text)
            await daymark.command(name, "apply", str(folder / f"{name}.yaml"))
        posts = week()
        for instant in list_steps(MONDAY.replace(hour=5), STOPPED_AT):
            await step_to(connection, instant)
            await post_all(client, daymark.urls.ingest, [post for post in posts if post.at <= instant])
            posts = [post for post in posts if post.at > instant]
            await daymark.wait_until_scored()
        stopped = await list_days_and_nudges(daymark, connection)
        schemas, streams = await dump_schemas(daymark.urls.postgres), await dump_streams(connection)
        for instant in list_steps(STOPPED_AT, CONTINUED_UNTIL):
            await step_to(connection, instant)
        in_the_end = await list_days_and_nudges(daymark, connection)
        await disconnect(connection)
    return Recording(schemas=schemas, streams=streams, snapshots=(stopped, in_the_end))


def main() -> None:
    with tempfile.TemporaryDirectory(prefix="daymark-") as name:
        folder = Path(name)
        folder.chmod(0o755)
        recording = asyncio.run(record(Path(sys.argv[1]).resolve(), folder / "d"))
    recording.write(RECORDED)


if __name__ == "__main__":
    main()
