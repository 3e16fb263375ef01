"""The `daymark` command against a running Daymark."""
