"""Tests of services/nudges/migrations."""
