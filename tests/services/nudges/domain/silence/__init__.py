"""Tests of services/nudges/domain/silence."""
