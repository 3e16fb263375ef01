"""Tests of deploy/prometheus."""
