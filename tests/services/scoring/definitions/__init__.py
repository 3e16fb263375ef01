"""Tests of services/scoring/definitions."""
