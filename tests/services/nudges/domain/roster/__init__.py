"""Tests of what a rep's days say about the roster."""
