"""Tests of a rep's changes against their own earlier days."""
