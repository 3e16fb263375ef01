"""Sources that are added while ingest runs, and secrets that are replaced."""
