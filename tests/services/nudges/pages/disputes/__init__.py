"""Tests of services/nudges/pages/disputes."""
