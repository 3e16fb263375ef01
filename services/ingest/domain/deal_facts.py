"""What adapters state about a deal: the stage that it is in, and whether it is won or lost."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from services.ingest.domain.times import read_start, read_time
from services.ingest.domain.webhook import Source
from shared.fact_values import FactValue
from shared.facts import DEAL_IN_PROGRESS, DEAL_LOST, DEAL_WON

RESULTS: Final = frozenset({DEAL_WON, DEAL_LOST})


@dataclass(frozen=True, kw_only=True, slots=True)
class DealState:
    """A deal at one time, in the sender's own words. `result` is `DEAL_WON`, `DEAL_LOST` or None, from what the sender says
    besides the stage. `stage_labels` are further names of the stage by which a source may map it.

    `entered_at` is when the deal entered its stage and `closed_at` when it was won or lost; None if the sender does not say.
    `closed_on` is what somebody typed as the date of closing.
    """

    stage: str | None
    stage_labels: tuple[str, ...] = ()
    result: str | None = None
    entered_at: object = None
    closed_at: object = None
    closed_on: object = None


def read_deal(state: DealState, source: Source, *, results_by_stage: Mapping[str, str] | None = None) -> dict[str, FactValue]:
    """The facts about where a deal stands. The `kinds` of the source say what entering a stage is; `results_by_stage` are the
    sender's own stages for won and lost, in lower case."""
    names = [name for name in (state.stage, *state.stage_labels) if name]
    mapped = next((source.kinds[name] for name in names if name in source.kinds), None)
    of_sender = next((kind for name in names if (kind := (results_by_stage or {}).get(name.lower()))), None)
    result = state.result or (mapped if mapped in RESULTS else None) or (of_sender if mapped is None else None)
    facts: dict[str, FactValue] = {"stage": state.stage} if state.stage else {}
    if result is not None:
        facts |= {"kind": result, **read_start(state.closed_at), **_typed_close(state.closed_on)}
        if state.stage and state.entered_at is not None and mapped not in RESULTS and of_sender is None:
            facts |= {"stage_entered_at": read_time(state.entered_at), "stage_kind": mapped or DEAL_IN_PROGRESS}
    elif state.stage:
        facts |= {"kind": DEAL_IN_PROGRESS, "stage_kind": mapped or DEAL_IN_PROGRESS, **read_start(state.entered_at)}
    return facts


def _typed_close(value: object) -> dict[str, FactValue]:
    """A date, or a time whose date is that of the rep's own calendar."""
    start = read_start(value)
    if start.get("started_on") is not None:
        return {"closed_on": start["started_on"]}
    return {"closed_at": start["started_at"]} if start else {}
