"""The ways to run Daymark: on one machine, in containers, and as a demonstration."""
