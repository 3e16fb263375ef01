"""Tests of deploy/docker."""
