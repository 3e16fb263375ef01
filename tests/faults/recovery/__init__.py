"""Daymark comes back by itself after an outage or a power cut, loses nothing, and tells the truth meanwhile."""
