"""Tests of services/scoring."""
