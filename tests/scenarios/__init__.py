"""Whole weeks of a team, through the real services and servers."""
