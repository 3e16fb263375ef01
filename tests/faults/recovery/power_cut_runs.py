"""All power cuts, and what must have come of them."""

from collections.abc import Callable, Coroutine, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Final

from tests.faults.recovery.power_cuts import (
    CONTROL,
    CutOutcome,
    cut_a_new_installation,
    cut_under_load,
    cut_unsynced_nats,
    cut_unsynced_postgres,
    first_minute_moments,
)

NEW_INSTALLATIONS: Final = 20
UNDER_LOAD: Final = 10
POSTGRES_ALONE: Final = 5
HEAD: Final = ("power cut", "cuts", "attempted", "acknowledged", "before the last cut", "lost", "doubled", "slowest start s")
RUNS: Final = NEW_INSTALLATIONS + 4


def power_cut_runs(*, rate: float, seed: int) -> Mapping[str, Callable[[Path], Coroutine[None, None, CutOutcome]]]:
    """By their names, each for an empty folder. The controls come first: if the checker sees no loss there, the rest is worth
    nothing."""
    runs: dict[str, Callable[[Path], Coroutine[None, None, CutOutcome]]] = {
        "control NATS": partial(cut_unsynced_nats, rate=rate, seed=seed),
        "control Postgres": partial(cut_unsynced_postgres, rate=rate, seed=seed),
        "load Postgres": partial(cut_under_load, count=POSTGRES_ALONE, rate=rate, seed=seed, only_postgres=True),
        "load everything": partial(cut_under_load, count=UNDER_LOAD, rate=rate, seed=seed, only_postgres=False),
    }
    for moment_s in first_minute_moments(NEW_INSTALLATIONS, seed=seed):
        runs[f"new {moment_s:.3f}"] = partial(cut_a_new_installation, moment_s=moment_s, rate=rate, seed=seed)
    return runs


def wrong_with(outcome: CutOutcome) -> Sequence[str]:
    """Sentences; empty if it is as it must be. A control must lose something."""
    verdict = outcome.verdict
    if outcome.name.startswith(CONTROL):
        return [] if verdict.lost else ["the control lost nothing"]
    if not verdict.is_clean:
        return [f"lost {len(verdict.lost)}, invented {len(verdict.invented)}, doubled {verdict.doubled}"]
    return []


def row(outcome: CutOutcome) -> tuple[object, ...]:
    """What stands under `HEAD`."""
    verdict = outcome.verdict
    return (
        outcome.name,
        outcome.cuts,
        verdict.attempted,
        verdict.acknowledged,
        outcome.saved,
        len(verdict.lost),
        verdict.doubled,
        f"{outcome.start_s:.1f}",
    )
