"""Tests of services/nudges/domain/effects."""
