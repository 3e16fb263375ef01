"""Tests of shared/requests/demonstration."""
