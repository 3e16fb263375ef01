"""Sources: their lines in daymark.toml."""
