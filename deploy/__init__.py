"""Every way to run Daymark: on this machine, in containers, and as a demonstration."""
