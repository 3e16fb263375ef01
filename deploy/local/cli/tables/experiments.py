"""Effects of rules, and the calibration of those that watch for a change."""

from deploy.output import Column, Output
from shared.requests.nudges import CalibrationList, EffectEstimate, EffectList, EffectRow


def print_effects(effects: EffectList, output: Output) -> None:
    """One line per rule. One standard deviation is that of a person's score from day to day."""
    headings = ("people", "days", "withheld", "points", "95% interval", "in SD")
    numbers = (Column(heading=heading, is_number=True) for heading in headings)
    columns = Column(heading="rule"), *numbers, Column(heading="remarks", is_prose=True)
    rows = (
        (row.rule, str(row.people), str(row.days), str(row.days_withheld), *_format_estimate(row.effect), _describe_state(row))
        for row in effects.rules
    )
    output.table(columns, rows, if_empty="There is no rule.")


def print_calibrations(calibrations: CalibrationList, output: Output) -> None:
    """What is added to the limits, beside the false alerts without and with it."""
    headings = ("reps", "days", "strictness", "min", "max", "alerts\nbefore", "alerts\nafter")
    names = (Column(heading="team"), Column(heading="rule"))
    columns = *names, *(Column(heading=heading, is_number=True) for heading in headings)
    rows = []
    for row in calibrations.teams:
        figures = (row.strictness, row.strictness_min, row.strictness_max, row.alerts_before, row.alerts_after)
        texts = ["not known" if figure is None else f"{figure:.2f}" for figure in figures]
        rows.append((row.team, row.rule, str(row.reps), str(row.judged_days), *texts))
    output.table(columns, rows, if_empty="No team has an open day under a playbook.")
    if not rows:
        return
    output.line("days: working days on which the rule could judge.")
    output.line("strictness: added to the team's limits (logarithms of likelihoods); min and max are those of its reps.")
    output.line(
        "alerts: false alerts per rep and 500 such days, counted on the team's own days; those of drop in random orders."
    )
    if any(row.strictness is None for row in calibrations.teams):
        output.line("not known: the team has fewer than 250 such days yet, so the rule says nothing about it.")


def _format_estimate(effect: EffectEstimate | None) -> tuple[str, str, str]:
    if effect is None:
        return "", "", ""
    return f"{effect.points:+.1f}", f"{effect.low:+.1f} to {effect.high:+.1f}", f"{effect.points / effect.sd_points:+.2f}"


def _describe_state(row: EffectRow) -> str:
    remarks = [] if row.effect is not None else [f"not known yet: {row.not_known_because}"]
    if row.paused_at is not None:
        remarks.append(f"paused since {row.paused_at:%Y-%m-%d} because it lowers the score (`daymark rules resume {row.rule}`)")
    if row.counts_from is not None:
        remarks.append(f"resumed, measured since {row.counts_from:%Y-%m-%d}")
    if row.holdout == 0:
        remarks.append("never withheld")
    return "; ".join(remarks)
