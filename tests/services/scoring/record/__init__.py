"""Tests of services/scoring/record."""
