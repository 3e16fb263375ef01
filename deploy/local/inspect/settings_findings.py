"""What the doctor finds out about the settings of nudges: teams and reps that they name and no roster has."""

from collections.abc import AsyncIterator, Iterator

from nats.aio.client import Client

from deploy.local.inspect.findings import Finding, Verdict
from services.nudges.deliver.channels.chat import ChatKeys
from services.nudges.settings import NudgesSettings
from shared.requests.client import NoResponder, Refused, ask
from shared.requests.definitions import NAMES_CHECK, NamesQuery


async def examine_names_in_settings(connection: Client, settings: NudgesSettings) -> AsyncIterator[Finding]:
    """A note for each name, since what is set for it has no effect."""
    for key, query in _names_in(settings):
        try:
            await ask(connection, NAMES_CHECK, query)
        except Refused as refused:
            yield Finding(verdict=Verdict.NOTE, subject=key, text=str(refused))
        except NoResponder:
            return  # reported with the roster


def _names_in(settings: NudgesSettings) -> Iterator[tuple[str, NamesQuery]]:
    """Each name with the key that it stands under."""
    for team in settings.nudges.day_plan_teams:
        yield "nudges.day_plan_teams", NamesQuery(team=team)
    for rep in settings.nudges.day_plan_reps:
        yield "nudges.day_plan_reps", NamesQuery(rep=rep)
    chats = ChatKeys.model_validate(settings.channels.model_dump(include=set(ChatKeys.model_fields))).chat
    for name, chat in chats.items():
        for team in chat.teams:
            yield f"channels.chat.{name}.teams", NamesQuery(team=team)
