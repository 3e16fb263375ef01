"""`docs/false-alarms.md`: how often each rule may be wrong. `python -m tests.contract.false_alarms` writes it."""

from pathlib import Path
from typing import Final

from services.nudges.rules.catalogue import MANAGER_RULES, RULES

FALSE_ALARMS: Final = Path(__file__).parents[2] / "docs" / "false-alarms.md"
_INTRODUCTION: Final = """# False alarms

Some rules hold something against somebody: less than before, or less than planned. Each of them has a budget: how often it
may do so wrongly, per rep. One false alarm in 250 working days is about one a year. Nobody labels days as right or
wrong, so the table also says what keeps a rule to its budget from the team's own records alone.

Celebrations, announcements and the digest hold nothing against anybody, so they have no budget.

This page is generated from the code: `python -m tests.contract.false_alarms` writes it.

| rule | a false alarm is | at most one per rep in | what keeps it to that | silent |
| --- | --- | --- | --- | --- |
"""


def false_alarms() -> str:
    """The page as it is checked in."""
    return _INTRODUCTION + "".join(f"| {' | '.join(cells)} |\n" for cells in _rows())


def _rows() -> list[tuple[str, ...]]:
    return [
        (
            rule.title + (" (to managers)" if name in MANAGER_RULES else ""),
            rule.budget.false_alarm,
            f"{rule.budget.working_days} working days",
            rule.budget.calibration,
            rule.budget.silence,
        )
        for name, rule in RULES.items()
        if rule.budget is not None
    ]


if __name__ == "__main__":
    FALSE_ALARMS.write_text(false_alarms(), encoding="utf-8")
