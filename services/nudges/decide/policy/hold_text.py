"""Why a message waits, as people read it on a page."""

from services.nudges.decide.policy.may_send import SILENT_FEED
from shared.languages.messages import gettext


def hold_text(because: str) -> str:
    """What is stored with a message that was deferred, in the language of whoever reads it. It is stored in English."""
    before_feed = SILENT_FEED.partition("{feed}")[0]
    if because.startswith(before_feed):
        return gettext(SILENT_FEED).format(feed=because.removeprefix(before_feed))
    return gettext(because)
