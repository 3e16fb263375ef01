"""Tests of services/scoring/domain/roster."""
