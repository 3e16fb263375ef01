"""For how long somebody can take back what they have just done on a page."""

from datetime import timedelta
from typing import Final

from shared.languages.messages import marked

UNDO_FOR: Final = timedelta(seconds=10)
"""By the server's clock. What goes out to somebody else because of it waits as long."""
CAN_BE_UNDONE: Final = marked("it can still be taken back")
"""Why such a message waits."""
AT_ONCE: Final = timedelta()
"""How long a message is held back that cannot be undone."""
