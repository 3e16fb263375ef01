"""Daymark on one machine."""
