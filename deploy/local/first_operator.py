"""The address that `daymark up` prints where nobody has set anything up yet."""

import structlog
from nats.aio.client import Client

from deploy.local.connection import work_connected
from deploy.local.settings import LocalSettings
from shared.errors import DaymarkError, in_english
from shared.requests.access import OPERATOR_FIRST, OPERATOR_LIST
from shared.requests.client import NO_QUERY, ask
from shared.requests.roster.edits import ROSTER_SHOW

_log = structlog.get_logger()


async def find_first_operator_url(settings: LocalSettings) -> str | None:
    """Where the first operator signs in. None if there is a roster or an operator, or if that cannot be known."""
    try:
        return await work_connected(settings, _ask)
    except DaymarkError as failed:
        _log.warning("no_first_address", problem=in_english(failed), remedy="`daymark operator first` prints it")
        return None


async def _ask(connection: Client) -> str | None:
    if (await ask(connection, ROSTER_SHOW, NO_QUERY)).text or (await ask(connection, OPERATOR_LIST, NO_QUERY)).rows:
        return None
    return (await ask(connection, OPERATOR_FIRST, NO_QUERY)).url
