"""What is known of each kind of sender fits the adapters and their pages."""

from services.ingest.domain.adapters import ADAPTERS
from services.nudges.pages.setup.senders import SENDERS
from tests.house import ROOT


def test_every_kind_of_source_can_be_connected_and_leads_to_its_page() -> None:
    assert {sender.kind: sender.page for sender in SENDERS} == {kind: adapter.page for kind, adapter in ADAPTERS.items()}
    assert all((ROOT / "docs" / f"{sender.page}.md").is_file() for sender in SENDERS)


def test_they_are_sorted_as_people_look_for_them_and_say_what_to_do() -> None:
    kinds = [sender.kind for sender in SENDERS]
    titles = [sender.title.casefold() for sender in SENDERS[:-4]]

    assert (titles, kinds[-4:]) == (sorted(titles), ["standard", "cloudevents", "hmac", "shared-secret"])
    assert all(sender.steps and sender.sentence.endswith(".") for sender in SENDERS)
    assert all(step.endswith(".") for sender in SENDERS for step in sender.steps)
