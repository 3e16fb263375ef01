"""Creates the roles and schemas of the services, with their passwords. Runs at each start, before the services.

`python -m deploy.docker.make_roles URL FOLDER`: URL names the administrator of a running Postgres, FOLDER holds the secrets.
The init scripts of the Postgres image could not do this: they may not read the services' secrets.
"""

import asyncio
import sys
from pathlib import Path

from deploy.database import OWNERS, ensure_database


async def make_roles(admin_url: str, folder: Path) -> None:
    """The password of `admin_url` is in the file postgres-admin."""
    passwords = {owner: (folder / f"postgres-{owner}").read_text(encoding="utf-8") for owner in OWNERS}
    await ensure_database(admin_url, password=(folder / "postgres-admin").read_text(encoding="utf-8"), passwords=passwords)


if __name__ == "__main__":
    asyncio.run(make_roles(sys.argv[1], Path(sys.argv[2])))
