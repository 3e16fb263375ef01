"""The alert rules."""
