"""Processes that run tests on copies of the repository, forked from one that has imported the libraries."""
