"""`daymark doctor` and dead letters."""
