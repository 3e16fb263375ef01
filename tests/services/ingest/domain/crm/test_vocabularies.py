"""That every value that a sender documents is known, and means what its list says."""

from collections.abc import Iterator, Sequence
from typing import Final

import pytest

from shared.fact_values import OUTCOMES, FactValue
from tests.services.ingest.vocabularies import of_deals, of_larger_crms, of_others
from tests.services.ingest.vocabularies.vocabulary import Vocabulary
from tests.services.ingest.weeks import WEEKS
from tests.services.ingest.weeks.counted import deliver, sender_of
from tests.services.ingest.weeks.week import at

NOON: Final = at("Tue 17 12:00")
OF_OUTCOMES: Final = (*of_larger_crms.OUTCOMES, *of_others.OUTCOMES)
_SENDERS: Final = {week.sender: sender_of(week) for week in WEEKS}


def _each_value(vocabularies: Sequence[Vocabulary]) -> Iterator[object]:
    for vocabulary in vocabularies:
        for value in vocabulary.means:
            yield pytest.param(vocabulary, value, id=f"{vocabulary.document}: {value}")


async def _fact(vocabulary: Vocabulary, value: str, name: str) -> FactValue:
    """The fact in the webhook with this value; None if there is none."""
    delivery = await deliver(_SENDERS[vocabulary.sender], vocabulary.write(value)(NOON), received_at=NOON)
    facts = [event.observation.facts for event in delivery.events]
    return facts[0].get(name) if facts else None


@pytest.mark.parametrize(("vocabulary", "value"), _each_value(OF_OUTCOMES))
async def test_a_documented_value_is_an_outcome_of_ours(vocabulary: Vocabulary, value: str) -> None:
    assert await _fact(vocabulary, value, "outcome") == vocabulary.means[value]


@pytest.mark.parametrize(("vocabulary", "value"), _each_value(of_deals.KINDS))
async def test_a_documented_state_of_a_deal_is_won_or_lost_or_another_stage(vocabulary: Vocabulary, value: str) -> None:
    assert await _fact(vocabulary, value, "kind") == vocabulary.means[value]


def test_every_outcome_in_the_lists_is_ours() -> None:
    assert {meaning for vocabulary in OF_OUTCOMES for meaning in vocabulary.means.values()} - {None} <= OUTCOMES


def test_every_sender_with_values_of_its_own_has_a_list() -> None:
    listed = {vocabulary.sender for vocabulary in (*OF_OUTCOMES, *of_deals.KINDS)}
    ours_or_the_customers_own = {"standard", "cloudevents", "zapier", "freshsales", "odoo", "bottlecrm"}

    assert listed == _SENDERS.keys() - ours_or_the_customers_own
