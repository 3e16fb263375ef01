"""Where the data folder keeps the credentials for the NATS of `daymark up`, one file for each user."""

from pathlib import Path

from deploy.access.catalogue import credential_name
from shared.errors import DaymarkError


class CredentialUnreadable(DaymarkError):
    """This file lets the commands in, and only the user who runs `daymark up` may read it. Run the command as that user, for
    example with `sudo -u`."""


def read_credential(data: Path, user: str) -> str | None:
    """The password of a user. None if there is none: an earlier version runs on the folder, which lets everybody in.

    Raises:
        CredentialUnreadable: the file belongs to somebody else.
    """
    file = data / "secrets" / credential_name(user)
    try:
        return file.read_text(encoding="utf-8").strip() or None
    except FileNotFoundError:
        return None
    except PermissionError:
        raise CredentialUnreadable(str(file)) from None
