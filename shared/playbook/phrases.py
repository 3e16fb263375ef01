"""What a playbook says in words, in a language other than English, beside the numbers that are the same in all of them."""

from typing import Final

from pydantic import BaseModel, ConfigDict

_AS_A_MESSAGE: Final = ConfigDict(frozen=True, extra="ignore")


class BehaviourPhrases(BaseModel):
    """What counts for a behaviour, and how many are asked for."""

    model_config = _AS_A_MESSAGE

    counts: str
    asks: str


class PlaybookPhrases(BaseModel):
    """`behaviours` and `goals` are in the order of the playbook; of a goal there is what counts."""

    model_config = _AS_A_MESSAGE

    language: str
    behaviours: tuple[BehaviourPhrases, ...]
    goals: tuple[str, ...]
    unverified: tuple[str, ...]
    changes: tuple[str, ...]
