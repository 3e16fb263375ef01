"""Tests of services/scoring/domain/activities."""
