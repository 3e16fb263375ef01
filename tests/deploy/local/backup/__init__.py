"""`daymark backup` and `daymark restore`."""
