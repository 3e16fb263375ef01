"""Tests of services/nudges/domain/drop."""
