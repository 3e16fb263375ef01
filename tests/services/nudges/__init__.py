"""Tests of services/nudges."""
