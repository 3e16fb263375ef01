"""Checks of what is written: words, forbidden text, translations."""
