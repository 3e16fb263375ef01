"""Every sender that the door knows: its source, how it signs, and bodies in its format, written by hand.

Each module here describes the senders of one kind of source and is collected from the folder. `payloads/<sender>/` has their
bodies: those named `<story>-<n>` are about one activity, in the order in which they are sent. `expected.json` beside them
has the observations that each body is translated into.
"""

import importlib
import pkgutil
from typing import Final

from tests.services.ingest.senders.hubspot import PUBLIC_URL as URL
from tests.services.ingest.senders.sender import NOW, PAYLOADS, ROOT, ROTATED, SECRET, Sender

__all__ = ["BY_NAME", "NOW", "PAYLOADS", "ROOT", "ROTATED", "SECRET", "SENDERS", "URL", "Sender"]

SENDERS: Final[tuple[Sender, ...]] = tuple(
    sender
    for module in pkgutil.iter_modules(__path__)
    if module.name not in {"docs_pages", "sender"}
    for sender in importlib.import_module(f"{__name__}.{module.name}").SENDERS
)
BY_NAME: Final = {sender.name: sender for sender in SENDERS}
