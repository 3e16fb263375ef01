"""Nudges as cards: what a reader sees of each, and what they can do about it."""
