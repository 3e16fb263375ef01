"""Tests of services/nudges/pages."""
