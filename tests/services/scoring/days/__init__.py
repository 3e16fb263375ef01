"""Tests of services/scoring/days."""
