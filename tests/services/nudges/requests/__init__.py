"""Tests of services/nudges/requests."""
