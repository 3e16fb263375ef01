"""Tests of services/scoring/explain."""
