"""Prints the users of a NATS server of your own: `python -m deploy.access FOLDER > users.conf`.

FOLDER holds a file `nats-USER` with the password of each user, such as `nats-ingest`. The server includes what is printed.
"""

import sys
from pathlib import Path

from deploy.access.catalogue import USERS, credential_name
from deploy.access.server_configuration import users_configuration


def main(folder: Path) -> None:
    """Print the configuration.

    Raises:
        OSError: a file with a password is missing or cannot be read.
    """
    passwords = {user.name: (folder / credential_name(user.name)).read_text(encoding="utf-8").strip() for user in USERS}
    sys.stdout.write(users_configuration(passwords))


if __name__ == "__main__":
    main(Path(sys.argv[1]))
