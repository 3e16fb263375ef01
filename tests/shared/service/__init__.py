"""Tests of the frame of a service: its settings, servers, jobs, and process."""
