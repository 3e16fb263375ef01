"""Tests of services/nudges/decide."""
