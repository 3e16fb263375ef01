"""`python -m tests.mutations.alerts [ALERT…]` plants every mistake in every alert rule, or in those that are named."""

import sys
from collections import Counter
from collections.abc import Callable, Sequence

from tests.mutations.alerts.judge import Judge, has_promtool
from tests.mutations.alerts.rule import disabled, inverted, read_rules, small_mistakes


def run_alerts(alerts: Sequence[str], write: Callable[[str], object]) -> int:
    """Print each mutant that the tests miss, and the counts. Returns the exit status."""
    if not has_promtool():
        write("mutations of alert rules: skipped, promtool is not installed\n")
        return 0
    judge = Judge()
    planted, missed = Counter[str](), Counter[str]()
    for rule in read_rules():
        if alerts and rule.alert not in alerts:
            continue
        if not judge.passes(rule):
            write(f"{rule.alert}: its tests fail without a mutation; make them pass first\n")
            return 1
        for kind, mutants in {
            "disabled": [disabled(rule)],
            "inverted": [inverted(rule)],
            "with a small mistake": list(small_mistakes(rule)),
        }.items():
            planted[kind] += len(mutants)
            for mutant in judge.missed(mutants):
                missed[kind] += 1
                write(f"missed: {rule.alert}, {mutant.change}\n")
    for kind, count in planted.items():
        write(f"{count} rules {kind}, {count - missed[kind]} noticed by their tests\n")
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(run_alerts(sys.argv[1:], sys.stdout.write))
