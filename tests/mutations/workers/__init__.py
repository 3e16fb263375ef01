"""Processes that run tests in copies of the repository, quickly."""
