"""Tests of services/nudges/pages/inbox."""
