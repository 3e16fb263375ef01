"""What a version of a playbook asks for in another language than English."""

from pydantic import BaseModel, ConfigDict


class PlaybookPhrases(BaseModel):
    """Of each behaviour, in the order of the version, what counts and how many (`asks`); of each goal what counts. `unverified`
    and `changes` are as in the announcement."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    counts: tuple[str, ...]
    asks: tuple[str, ...]
    goal_counts: tuple[str, ...]
    unverified: tuple[str, ...]
    changes: tuple[str, ...]
