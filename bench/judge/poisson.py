"""Rates of rare events, with an exact interval."""

from scipy.stats import chi2


def rate_interval(events: float, exposure: float) -> tuple[float, float, float]:
    """Events per unit of exposure, with the exact 95% interval of a Poisson rate (Garwood 1936)."""
    low = chi2.ppf(0.025, 2 * events) / 2 if events else 0.0
    high = chi2.ppf(0.975, 2 * events + 2) / 2
    return events / exposure, float(low) / exposure, float(high) / exposure
