"""Tests of services/nudges/pages/doors."""
