"""The ways to run Daymark."""
