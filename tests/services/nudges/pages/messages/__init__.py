"""Tests of services/nudges/pages/messages."""
