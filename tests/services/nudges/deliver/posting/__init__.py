"""Requests to addresses that operators and people choose."""
