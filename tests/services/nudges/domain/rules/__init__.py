"""Tests of services/nudges/domain/rules."""
