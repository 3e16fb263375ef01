"""Benchmarks. They print figures and check nothing: no test depends on them."""
