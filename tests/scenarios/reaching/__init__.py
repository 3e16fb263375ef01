"""Everybody is reached in a way of their own, and answers."""
