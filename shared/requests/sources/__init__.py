"""Sources: what can be asked about them, and their lines in daymark.toml."""
