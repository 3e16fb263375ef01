"""Tests of services/nudges/deliver/apprise."""
