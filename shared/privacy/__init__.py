"""Keyed hashes that stand for people, so that tables and streams can recognise somebody without naming them."""
