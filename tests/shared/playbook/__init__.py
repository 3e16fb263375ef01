"""Tests of the hashes that stand for people."""
