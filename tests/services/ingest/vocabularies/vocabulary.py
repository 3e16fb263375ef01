"""The values of one document of a sender."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from shared.fact_values import FactValue
from tests.services.ingest.weeks.week import Write

Means = Mapping[str, FactValue]
"""What each value of a sender means; None: nothing that counts."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Vocabulary:
    """The values that `document` lists: a page of the vendor's documentation, or a file of its source.

    `write` makes a webhook with one of them. A value that the sender adds later is `other` until it is listed.
    """

    sender: str
    document: str
    write: Callable[[str], Write] = field(repr=False)
    means: Means
