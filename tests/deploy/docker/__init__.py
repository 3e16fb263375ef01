"""Daymark in containers."""
